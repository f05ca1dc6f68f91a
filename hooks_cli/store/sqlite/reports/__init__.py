"""Read-only queries for lists, logs and reports."""
