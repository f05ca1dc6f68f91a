"""Backup and restore of the store: the whole file, or a part of its entries."""
