"""What is said about entries beside their versions: marks, relations, reviews, and which session was shown which."""
