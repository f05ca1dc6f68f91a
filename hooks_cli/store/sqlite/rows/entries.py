"""Reads the current versions of entries, and has the SQL conditions by which versions belong to an address."""

from __future__ import annotations

from hooks_cli.model import address as addresses
from hooks_cli.model.entry import SEALED_WHOLE, Entry
from hooks_cli.store.sqlite.errors import translate
from hooks_cli.store.sqlite.schema import NEWEST
from hooks_cli.system.apsw_import import apsw
from hooks_cli.text.sealed_marker import mask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore

# What model.entry.Entry takes, from `entry e JOIN head h ON h.id = e.head LEFT JOIN session s ON s.id = e.session`.
COLUMNS = (
    "h.address, e.revision, e.version, e.at, e.kind, e.sealed, e.expires, s.name, e.guessed, e.agent, e.event, e.origin, e.machine, "
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

# That a head holds something now, at the time (ms) that is the parameter.
ALIVE = "h.live = 1 AND (h.expires IS NULL OR h.expires > ?)"


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
