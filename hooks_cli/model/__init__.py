"""Pure data types and rules: addresses, entries, verb declarations, selections."""
