"""Rows of the tables: entries, journal, and the filters that select them."""
