"""Encryption keys, encryption of sensitive values, and the ledger that detects tampering."""
