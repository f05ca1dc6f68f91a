"""Set up agents and shells: write (or remove) their hooks, instructions and PATH entries."""
