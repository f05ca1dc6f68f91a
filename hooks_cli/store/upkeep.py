"""Where long work stopped, and what a killed process left to do: small numbers by name, outside the ledger.

`collected_to` is the head after which the bounded garbage collection goes on; `scrub` is 1 from the moment a destruction is committed
until its bytes have left the word index and the write-ahead log.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.embedded import EmbeddedStore
    from hooks_cli.store.transaction import Transaction

COLLECTED_TO = "collected_to"
SCRUB = "scrub"


def get(store: EmbeddedStore, name: str) -> int:
    """The number, 0 when there is none."""
    row = store.row("SELECT value FROM upkeep WHERE name = ?", (name,))
    return 0 if row is None else int(row[0])


def put(tx: Transaction, name: str, value: int) -> None:
    """Set the number; it is kept when the transaction commits."""
    tx.store.query("INSERT OR REPLACE INTO upkeep(name, value) VALUES(?, ?)", (name, value))
