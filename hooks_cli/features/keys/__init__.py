"""The store's key: facts about it, slots, rotation."""
