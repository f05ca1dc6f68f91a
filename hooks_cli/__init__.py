"""hooks-cli: the fast, encrypted, versioned memory that agent prompts shell out to."""

__version__ = "0.2.0.dev0"
