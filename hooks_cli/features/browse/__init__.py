"""The terminal browser of `memory browse`."""
