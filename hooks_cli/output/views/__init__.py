"""What commands look like on a terminal, made with rich. Everything that is stored passes through `words.safe` before it is shown."""
