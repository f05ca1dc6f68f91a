"""The live view of `hooks-cli monitor`."""
