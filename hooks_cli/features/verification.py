"""Verifies a whole store against its ledger, its anchor and its word index: `memory verify`."""

from __future__ import annotations

from hooks_cli.store.sqlite.file.verify import Evidence, accept, row_count, verify

__all__ = ["Evidence", "accept", "row_count", "verify"]
