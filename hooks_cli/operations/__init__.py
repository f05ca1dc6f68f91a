"""The product as plain functions: (store, request) -> result. No CLI, no rendering."""
