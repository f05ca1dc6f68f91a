"""Pure rules: addresses, entries, events, retention. Imports nothing of ours but errors."""
