"""The logs there are: in PostgreSQL, and in a folder. What each promises: `store.remote.contract`."""
