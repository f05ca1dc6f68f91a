"""Text and numbers: pure functions."""
