"""Writes versions of entries. With `entry_updates` the only module that changes `head`, `entry` and the word index."""

from __future__ import annotations

from hooks_cli.errors import InvalidText, TooLarge, VersionConflict
from hooks_cli.model import address as addresses
from hooks_cli.model.entry import JSON, MAX_VALUE_BYTES, TEXT, TOMBSTONE, Draft, Written
from hooks_cli.store.sensitive_values import seal_draft
from hooks_cli.store.sqlite.json_check import is_json_document
from hooks_cli.store.sqlite.schema import LEDGER_TABLES
from hooks_cli.text.index_words import indexed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.contract import Row
    from hooks_cli.store.sensitive_values import Sealed
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction

INSERT_HEAD = f"INSERT INTO head({LEDGER_TABLES['head']}) VALUES(?,?,?,?,?,?,?)"
INSERT_WORDS = "INSERT INTO search(rowid, address, tags, body) VALUES(?,?,?,?)"


def find_head(tx: Transaction, address: str) -> Row | None:
    """The head's row (id, revision, version, live, pinned, expires, address), or None."""
    return tx.store.row(
        "SELECT id, revision, version, live, pinned, expires, address FROM head WHERE address = ?", (address,)
    )


def version_with_text(tx: Transaction, address: str) -> int:
    """The version that the address is at when it holds a text that is not empty, else 0."""
    row = tx.store.row(
        "SELECT h.version FROM head h JOIN entry e ON e.revision = h.revision WHERE h.address = ? AND h.live = 1 "
        "AND (h.expires IS NULL OR h.expires > ?) AND octet_length(e.value) > 0",
        (address, tx.now),
    )
    return row[0] if row is not None else 0


def check_value(value: str, what: str = "The value") -> None:
    """Refuse what cannot be given back exactly: text with NUL, invalid UTF-8 (65), and more than 64 MiB (65)."""
    try:
        size = len(value) if value.isascii() else len(value.encode())
    except UnicodeEncodeError as error:
        place = len(value[: error.start].encode()) + 1  # the error counts characters, and from 0
        raise InvalidText(what=what, reason=f"byte {place} is not UTF-8") from None
    if size > MAX_VALUE_BYTES:
        raise TooLarge(what=what, size=size, limit=MAX_VALUE_BYTES)
    if "\0" in value:
        raise InvalidText(what=what, reason=f"it has a NUL at character {value.index(chr(0)) + 1}")


def put(tx: Transaction, draft: Draft, *, revision: int = 0, if_version: int | None = None) -> Written:
    """Write one version of an address, and index its words.

    `revision` is the one of the event that made it, 0 takes the next. `if_version` makes it conditional: the version that must be
    current, 0 for "no live entry" (deleted and expired ones count as none). Raises VersionConflict (76) otherwise, InvalidAddress,
    InvalidText or TooLarge (65).
    """
    addresses.check(draft.address)
    if draft.value is not None:
        check_value(draft.value)
    old = find_head(tx, draft.address)
    if if_version is not None:
        check_version(tx, draft.address, old, if_version)
    revision = revision or tx.next_revision()
    store = tx.store
    kind = TOMBSTONE if draft.value is None else JSON if is_json_document(store, draft.value) else TEXT
    kept = seal_draft(tx, draft, revision, kind == JSON)
    value = kept.value
    version = old[2] + 1 if old is not None else 1
    live = 0 if value is None else 1
    if old is None:
        head_id = revision
        head: tuple[object, ...] = (head_id, revision, version, live, 0, draft.expires, draft.address)
        store.query(INSERT_HEAD, head)
    else:
        head_id = old[0]
        head = (head_id, revision, version, live, old[4], draft.expires, draft.address)
        store.query(
            "UPDATE head SET revision=?, version=?, live=?, expires=? WHERE id=?",
            (revision, version, live, draft.expires, head_id),
        )
        tx.forget("head", old)
        if old[3]:
            store.query("DELETE FROM search WHERE rowid=?", (old[1],))
    tx.remember("head", head)
    trace = draft.trace or store.trace
    tx.insert("entry", entry_row(draft, kept, revision, head_id, version, kind, tx.now, trace, tx.machine))
    if value is not None:
        index(store, revision, draft.address, kept.tags, kept.metadata, value, is_json=kind == JSON)
    tx.live += live - (old[3] if old is not None else 0)
    return Written(draft.address, revision, version, version - 1, draft.lifetime)


def check_version(tx: Transaction, address: str, head: Row | None, expected: int) -> None:
    """Compare and set: raises VersionConflict (76) unless `expected` is the version that the address is at (0: it holds nothing now).

    `head` is the row of `find_head`.
    """
    alive = head is not None and head[3] and (head[5] is None or head[5] > tx.now)
    current = head[2] if head is not None and alive else 0
    if current == expected:
        return
    if not expected:
        raise VersionConflict(
            f"{address} holds something already, version {current}. Nothing was stored.",
            address=address,
            current=current,
            expected=expected,
        )
    if not current:
        raise VersionConflict(
            f"{address} holds nothing now, so that it is not at version {expected}. Nothing was stored.",
            address=address,
            current=current,
            expected=expected,
        )
    raise VersionConflict(address=address, current=current, expected=expected)


def entry_row(
    draft: Draft,
    kept: Sealed,
    revision: int,
    head: int,
    version: int,
    kind: int,
    at: int,
    trace: str | None,
    machine: int | None,
) -> tuple[object, ...]:
    """The row of `entry` for a draft as it is kept, written at `at` (ms) under `trace` by the machine of that row; its columns in the
    ledger's order."""
    return (
        revision,
        head,
        version,
        at,
        kind,
        kept.sealed,
        int(draft.guessed),
        draft.expires,
        draft.session,
        draft.agent,
        draft.event,
        draft.data_version,
        kept.source,
        kept.tags,
        kept.metadata,
        trace,
        kept.value,
        draft.origin,
        machine,
        draft.imported,
    )


def index(
    store: EmbeddedStore,
    revision: int,
    address: str,
    tags: str | None,
    metadata: str | None,
    body: str,
    *,
    is_json: bool,
) -> None:
    """Make the words of a head found by search; what is sealed in them is not indexed."""
    store.query(INSERT_WORDS, (revision, *indexed(address, tags, metadata, body, is_json=is_json)))
