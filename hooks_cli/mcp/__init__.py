"""The memory as an MCP server: the wire, the protocol's methods, the tools, and the store that is kept between calls."""
