"""Output on plain data: text, JSON, tables for a terminal."""
