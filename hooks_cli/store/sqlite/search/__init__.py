"""The word index and the vectors."""
