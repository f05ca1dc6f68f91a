"""The implementations of a shared log: PostgreSQL, and a folder. Contract: `store.remote.contract`."""
