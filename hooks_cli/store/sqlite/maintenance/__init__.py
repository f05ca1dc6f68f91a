"""Long jobs in short transactions: collection, scrubbing."""
