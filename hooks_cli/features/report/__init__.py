"""The HTML report: its data, gathered from the store, and its page."""
