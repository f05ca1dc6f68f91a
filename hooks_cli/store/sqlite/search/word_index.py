"""Searches the word index (FTS5): ranked entries, and the positions of the words in them.

The index is contentless: it knows which words a head has, not its text. So snippets come from a small index in memory over the few
results alone, with the same tokenizer, that SQLite's own `snippet` reads.

**Cost.** Ranking looks at each match, so a word that is in a hundred thousand entries would make the search cost as much. Of more
than `RANKED` matches the newest are ranked; SQLite walks them newest first and stops there. Where any of several words will do, the
rarest are taken until together they have that many matches, so that a common word does not crowd out the telling ones.

With filters, the walk goes on until enough matches pass them, so that none is missed. Filters that an index answers with few entries
(addresses, a session) are asked first. An agent, a time or a field has no index, and no place to stop is safe: an import keeps the times
of what it brings, so that revisions are not in their order. Where few entries pass such a filter, each match is looked at: 0.6 µs of
each (`docs/search.md`, "What it costs").
"""

from __future__ import annotations

from hooks_cli.model.entry import JSON, Entry, shown
from hooks_cli.store.sqlite.maintenance import state
from hooks_cli.store.sqlite.rows import entry_writes
from hooks_cli.store.sqlite.rows.entries import (
    COLUMNS,
    FROM_ENTRIES,
    FROM_HEADS,
    FROM_NEWEST,
    SHORT_COLUMNS,
    shorten,
)
from hooks_cli.store.sqlite.schema import TOKENIZER
from hooks_cli.text.cjk import PART, separated
from hooks_cli.text.identifiers import split_identifiers
from hooks_cli.text.index_words import INDEXED_CHARACTERS, readable
from hooks_cli.text.json_writer import numbers_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hooks_cli.store.sqlite.rows.filters import Filters
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction

RANKED = 4_000
# Of at most this number of entries below the addresses asked for, or written in the session, the numbers are looked up before the words
# are.
FEW = 5_000
# The index is read once from end to end, so that a larger cache of pages would be memory and nothing else.
CACHE_KIB = 512
# How many words a snippet has, and what stands around a hit in it: characters that no shown text has.
SNIPPET_WORDS = 20
# Of a longer text, snippets come from its beginning.
SNIPPET_CHARACTERS = 64 * 1024
SNIPPET_BEGINNING = 2 * 1024
HIT_BEGINS, HIT_ENDS = "\x02", "\x03"

_NOT_EXPIRED = "+f.rowid NOT IN (SELECT revision FROM head WHERE expires <= ? AND live = 1)"
_JOINED = "search f CROSS JOIN entry e ON e.revision = f.rowid CROSS JOIN head h ON h.id = e.head"


def _matches(match: str, filters: Filters, now: int, few: bool) -> tuple[str, tuple[object, ...]]:
    """FROM and WHERE of the live matches. Without filters the index alone answers.

    `few` says that few entries lie at the addresses asked for, or come from the session: they are looked up first, so that of each
    other match only its number is looked at, and not its rows.
    """
    if not filters:
        return f"FROM search f WHERE f.search MATCH ? AND {_NOT_EXPIRED}", (match, now)
    condition, params = filters.condition(now)
    if few:
        those, values = _by_index(filters)
        condition = f"+f.rowid IN (SELECT {those}) AND {condition}"
        params = (*values, *params)
    return f"FROM {_JOINED} WHERE f.search MATCH ? AND {condition}", (match, *params)


def _by_index(filters: Filters) -> tuple[str, tuple[object, ...]]:
    """What an index gives of the entries that the filters ask for: the revisions at addresses that lie together, or those of a session;
    "" where none does."""
    if filters.is_in_ranges():
        there, params = filters.addresses()
        return f"h.revision FROM head h WHERE {there}", params
    if filters.session is not None:
        return "e.revision FROM entry e WHERE e.session = ?", (filters.session,)
    return "", ()


def _are_few(store: EmbeddedStore, filters: Filters) -> bool:
    """Whether an index gives at most `FEW` entries for the filters; without looking at more, and once a search."""
    if filters.few is None:
        those, params = _by_index(filters)
        sql = f"SELECT count(*) FROM (SELECT {those} LIMIT {FEW + 1})"
        filters.few = bool(those) and int(store.query(sql, params)[0][0]) <= FEW
    return filters.few


