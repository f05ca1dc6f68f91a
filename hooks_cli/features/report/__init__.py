"""The report: its data, gathered from the store."""
