"""JSON Schemas for values and metadata, and the check against them."""
