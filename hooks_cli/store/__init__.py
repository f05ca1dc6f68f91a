"""The store: its contract, and the one engine that keeps it."""
