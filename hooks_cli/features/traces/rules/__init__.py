"""Rule files: TOML that says what traces must be like."""
