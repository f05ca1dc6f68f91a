"""`session-restore`: the brief (a summary of the memory) that a session gets at its start."""
