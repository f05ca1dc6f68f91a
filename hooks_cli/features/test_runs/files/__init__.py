"""Reads a test file (TOML) into the plan of its tests, and tells a plan to people. Nothing here starts anything."""
