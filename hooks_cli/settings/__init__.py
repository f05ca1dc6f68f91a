"""The settings files: reading, checking, caching."""