def ranked_sql(
    match: str, filters: Filters, now: int, recent: bool, few: bool = False
) -> tuple[str, tuple[object, ...]]:
    """The statement of `ranked`, without its limit: the tests ask SQLite for its plan."""
    source, params = _matches(match, filters, now, few)
    newest = f"SELECT f.rowid AS revision, f.rank AS score {source} ORDER BY f.rowid DESC LIMIT {RANKED}"
    order = "revision DESC" if recent else "score, revision DESC"
    return f"SELECT revision, score FROM ({newest}) ORDER BY {order}", params


def ranked(
    store: EmbeddedStore, match: str, filters: Filters, now: int, limit: int, *, recent: bool = False
) -> list[tuple[int, float]]:
    """(revision, BM25 as FTS5 gives it: lower is better) of the best matches; at equal score the newer first.

    `recent` orders by time alone. `match` comes from `features.search.query`.
    """
    store.query(f"PRAGMA cache_size=-{CACHE_KIB}")
    sql, params = ranked_sql(match, filters, now, recent, _are_few(store, filters))
    rows = store.query(f"{sql} LIMIT ?", (*params, limit))
    return [(revision, score) for revision, score in rows]


def count(store: EmbeddedStore, match: str, filters: Filters, now: int) -> int:
    """How many live entries match."""
    source, params = matches(store, match, filters, now)
    return int(store.query(f"SELECT count(*) {source}", params)[0][0])


def matches(store: EmbeddedStore, match: str, filters: Filters, now: int) -> tuple[str, tuple[object, ...]]:
    """FROM and WHERE of the live entries `f` that match and pass the filters, with the parameters."""
    store.query(f"PRAGMA cache_size=-{CACHE_KIB}")
    return _matches(match, filters, now, _are_few(store, filters))


def read(store: EmbeddedStore, revisions: list[int]) -> dict[int, Entry]:
    """The entries of these revisions, by revision; of long values as much as a snippet may come from."""
    marks = ",".join("?" * len(revisions))
    rows = store.query(f"SELECT {SHORT_COLUMNS} FROM {FROM_ENTRIES} WHERE e.revision IN ({marks})", tuple(revisions))
    found = [Entry(row) for row in rows]
    shorten(store, found, SNIPPET_CHARACTERS)
    return {entry.revision: entry for entry in found}


ORDERS = {
    "newest": "h.revision DESC",
    "key": "h.address",
    "version": "h.version DESC, h.revision DESC",
    "size": "octet_length(e.value) DESC, h.revision DESC",
}


def narrowed(
    store: EmbeddedStore,
    filters: Filters,
    now: int,
    limit: int,
    offset: int = 0,
    order: str = "newest",
    columns: str = COLUMNS,
) -> list[Entry]:
    """The live entries that pass the filters, whatever their words; `order` is one of ORDERS, `-` before it turns it round."""
    # A walk from the newest head on, unless addresses or a session say where the entries are.
    walked = filters.session is None and not filters.is_in_ranges() and order.removeprefix("-") == "newest"
    source, revision = (FROM_NEWEST, "d.id") if walked else (FROM_HEADS, "e.revision")
    condition, params = filters.condition(now, tags_by_index=revision)
    terms = [f"{revision} DESC"] if walked else ORDERS[order.removeprefix("-")].split(", ")
    if order.startswith("-"):
        terms = [term.removesuffix(" DESC") if term.endswith(" DESC") else term + " DESC" for term in terms]
    sql = f"SELECT {columns} FROM {source} WHERE {condition} ORDER BY {', '.join(terms)} LIMIT ? OFFSET ?"
    return [Entry(row) for row in store.query(sql, (*params, limit, offset))]


def count_narrowed(store: EmbeddedStore, filters: Filters, now: int) -> int:
    """How many live entries pass the filters."""
    condition, params = filters.condition(now, tags_by_index="e.revision")
    return int(store.query(f"SELECT count(*) FROM {FROM_HEADS} WHERE {condition}", params)[0][0])


