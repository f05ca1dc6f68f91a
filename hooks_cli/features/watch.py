"""Follows the changes of a store as they are committed: `memory watch`, `wait`, `log --follow` and `monitor`."""

from __future__ import annotations

from hooks_cli.store.sqlite.rows.changes_feed import Feed

__all__ = ["Feed"]
