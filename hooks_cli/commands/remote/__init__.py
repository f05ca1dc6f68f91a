"""One memory for many machines: make it, join it, invite colleagues, see who has what, leave it (docs/remote.md)."""
