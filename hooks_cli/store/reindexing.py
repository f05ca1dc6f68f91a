"""Making the word index anew from the entries, in one transaction: what search finds is then what the store holds, whatever was before."""

from __future__ import annotations

from hooks_cli.store import entries, upkeep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hooks_cli.store.transaction import Transaction


def reindex(tx: Transaction, advance: Callable[[int], None]) -> int:
    """Empty the index and index every live head; how many. `advance` hears of each."""
    store = tx.store
    count = 0
    rows = store.query("SELECT revision FROM head WHERE live = 1 ORDER BY revision")
    store.query("INSERT INTO search(search) VALUES('delete-all')")
    for (revision,) in rows:
        address, tags, metadata, value = store.query(
            "SELECT h.address, e.tags, e.metadata, e.value FROM entry e JOIN head h ON h.id = e.head WHERE e.revision = ?",
            (revision,),
        )[0]
        if value is not None:
            entries.index(store, revision, address, tags, metadata, value)
            count += 1
            advance(1)
    upkeep.put(tx, upkeep.UNINDEXED, 0)
    return count
