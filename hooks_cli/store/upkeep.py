"""Where long work stopped, and what a killed process left to do: small numbers by name, outside the ledger.

`collected_to` is the head after which the bounded garbage collection goes on; `scrub` is 1 from the moment a destruction is committed
until its bytes have left the word index and the write-ahead log. `unindexed` counts the entries whose words are still in the index as
deleted ones, since its segments were last merged; `merging` is 1 while such a merge is under way.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.embedded import EmbeddedStore
    from hooks_cli.store.transaction import Transaction

COLLECTED_TO = "collected_to"
SCRUB = "scrub"
UNINDEXED = "unindexed"
MERGING = "merging"


def get(store: EmbeddedStore, name: str) -> int:
    """The number, 0 when there is none."""
    row = store.row("SELECT value FROM upkeep WHERE name = ?", (name,))
    return 0 if row is None else int(row[0])


def put(tx: Transaction, name: str, value: int) -> None:
    """Set the number; it is kept when the transaction commits."""
    tx.store.query("INSERT OR REPLACE INTO upkeep(name, value) VALUES(?, ?)", (name, value))


def add(tx: Transaction, name: str, amount: int) -> None:
    """Add to the number."""
    tx.store.query(
        "INSERT INTO upkeep(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value = value + ?2",
        (name, amount),
    )
