"""Garbage collection: what may be deleted, why, and the deletion."""
