"""The tree of addresses: counts, sizes and ages by folder."""
