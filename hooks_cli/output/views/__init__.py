"""Views of commands on a terminal, made with rich. All stored text passes through `safe_text.safe` first."""
