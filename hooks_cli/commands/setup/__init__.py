"""Wire agents and shells: write the hooks, the passage and the PATH that they need, and take them out again."""
