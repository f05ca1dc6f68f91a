"""The SQLite database of the store: its rows, its files, its upkeep."""
