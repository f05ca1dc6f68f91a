"""The tools of the MCP server: what they are, what they take, what they answer."""
