"""The encrypted SQLite store: the only place with SQL."""
