"""The brief that a session gets at its start."""
