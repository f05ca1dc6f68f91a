"""Access to the operating system: files, processes, streams, and SQLite's import."""
