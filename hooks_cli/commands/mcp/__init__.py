"""The verbs of `mcp`."""
