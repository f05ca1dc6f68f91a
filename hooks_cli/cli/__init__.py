"""How verb declarations become a parser."""
