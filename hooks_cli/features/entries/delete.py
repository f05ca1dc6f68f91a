"""Delete, clear, undelete, rename, revert: all can be undone. Removal for good is in `destroy`."""

from __future__ import annotations

import time

from hooks_cli.errors import NotFound, VersionConflict
from hooks_cli.features.attribution import Caller
from hooks_cli.features.entries import missing
from hooks_cli.features.entries.new_version import current, draft_from, tombstone
from hooks_cli.features.validation.check import check_draft
from hooks_cli.model import address as addresses
from hooks_cli.model.entry import DESTROYED, TOMBSTONE, Entry, Written
from hooks_cli.store.sqlite.maintenance.throttled_writes import ThrottledWrite, should_commit
from hooks_cli.store.sqlite.rows import entries, entry_writes, history, selection
from hooks_cli.store.sqlite.rows.selection import Selection as Selection
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hooks_cli.environment import Environment
    from hooks_cli.features.attribution import Attribution
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction


class Removed:
    """What was taken away (or given back), and the pinned addresses that a glob left alone."""

    __slots__ = ("pinned", "written")

    def __init__(self, written: list[Written], pinned: list[str]) -> None:
        self.written = written
        self.pinned = pinned


def delete(
    store: EmbeddedStore, environment: Environment, address: str, who: Caller, if_version: int | None = None
) -> Written:
    """Write a tombstone over a live entry. Raises NotFound (1) when there is none, VersionConflict (76)."""
    with store.writing() as tx:
        entry = current(tx, address)
        if if_version is not None and entry.version != if_version:
            raise VersionConflict(address=address, current=entry.version, expected=if_version)
        return entry_writes.put(tx, tombstone(address, "delete", who.in_transaction(tx, environment, "delete")))


def clear(
    store: EmbeddedStore, environment: Environment, chosen: Selection, who: Caller, verb: str = "clear"
) -> Removed:
    """Write a tombstone over every live entry that is selected, except pinned ones, and those that change before their turn comes."""
    found = selection.live(store, chosen, environment.now())
    seen = {address: version for address, version, _ in found}

    def remove(tx: Transaction, address: str, by: Attribution) -> Written | None:
        entry = entries.read(tx.store, address, tx.now)
        if entry is None or entry.pinned or entry.version != seen[address]:
            return None  # it was deleted, pinned or rewritten in between: the new version is not what was selected
        return entry_writes.put(tx, tombstone(address, verb, by))

    written = _each(store, environment, [row[0] for row in found if not row[2]], who, verb, remove)
    return Removed(written, [row[0] for row in found if row[2]])


def _each(
    store: EmbeddedStore,
    environment: Environment,
    chosen: list[str],
    who: Caller,
    verb: str,
    change: Callable[[Transaction, str, Attribution], Written | None],
) -> list[Written]:
    """Change many addresses in short transactions."""
    written: list[Written] = []
    at = 0
    while at < len(chosen):
        with ThrottledWrite(store) as tx:
            began = time.monotonic()
            by = who.in_transaction(tx, environment, verb)
            while True:  # one at least, however slow the machine
                done = change(tx, chosen[at], by)
                if done is not None:
                    written.append(done)
                at += 1
                if at == len(chosen) or should_commit(store, began):
                    break
    return written


def undelete(store: EmbeddedStore, environment: Environment, address: str, who: Caller) -> Written:
    """Bring back what a deletion took away, as a new version. Raises NotFound (1) when nothing is deleted there, or nothing is left."""
    with store.writing() as tx:
        return _bring_back(tx, environment, address, who)


def undelete_all(
    store: EmbeddedStore, environment: Environment, chosen: Selection, who: Caller, since: int = 0
) -> tuple[list[Written], list[str]]:
    """Bring back every selected address that was deleted at `since` (ms) or later; also the addresses of which nothing is left."""
    lost: list[str] = []

    def restore(tx: Transaction, address: str, _by: Attribution) -> Written | None:
        try:
            return _bring_back(tx, environment, address, who)
        except NotFound:
            lost.append(address)
            return None

    found = [row[0] for row in selection.deleted(store, chosen, since)]
    return _each(store, environment, found, who, "undelete", restore), lost


def _bring_back(tx: Transaction, environment: Environment, address: str, who: Caller) -> Written:
    head = history.head_of(tx.store, address)
    newest = history.version(tx.store, address, head[2]) if head is not None else None
    if head is None or newest is None or newest.kind != TOMBSTONE:
        raise NotFound(f"Nothing is deleted at {address}.", hint=f"See: memory history '{address}'")
    entry = _last_content(tx.store, address, head[2] - 1)
    if entry is None:
        raise NotFound(
            f"What was deleted at {address} is not there any more: it was destroyed or collected.",
            hint=f"See: memory history '{address}'",
        )
    draft = draft_from(tx.store, entry, "undelete", who.in_transaction(tx, environment, "undelete"))
    if draft.expires is not None and draft.expires <= tx.now:
        raise NotFound(f"What was deleted at {address} has expired meanwhile.", hint="Store it again.")
    return entry_writes.put(tx, draft)


