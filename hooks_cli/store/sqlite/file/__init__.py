"""The database file: making it, opening it, copying it, and bringing older formats up to date."""
