"""The tables of the store, format 1.

All times are integer milliseconds since 1970-01-01T00:00:00Z. One counter numbers every write (`state.revision`): an event takes a
revision, the entry that it made has the same one, and a memory write takes one for each version it makes.

`head` says what an address holds now; `entry` keeps every version of it, gap-free per address. Worked example: after
`store k a`, `store k b`, `delete k` the head of k is (revision 3, version 3, live 0) and `entry` holds versions 1 (a), 2 (b) and
3 (a tombstone); GC may take versions 1 and 2 away, and the next write is still version 4.

Most addresses are written once, so what every address has is kept small. A head's id is the revision of the version that made it, so
that this version needs no entry in `entry_version`. The newest-first order of the live heads needs no index of its own: the word index
has one row for each of them, by revision (`NEWEST`).
"""

from __future__ import annotations

FORMAT = 1

TOKENIZER = "porter unicode61 remove_diacritics 2"

# A table with one row for each live head, whose `id` is the head's revision: what FTS5 keeps of the length of each text.
NEWEST = "search_docsize"

TABLES = (
    # One row. `ledger` is the keyed multiset hash over all rows; `marks` the ring of (revision, hash) of the last commits.
    """CREATE TABLE state(
        one INTEGER PRIMARY KEY CHECK (one = 1),
        format INTEGER NOT NULL,
        store_id BLOB NOT NULL,
        created_at INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        live INTEGER NOT NULL,
        collected INTEGER NOT NULL,
        ledger BLOB NOT NULL,
        marks BLOB NOT NULL) STRICT""",
    """CREATE TABLE head(
        id INTEGER PRIMARY KEY,
        address TEXT NOT NULL UNIQUE,
        revision INTEGER NOT NULL,
        version INTEGER NOT NULL,
        live INTEGER NOT NULL,
        pinned INTEGER NOT NULL DEFAULT 0,
        expires INTEGER) STRICT""",
    "CREATE INDEX head_expires ON head(expires) WHERE expires IS NOT NULL",
    # Baselines are ranked over all addresses (docs/retention.md): found without a scan, at no cost to other addresses.
    "CREATE INDEX head_baseline ON head(id) WHERE address GLOB '*baseline*'",
    """CREATE TABLE entry(
        revision INTEGER PRIMARY KEY,
        head INTEGER NOT NULL,
        version INTEGER NOT NULL,
        at INTEGER NOT NULL,
        kind INTEGER NOT NULL,
        sealed INTEGER NOT NULL DEFAULT 0,
        guessed INTEGER NOT NULL DEFAULT 0,
        expires INTEGER,
        session INTEGER,
        agent TEXT,
        event TEXT NOT NULL,
        data_version TEXT,
        source TEXT,
        tags TEXT,
        metadata TEXT,
        trace TEXT,
        value TEXT) STRICT""",
    # The version with which a head began has the head's own number as its revision, and is found by that (`entries.of_head`).
    "CREATE UNIQUE INDEX entry_version ON entry(head, version) WHERE revision <> head",
    "CREATE INDEX entry_session ON entry(session) WHERE session IS NOT NULL",
    "CREATE INDEX entry_trace ON entry(trace) WHERE trace IS NOT NULL",
    """CREATE TABLE event(
        revision INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        verb TEXT NOT NULL,
        session INTEGER,
        attribution TEXT,
        agent TEXT,
        task INTEGER,
        entry INTEGER NOT NULL DEFAULT 0,
        fields TEXT NOT NULL,
        call_id TEXT,
        trace TEXT) STRICT""",
    "CREATE INDEX event_session ON event(session) WHERE session IS NOT NULL",
    "CREATE UNIQUE INDEX event_call ON event(call_id) WHERE call_id IS NOT NULL",
    "CREATE INDEX event_trace ON event(trace) WHERE trace IS NOT NULL",
    """CREATE TABLE session(
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        opened_at INTEGER NOT NULL,
        closed_at INTEGER,
        opened_by TEXT NOT NULL,
        agent TEXT) STRICT""",
    "CREATE INDEX session_open ON session(opened_at) WHERE closed_at IS NULL",
    """CREATE TABLE task(
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        named INTEGER NOT NULL,
        session INTEGER,
        agent TEXT,
        description TEXT,
        opened_revision INTEGER NOT NULL,
        opened_at INTEGER,
        closed_at INTEGER,
        outcome TEXT) STRICT""",
    "CREATE INDEX task_name ON task(name)",
    "CREATE INDEX task_open ON task(session) WHERE closed_at IS NULL",
    # Which process a session was opened or restored in: pid and its start time, so that a reused pid is not mistaken.
    "CREATE TABLE binding(pid INTEGER PRIMARY KEY, start INTEGER NOT NULL, session INTEGER NOT NULL, at INTEGER NOT NULL) STRICT",
    # Where long work stopped and what is left to do, so that the next run goes on: `store.upkeep`. No evidence, so not in the ledger.
    "CREATE TABLE upkeep(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT",
    # The words of the heads. Contentless: the text itself lies in `entry` once. rowid = the head's newest revision. The body comes
    # first, since the index marks each hit in a later column with two bytes more, and most hits are in the body: a quarter less.
    f"""CREATE VIRTUAL TABLE search USING fts5(
        body, tags, address, content='', contentless_delete=1, tokenize='{TOKENIZER}')""",
    # Address and tag hits weigh more than body hits.
    "INSERT INTO search(search, rank) VALUES('rank', 'bm25(1.0, 5.0, 8.0)')",
    # A block of the index fits into a page of which the cipher takes 32 bytes; of the engine's own 4050 each spilled into a second one.
    "INSERT INTO search(search, rank) VALUES('pgsz', 4020)",
)

# What the ledger covers, with the columns in the order in which they are hashed (the value last).
LEDGER_TABLES = {
    "entry": (
        "revision, head, version, at, kind, sealed, guessed, expires, session, agent, event, data_version, source, tags, "
        "metadata, trace, value"
    ),
    "event": "revision, at, verb, session, attribution, agent, task, entry, call_id, trace, fields",
    "head": "id, revision, version, live, pinned, expires, address",
    "session": "id, opened_at, closed_at, opened_by, agent, name",
    "task": "id, named, session, agent, description, opened_revision, opened_at, closed_at, outcome, name",
}
