"""Reads a test file (TOML) into a plan, and prints a plan. Nothing here starts a program."""
