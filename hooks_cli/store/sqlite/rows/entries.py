"""Writes versions and reads current ones. The only module that changes `head`, `entry` and the word index."""

from __future__ import annotations

from hooks_cli.errors import InvalidText, TooLarge, VersionConflict
from hooks_cli.model import address as addresses
from hooks_cli.model.entry import DESTROYED, JSON, MAX_VALUE_BYTES, SEALED_WHOLE, TEXT, TOMBSTONE, Draft, Entry, Written
from hooks_cli.store.sensitive_values import seal_draft
from hooks_cli.store.sqlite.errors import translate
from hooks_cli.store.sqlite.schema import LEDGER_TABLES, NEWEST
from hooks_cli.system.apsw_import import apsw
from hooks_cli.text.index_words import indexed
from hooks_cli.text.sealed_marker import mask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.contract import Row
    from hooks_cli.store.sensitive_values import Sealed
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction

# What model.entry.Entry takes, from `entry e JOIN head h ON h.id = e.head LEFT JOIN session s ON s.id = e.session`.
COLUMNS = (
    "h.address, e.revision, e.version, e.at, e.kind, e.sealed, e.expires, s.name, e.agent, e.event, e.origin, e.machine, "
    "e.imported, e.data_version, e.source, e.tags, e.metadata, e.trace, h.pinned, e.value"
)
# The same with long values left out (None): a list of many entries reads no more than it shows. See `beginning`.
INLINE_BYTES = 2_048
PREVIEWED_CHARACTERS = 512
SHORT_COLUMNS = COLUMNS.replace(
    "e.value",
    f"CASE WHEN e.sealed < {SEALED_WHOLE} AND octet_length(e.value) > {INLINE_BYTES} THEN NULL ELSE e.value END",
)
_SESSION = "LEFT JOIN session s ON s.id = e.session"
FROM_HEADS = f"head h JOIN entry e ON e.revision = h.revision AND e.head = h.id {_SESSION}"
FROM_ENTRIES = f"entry e JOIN head h ON h.id = e.head {_SESSION}"
_NEWEST_HEAD = "head h ON h.id = e.head AND h.revision = e.revision"
# The live heads in the order of their revisions: `ORDER BY d.id DESC` reads them newest first, and no more than it gives back.
FROM_NEWEST = f"{NEWEST} d CROSS JOIN entry e ON e.revision = d.id CROSS JOIN {_NEWEST_HEAD} {_SESSION}"


def is_first_version_sql(name: str) -> str:
    """The SQL condition for the version (of `entry`, under this name) that made a head `h`: its revision is the head's number."""
    return f"{name}.revision = h.id AND {name}.head = h.id"


def is_later_version_sql(name: str) -> str:
    """The same for the versions of a head `h` that the index has: all but the one that made it."""
    return f"{name}.head = h.id AND {name}.revision <> {name}.head"


def is_version_sql(name: str = "e", more: str = "") -> str:
    """The SQL condition for the versions (of `entry`, under this name) of a head `h`, and what more must hold of them."""
    more = f" AND {more}" if more else ""
    return f"(({is_first_version_sql(name)}{more}) OR ({is_later_version_sql(name)}{more}))"


def has_version_sql(name: str, such: str) -> str:
    """The SQL condition that a head `h` has a version of which this holds, and looks no further than the first of them.

    A head with one version that is the one that made it has no others; most are so.
    """
    found = f"EXISTS (SELECT 1 FROM entry {name} WHERE {{}} AND {such})"
    first, later = found.format(is_first_version_sql(name)), found.format(is_later_version_sql(name))
    return f"({first} OR (h.version > 1 OR h.revision <> h.id) AND {later})"


FROM_VERSIONS = f"head h CROSS JOIN entry e ON {is_version_sql()} {_SESSION}"
INSERT_HEAD = f"INSERT INTO head({LEDGER_TABLES['head']}) VALUES(?,?,?,?,?,?,?)"

# That a head holds something now, at the time (ms) that is the parameter.
ALIVE = "h.live = 1 AND (h.expires IS NULL OR h.expires > ?)"

INSERT_WORDS = "INSERT INTO search(rowid, address, tags, body) VALUES(?,?,?,?)"


def read(store: EmbeddedStore, address: str, now: int) -> Entry | None:
    """What the address holds now, or None when it holds nothing: never written, deleted, destroyed or expired."""
    row = store.row(
        f"SELECT {COLUMNS} FROM {FROM_HEADS} WHERE h.address = ? AND {ALIVE}",
        (address, now),
    )
    return None if row is None else Entry(row)


def beginning(store: EmbeddedStore, entry: Entry, characters: int) -> tuple[str, int, bool]:
    """At least the first `characters` of a long value as it may be shown, its whole size in bytes, and whether that is all of it.

    Only so much is read from the file. For an entry whose value was left out of `SHORT_COLUMNS`; one that was collected or
    destroyed since then gives nothing.
    """
    try:
        with store.connection.blob_open("main", "entry", "value", entry.revision, False) as blob:
            size = blob.length()
            data = blob.read(min(size, 4 * characters + 256))
    except apsw.SQLError:
        return "", 0, True
    except apsw.Error as error:
        raise translate(error, store.path, store.budget_ms) from error
    return mask(data.decode("utf-8", "ignore")), size, len(data) == size


def shorten(store: EmbeddedStore, entries: list[Entry], characters: int = PREVIEWED_CHARACTERS) -> None:
    """Give entries that were read by `SHORT_COLUMNS` the beginning of their long values: enough for a line of a list, or more."""
    for entry in entries:
        if entry.value is None:
            entry.value = beginning(store, entry, characters)[0][: characters + 1]


def find_head(tx: Transaction, address: str) -> Row | None:
    """The head's row (id, revision, version, live, pinned, expires, address), or None."""
    return tx.store.row(
        "SELECT id, revision, version, live, pinned, expires, address FROM head WHERE address = ?", (address,)
    )


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
    kind = TOMBSTONE if draft.value is None else JSON if store.is_json_document(draft.value) else TEXT
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


def matching(pattern: str) -> tuple[str, tuple[object, ...]]:
    """The SQL condition on `h.address` for a glob, with its parameters: a range scan over the literal prefix, then GLOB.

    >>> matching("swarm/*")
    ('h.address >= ? AND h.address < ?', ('swarm/', 'swarm0'))
    """
    prefix = addresses.literal_prefix(pattern)
    if pattern == prefix:
        return "h.address = ?", (pattern,)
    conditions, params = [], []
    if prefix:
        conditions.append("h.address >= ?")
        params.append(prefix)
        end = addresses.after_prefix(prefix)
        if end is not None:
            conditions.append("h.address < ?")
            params.append(end)
    if pattern != prefix + "*":
        conditions.append("h.address GLOB ?")
        params.append(pattern)
    return " AND ".join(conditions) or "1", tuple(params)


def numbered(condition: str, first: int) -> str:
    """A condition with its `?` numbered from `first` on, to stand beside ?1, ?2 and so on.

    >>> numbered("h.address >= ? AND h.address < ?", 4)
    'h.address >= ?4 AND h.address < ?5'
    """
    parts = condition.split("?")
    return parts[0] + "".join([f"?{first + at}{part}" for at, part in enumerate(parts[1:])])


def versions_at(condition: str) -> str:
    """FROM for all versions at the addresses of a condition that `matching` made: those of few heads by these, those of all as they lie."""
    return FROM_ENTRIES if condition == "1" else FROM_VERSIONS


def is_gone(kind: int) -> bool:
    """Whether a version of this kind holds nothing."""
    return kind in (TOMBSTONE, DESTROYED)
