"""Rendering: plain text, JSON, rich, and the export formats."""
