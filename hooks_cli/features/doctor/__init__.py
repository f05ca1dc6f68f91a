"""The checks of `hooks-cli doctor`."""
