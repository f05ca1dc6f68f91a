"""The SQLite engine of the store: its rows, its file, its maintenance."""
