"""Schemas of values and metadata, and the check against them."""
