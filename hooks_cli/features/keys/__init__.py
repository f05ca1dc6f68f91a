"""Keys of a store: what is known of them, slots, rotation."""
