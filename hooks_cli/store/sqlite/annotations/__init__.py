"""Annotations of entries beside their versions: marks, relations, reviews, and what sessions were shown."""
