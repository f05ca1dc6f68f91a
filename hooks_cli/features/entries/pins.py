"""Pins (keep an address from garbage collection) and lifetimes (when it expires)."""

from __future__ import annotations

from hooks_cli.features.attribution import Caller
from hooks_cli.features.entries import missing
from hooks_cli.features.entries.new_version import current
from hooks_cli.model.entry import Entry
from hooks_cli.store.sqlite.rows import entries, entry_updates, journal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction


def set_pinned(store: EmbeddedStore, environment: Environment, address: str, pinned: bool, who: Caller) -> bool:
    """Pin or unpin an address; whether that changed anything. The journal keeps it.

    An address that holds nothing now can be unpinned, but not pinned. Raises NotFound (1).
    """
    with store.writing() as tx:
        head = entry_updates.head_row(tx, address)
        if head is None or (pinned and entries.read(tx.store, address, tx.now) is None):
            raise missing.of(tx.store, address, tx.now)
        if bool(head[4]) == pinned:
            return False
        entry_updates.update_heads(tx, [head], pinned=int(pinned))
        _note(tx, environment, "pin" if pinned else "unpin", {"memory_key": address}, who)
        return True


def move_pin(tx: Transaction, old: str, new: str) -> None:
    """Take the pin from one address to another."""
    for address, pinned in ((old, 0), (new, 1)):
        head = entry_updates.head_row(tx, address)
        if head is not None:
            entry_updates.update_heads(tx, [head], pinned=pinned)


def touch(store: EmbeddedStore, environment: Environment, address: str, lifetime: int | None, who: Caller) -> Entry:
    """Give a live entry a new lifetime from now on (ms), or none; returns the entry as it is now. Raises NotFound (1)."""
    with store.writing() as tx:
        entry = current(tx, address)
        entry.expires = None if lifetime is None else tx.now + lifetime
        head = entry_updates.head_row(tx, address)
        assert head is not None
        entry_updates.set_expires(tx, head, entry.expires)
        _note(tx, environment, "touch", {"memory_key": address, "ttl_ms": lifetime}, who)
        return entry


def _note(tx: Transaction, environment: Environment, verb: str, fields: dict[str, object], who: Caller) -> None:
    by = who.in_transaction(tx, environment, verb)
    journal.record(
        tx, verb, fields, revision=tx.next_revision(), session=by.session, attribution=by.how, agent=by.agent
    )
