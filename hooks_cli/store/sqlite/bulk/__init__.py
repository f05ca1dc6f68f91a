"""Reading and writing many rows at once, for export and import."""
