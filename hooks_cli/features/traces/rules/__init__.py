"""Rule files: TOML that states what traces must satisfy."""