def _last_content(store: EmbeddedStore, address: str, number: int) -> Entry | None:
    """The version that an unbroken row of tombstones up to `number` covers; None when a gap or a destroyed one comes first."""
    while number > 0:
        entry = history.version(store, address, number)
        if entry is None or entry.kind == DESTROYED:
            return None
        if entry.kind != TOMBSTONE:
            return entry
        number -= 1
    return None


def revert(
    store: EmbeddedStore,
    environment: Environment,
    address: str,
    number: int,
    who: Caller,
    if_version: int | None = None,
) -> Written:
    """Write a new version with the content of an old one, and with its end of life.

    Raises NotFound (1) when that version is not there or holds nothing, SchemaViolation (65), VersionConflict (76).
    """
    with store.writing() as tx:
        entry = readable_version(tx.store, address, number, tx.now)
        draft = draft_from(tx.store, entry, "revert", who.in_transaction(tx, environment, "revert"))
        check_draft(store, environment, draft)
        return entry_writes.put(tx, draft, if_version=if_version)


def readable_version(store: EmbeddedStore, address: str, number: int, now: int) -> Entry:
    """One version with its content. Raises NotFound (1), which says why there is none."""
    entry = history.version(store, address, number)
    expired = entry is not None and entry.expires is not None and entry.expires <= now
    if entry is not None and entry.kind not in (TOMBSTONE, DESTROYED) and not expired:
        return entry
    head = history.head_of(store, address)
    if entry is not None:
        why = {TOMBSTONE: "is a deletion", DESTROYED: "was destroyed"}.get(entry.kind, "has expired")
    elif head is None or not 0 < number <= head[2]:
        why = "was never written"
    else:
        why = _why_missing(store, address, number)
    raise NotFound(f"Version {number} of {address} {why}.", address=address, hint=f"See: memory history '{address}'")


def _why_missing(store: EmbeddedStore, address: str, number: int) -> str:
    """What has become of a version that is older than the newest one and not there."""
    began = history.begins_with(store, address)
    if began is not None and number < began[0]:
        return f"never was in this store: the history here begins with version {began[0]}, which was imported"
    if history.may_be_collected(store, address, number):
        return "was collected"
    return "is not in this store: it had expired, or an import brought only newer ones"


def rename(
    store: EmbeddedStore, environment: Environment, old: str, new: str, who: Caller, *, overwrite: bool = False
) -> tuple[Written, Written]:
    """Move what an address holds to another one: a new version there, a tombstone here, in one transaction.

    Returns both. The pin goes along, as do marks, relations and a review that is not done.
    Raises NotFound (1), VersionConflict (76) when the new address holds something, InvalidAddress or SchemaViolation (65).
    """
    from hooks_cli.features.entries.pins import move_pin
    from hooks_cli.store.sqlite.annotations import moving as annotations

    with store.writing() as tx:
        entry = current(tx, old)
        by = who.in_transaction(tx, environment, "rename")
        draft = draft_from(tx.store, entry, "rename", by, address=new)
        origin: dict[str, object] = {"renamed_from": old, "key_version": entry.version}
        draft.source = draft.source or object_text(origin)
        check_draft(store, environment, draft)
        try:
            moved = entry_writes.put(tx, draft, if_version=None if overwrite else 0)
        except VersionConflict as error:
            raise _taken(new, error.details) from None
        gone = entry_writes.put(tx, tombstone(old, "rename", by))
        if entry.pinned:
            move_pin(tx, old, new)
        annotations.move(tx, old, new, entry.revision, moved.revision)
        return moved, gone


def check_rename(
    store: EmbeddedStore, environment: Environment, old: str, new: str, *, overwrite: bool = False
) -> None:
    """Raise what `rename` would raise now: for who only wants to know."""
    now = environment.now()
    if entries.read(store, addresses.check(old), now) is None:
        raise missing.of(store, old, now)
    there = entries.read(store, addresses.check(new), now)
    if there is not None and not overwrite:
        raise _taken(new, {"address": new, "current": there.version, "expected": 0})


def _taken(new: str, details: dict[str, object]) -> VersionConflict:
    return VersionConflict(
        f"{new} holds something already. Nothing was renamed.",
        hint="Take another address, or write over it: --overwrite",
        **details,
    )


def unpinned_addresses(store: EmbeddedStore, chosen: Selection, now: int) -> list[str]:
    """The addresses of the live entries that are selected and not pinned, in order."""
    return [row[0] for row in selection.live(store, chosen, now) if not row[2]]


def deleted_addresses(store: EmbeddedStore, chosen: Selection, since: int) -> list[str]:
    """The selected addresses that were deleted at `since` (ms) or later and not written again, in order."""
    return [row[0] for row in selection.deleted(store, chosen, since)]
