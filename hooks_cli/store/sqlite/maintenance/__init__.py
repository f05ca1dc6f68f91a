"""Long jobs in short transactions: garbage collection, secure deletion."""
