"""Copies of a store: the whole file, or some entries."""
