"""Many rows at once: import and export."""
