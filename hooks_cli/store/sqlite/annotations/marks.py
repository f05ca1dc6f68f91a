"""Marks: addresses called stale or wrong. Restores, prompts and searches leave them out.

A mark holds for the version that it was put on and for those before it; a later version is a new statement. An address has one mark: the
last. Which address replaces it is a relation (`relations.SUPERSEDES`), put beside the mark.
"""

from __future__ import annotations

from hooks_cli.errors import NotFound
from hooks_cli.store.sqlite.annotations import relations
from hooks_cli.store.sqlite.rows.entry_writes import find_head
from hooks_cli.store.sqlite.schema import LEDGER_TABLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.contract import Row
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction

STALE, WRONG = 1, 2
NAMES = ("", "stale", "wrong")

_MARK = LEDGER_TABLES["mark"]
_OF = ", ".join([f"m.{name}" for name in _MARK.split(", ")])


class Mark:
    """A mark as it is read: `kind` is STALE or WRONG, `version` the newest one that it holds for, `at` in ms; `origin` (model.origin),
    `session` (a name) and `agent` say who put it."""

    __slots__ = ("address", "agent", "at", "kind", "origin", "session", "version")

    def __init__(self, row: Row) -> None:
        _, self.version, self.kind, self.at, self.origin, self.session, self.agent, self.address = row

    address: str
    version: int
    kind: int
    at: int
    origin: int | None
    session: str | None
    agent: str | None


def put(
    tx: Transaction,
    address: str,
    kind: int,
    *,
    origin: int | None = None,
    session: str | None = None,
    agent: str | None = None,
) -> None:
    """Mark what the address holds now, in the place of a mark that it has. The transaction needs a revision (`tx.next_revision`).

    Raises NotFound (1) when nothing was ever written there.
    """
    head = find_head(tx, address)
    if head is None:
        raise NotFound(address=address)
    _remove(tx, head[0])
    tx.insert("mark", (head[0], head[2], kind, tx.now, origin, session, agent))


def remove(tx: Transaction, address: str) -> bool:
    """Bring an entry back: take its mark away, and what says that another address supersedes it. Whether there was either."""
    head = find_head(tx, address)
    marked = head is not None and _remove(tx, head[0])
    superseded = relations.to(tx.store, address, relations.SUPERSEDES)
    for relation in superseded:
        relations.remove(tx, relation.address, relations.SUPERSEDES, address)
    return marked or bool(superseded)


def find(store: EmbeddedStore, address: str) -> Mark | None:
    """The mark of an address, None without one. Whether it still holds: `mark.version` is not below the entry's."""
    row = store.row(f"SELECT {_OF}, h.address FROM head h JOIN mark m ON m.head = h.id WHERE h.address = ?", (address,))
    return None if row is None else Mark(row)


def every(store: EmbeddedStore) -> list[Mark]:
    """All marks that still hold, by address."""
    rows = store.query(
        f"SELECT {_OF}, h.address FROM mark m JOIN head h ON h.id = m.head WHERE h.live = 1 AND m.version >= h.version "
        "ORDER BY h.address"
    )
    return [Mark(row) for row in rows]


def move(tx: Transaction, old: int, new: int) -> None:
    """Give the mark of one head to another (a rename), whose first version it then holds for."""
    for row in tx.store.query(f"DELETE FROM mark WHERE head = ? RETURNING {_MARK}", (old,)):
        tx.forget("mark", row)
        _remove(tx, new)
        version = tx.store.query("SELECT version FROM head WHERE id = ?", (new,))[0][0]
        tx.insert("mark", (new, version, *row[2:]))


def forget_heads(tx: Transaction, heads: str) -> int:
    """Forget the marks of heads (a JSON array of their numbers); how many there were."""
    rows = tx.store.query(
        f"DELETE FROM mark WHERE head IN (SELECT value FROM json_each(?)) RETURNING {_MARK}", (heads,)
    )
    for row in rows:
        tx.forget("mark", row)
    return len(rows)


def _remove(tx: Transaction, head: int) -> bool:
    return forget_heads(tx, f"[{head}]") > 0
