"""The formats that an export writes, one module a format."""