def snippets(store: EmbeddedStore, match: str, entries: list[Entry]) -> dict[int, str]:
    """By revision, the part of each entry where the words stand, with HIT_BEGINS and HIT_ENDS around each hit."""
    store.query(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.shown USING fts5(address, tags, body, tokenize='{TOKENIZER}')"
    )
    found: dict[int, str] = {}
    found.update(_snippets(store, match, entries, SNIPPET_BEGINNING))
    # Most hits stand near the beginning; only where they do not is a long text read on, one by one for the sake of memory.
    for entry in entries:
        if entry.revision not in found:
            found.update(_snippets(store, match, [entry], SNIPPET_CHARACTERS))
    return found


def _snippets(store: EmbeddedStore, match: str, entries: list[Entry], length: int) -> dict[int, str]:
    """The same from the first `length` characters of each text."""
    if not entries:
        return {}
    store.query("DELETE FROM temp.shown")
    for entry in entries:
        whole = (entry.address, entry.tags or "", searched_text(entry))
        texts = [separated(split_identifiers(_without_marks(text[:length]))[0]) for text in whole]
        store.query("INSERT INTO temp.shown(rowid, address, tags, body) VALUES(?,?,?,?)", (entry.revision, *texts))
    found = store.query(
        "SELECT rowid, snippet(shown, 2, ?, ?, '…', ?) FROM temp.shown WHERE shown MATCH ?",
        (HIT_BEGINS, HIT_ENDS, SNIPPET_WORDS, match),
    )
    return {
        revision: text.replace(HIT_ENDS + PART + PART + HIT_BEGINS, "").replace(PART, "") for revision, text in found
    }


def searched_text(entry: Entry) -> str:
    """The text of an entry as search reads it: the value as it may be shown, JSON decoded, and the metadata."""
    text = readable(shown(entry)[: 2 * INDEXED_CHARACTERS], entry.metadata, is_json=entry.kind == JSON)
    return text[:INDEXED_CHARACTERS]


def _without_marks(text: str) -> str:
    if HIT_BEGINS in text or HIT_ENDS in text:
        return text.replace(HIT_BEGINS, " ").replace(HIT_ENDS, " ")
    return text


def grouped(
    store: EmbeddedStore, match: str, filters: Filters, now: int, field: str, revisions: list[int] | None = None
) -> list[tuple[str | None, int]]:
    """(group, how many live entries), the largest first, of those that match ("" for all) or have one of the revisions (None: any), and
    pass the filters."""
    from hooks_cli.store.sqlite.rows.field_filters import group_of

    group, table, params = group_of(field)
    condition, values = filters.condition(now)
    source = _JOINED if match else "head h JOIN entry e ON e.revision = h.revision"
    more = "f.search MATCH ? AND " if match else ""
    given: list[object] = [match] if match else []
    if revisions is not None:
        more += "e.revision IN (SELECT value FROM json_each(?)) AND "
        given.append(numbers_text(revisions))
    rows = store.query(
        f"SELECT {group} AS name, count(*) FROM {source}{table} WHERE {more}{condition} GROUP BY name ORDER BY 2 DESC, 1",
        (*params, *given, *values),
    )
    return [(None if name is None else str(name), int(count)) for name, count in rows]


def reindex(tx: Transaction, advance: Callable[[int], None]) -> int:
    """Empty the index and index every live head in the present form; how many. `advance` hears of each."""
    from hooks_cli.store.sqlite.search import index_form, next_index

    store = tx.store
    count = 0
    rows = store.query("SELECT revision FROM head WHERE live = 1 ORDER BY revision")
    store.query("INSERT INTO search(search) VALUES('delete-all')")
    for (revision,) in rows:
        address, tags, metadata, value, kind = store.query(
            "SELECT h.address, e.tags, e.metadata, e.value, e.kind FROM entry e JOIN head h ON h.id = e.head WHERE e.revision = ?",
            (revision,),
        )[0]
        if value is not None:
            entry_writes.index(store, revision, address, tags, metadata, value, is_json=kind == JSON)
            count += 1
            advance(1)
    next_index.abandon(tx)
    state.put(tx, state.UNINDEXED, 0)
    state.put(tx, next_index.SERVING, index_form.NUMBER)
    return count
