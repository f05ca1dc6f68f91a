"""The database file: creation, copies, migration, permissions."""
