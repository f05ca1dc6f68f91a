"""Moves the annotations of an entry when it is renamed."""

from __future__ import annotations

from hooks_cli.store.sqlite.annotations import marks, relations, reviews
from hooks_cli.store.sqlite.rows.entry_writes import find_head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.transaction import Transaction


def move(tx: Transaction, old: str, new: str, old_revision: int, new_revision: int) -> None:
    """Let marks and relations of one address be those of another, and its waiting version (by revision) wait there as the new one."""
    before, after = find_head(tx, old), find_head(tx, new)
    if before is None or after is None:
        return
    marks.move(tx, before[0], after[0])
    relations.move(tx, before[0], after[0], old, new)
    reviews.move(tx, old_revision, new_revision)
