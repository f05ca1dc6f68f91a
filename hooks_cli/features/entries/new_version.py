"""Creates a version from an existing one, for undelete, revert, rename, patch and append.

A sealed piece is bound to the address and revision that it was written under, so it is opened first, and sealed again by the write.
"""

from __future__ import annotations

from hooks_cli.features.attribution import Attribution
from hooks_cli.features.entries import missing, reveal
from hooks_cli.model.entry import SEALED_WHOLE, Draft, Entry
from hooks_cli.store.sqlite.rows import entries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction


def draft_from(store: EmbeddedStore, entry: Entry, event: str, who: Attribution, *, address: str = "") -> Draft:
    """A draft with the content of a version, for its own address or another. Raises Tampered (77) for a seal that does not open."""
    whole = entry.sealed == SEALED_WHOLE
    reveal.reveal(store, [entry])
    return Draft(
        address or entry.address,
        entry.value,
        event=event,
        metadata=entry.metadata,
        tags=entry.tags,
        source=entry.source,
        data_version=entry.data_version,
        expires=entry.expires,
        session=who.session,
        guessed=who.guessed,
        agent=who.agent,
        redact=whole,
        origin=entry.origin,
        imported=entry.imported,
    )


def tombstone(address: str, event: str, who: Attribution) -> Draft:
    """The draft that says "deleted"."""
    return Draft(address, None, event=event, session=who.session, guessed=who.guessed, agent=who.agent)


def current(tx: Transaction, address: str) -> Entry:
    """What the address holds now. Raises NotFound (1)."""
    entry = entries.read(tx.store, address, tx.now)
    if entry is None:
        raise missing.of(tx.store, address, tx.now)
    return entry
