"""The store: its contract, and the SQLite engine that implements it."""
