"""The machines that have written to the store. Tables refer to a machine by its row id."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction


# How long the number of a machine is.
BYTES = 16


def number_of(tx: Transaction, name: bytes) -> int:
    """The row of the machine with this 16-byte number, made when there is none."""
    row = tx.store.row("SELECT id FROM machine WHERE name = ?", (name,))
    if row is not None:
        return int(row[0])
    number = int(tx.store.query("SELECT coalesce(max(id), 0) + 1 FROM machine")[0][0])
    tx.insert("machine", (number, tx.now, None, name))
    return number


def own(store: EmbeddedStore) -> int | None:
    """The row of this machine for a call that only reads; None when it has not written here."""
    row = store.row("SELECT id FROM machine WHERE name = ?", (store.machine(create=False),))
    return None if row is None else int(row[0])


def names(store: EmbeddedStore) -> dict[int, str]:
    """The machines by row: what its user calls it, else the first 8 hex digits of its number."""
    rows = store.query("SELECT id, coalesce(label, substr(lower(hex(name)), 1, 8)) FROM machine")
    return dict(rows)


def numbers(store: EmbeddedStore) -> dict[int, str]:
    """The machines by row: the 32 hex digits of their numbers."""
    rows = store.query("SELECT id, lower(hex(name)) FROM machine")
    return dict(rows)


def set_label(tx: Transaction, number: int, label: str | None) -> None:
    """Say what the user calls a machine. The transaction needs a revision of its own (`tx.next_revision`)."""
    row = tx.store.query("SELECT id, first_at, label, name FROM machine WHERE id = ?", (number,))[0]
    tx.store.query("UPDATE machine SET label = ? WHERE id = ?", (label, number))
    tx.forget("machine", row)
    tx.remember("machine", (*row[:2], label, row[3]))
