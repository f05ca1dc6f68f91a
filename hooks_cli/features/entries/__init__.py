"""Entries: write, read, delete, patch, pin, destroy."""
