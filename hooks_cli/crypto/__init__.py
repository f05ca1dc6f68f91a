"""Keys, sealing of sensitive values, the tamper ledger."""
