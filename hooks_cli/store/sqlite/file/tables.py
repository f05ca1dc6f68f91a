"""The tables of the store, format 2.

All times are integer milliseconds since 1970-01-01T00:00:00Z. One counter numbers every write (`state.revision`): an event takes a
revision, the entry that it made has the same one, and a memory write takes one for each version it makes.

`head` says what an address holds now; `entry` keeps every version of it, gap-free per address. Worked example: after
`store k a`, `store k b`, `delete k` the head of k is (revision 3, version 3, live 0) and `entry` holds versions 1 (a), 2 (b) and
3 (a tombstone); GC may take versions 1 and 2 away, and the next write is still version 4.

Most addresses are written once, so what every address has is kept small. A head's id is the revision of the version that made it, so
that this version needs no entry in `entry_version`. The newest-first order of the live heads needs no index of its own: the word index
has one row for each of them, by revision (`NEWEST`).

Tables are of two sorts. *Ledger* tables are evidence: every change of them passes `Transaction`, `memory verify` reads them, and they are
the same on all machines that share a memory (`LEDGER_TABLES`). *Local* tables serve this machine alone and can be lost without harm.
A table without a word about it is a ledger table; `bound_process`, `upkeep`, `shown_entry` and the word index are local.

Format 2 adds columns and tables to format 1 (`ADDED_COLUMNS` and `NEW_TABLES`; docs/store.md, "Formats"). A new column of an old table is
NULL in rows that format 1 wrote, and such a row keeps the hash that it had (`crypto.ledger`). In a store that was brought up to date the
new columns lie after the old ones, so no statement relies on the order of columns. The step makes no index over an old table: that would
read all of it.
"""

from __future__ import annotations

from hooks_cli.store.sqlite.schema import TOKENIZER

# The tables that format 1 has not.
NEW_TABLES = (
    # The machines that have written here. `name` is the 128-bit number that the machine made for itself (`store.sqlite.machines`), `label`
    # what its user calls it, NULL for nothing. Other tables name a machine by `id`.
    """CREATE TABLE machine(
        id INTEGER PRIMARY KEY,
        first_at INTEGER NOT NULL,
        label TEXT,
        name BLOB NOT NULL UNIQUE) STRICT""",
    # A mark on an address: `kind` is stale or wrong (`annotations.marks`). It holds for `version` and those before it; a later
    # version is a new statement. `session` is a name. Which address replaces this one stands in `relation`.
    """CREATE TABLE mark(
        head INTEGER PRIMARY KEY,
        version INTEGER NOT NULL,
        kind INTEGER NOT NULL,
        at INTEGER NOT NULL,
        origin INTEGER,
        session TEXT,
        agent TEXT) STRICT""",
    # What an address has to do with others: it supersedes `target`, is linked with it, or is about the file `target`
    # (`annotations.relations`). `version` is the one of `head` that said so, `target_version` the one that the target had then. Of a file:
    # the digest of its content and the commit, where they were known. A target need not exist.
    """CREATE TABLE relation(
        id INTEGER PRIMARY KEY,
        kind INTEGER NOT NULL,
        head INTEGER NOT NULL,
        version INTEGER NOT NULL,
        at INTEGER NOT NULL,
        target_version INTEGER,
        digest TEXT,
        git_commit TEXT,
        target TEXT NOT NULL) STRICT""",
    "CREATE UNIQUE INDEX relation_head ON relation(head, kind, target)",
    "CREATE INDEX relation_target ON relation(target, kind)",
    # Versions that wait for a person's approval, and those that got it (`annotations.reviews`): `state`, and who set it when.
    """CREATE TABLE review(
        revision INTEGER PRIMARY KEY,
        state INTEGER NOT NULL,
        at INTEGER NOT NULL,
        origin INTEGER,
        session TEXT,
        agent TEXT) STRICT""",
    # The other name of a task: the id that a queued `pre-task` printed before the task had a row.
    "CREATE TABLE task_alias(alias TEXT PRIMARY KEY, task INTEGER NOT NULL) STRICT",
    # Local. Which version of an address a session was shown (`annotations.shown`): by which event last (its revision, 0 without one) and
    # when, how often, how many characters of it in all; `gone` is 1 when the agent's context was compacted since.
    """CREATE TABLE shown_entry(
        session INTEGER NOT NULL,
        head INTEGER NOT NULL,
        version INTEGER NOT NULL,
        event INTEGER NOT NULL,
        at INTEGER NOT NULL,
        times INTEGER NOT NULL,
        characters INTEGER NOT NULL,
        gone INTEGER NOT NULL,
        PRIMARY KEY(session, head, version)) STRICT, WITHOUT ROWID""",
    "CREATE INDEX shown_entry_head ON shown_entry(head)",
    # Local. Which processes work in a session (`rows.bindings`): each by its pid and start time, so that a reused pid is not mistaken.
    """CREATE TABLE bound_process(
        session INTEGER NOT NULL,
        pid INTEGER NOT NULL,
        start INTEGER NOT NULL,
        depth INTEGER NOT NULL,
        at INTEGER NOT NULL,
        told_by INTEGER NOT NULL,
        replaced INTEGER NOT NULL,
        PRIMARY KEY(session, pid, start)) STRICT, WITHOUT ROWID""",
    "CREATE INDEX bound_process_pid ON bound_process(pid)",
)

# The columns that format 2 added to tables of format 1, each after those that were there.
ADDED_COLUMNS = (
    ("entry", "origin INTEGER"),
    ("entry", "machine INTEGER"),
    ("entry", "imported TEXT"),
    ("session", "machine INTEGER"),
    ("task", "machine INTEGER"),
    ("task", "word TEXT"),
    ("upkeep", "bytes BLOB"),
)

# The tables that lead from format 1 to format 2. `binding` is `bound_process` now; what it held is of no use for it.
FROM_1_TO_2 = ("DROP TABLE binding", *NEW_TABLES)

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
    # Of a version: `origin` is the class of its writer (model.origin), NULL when format 1 wrote it; `machine` the machine that wrote it
    # (table `machine`); `imported` what it was imported from ("" is not used), NULL when it was written here.
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
        origin INTEGER,
        machine INTEGER,
        imported TEXT,
        data_version TEXT,
        source TEXT,
        tags TEXT,
        metadata TEXT,
        trace TEXT,
        value TEXT) STRICT""",
    # The version with which a head began has the head's own number as its revision, and is found by that (`entries.is_version_sql`).
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
    # `machine`: where it was opened, NULL when format 1 wrote it. A session is only guessed on the machine that opened it.
    """CREATE TABLE session(
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        opened_at INTEGER NOT NULL,
        closed_at INTEGER,
        opened_by TEXT NOT NULL,
        agent TEXT,
        machine INTEGER) STRICT""",
    "CREATE INDEX session_open ON session(opened_at) WHERE closed_at IS NULL",
    # `outcome` is 'success', 'failure' or NULL (unknown, or still open); `word` what the caller said of it, where that was another word.
    # Format 1 kept other words in `outcome`. `machine` as in `session`.
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
        outcome TEXT,
        machine INTEGER,
        word TEXT) STRICT""",
    "CREATE INDEX task_name ON task(name)",
    "CREATE INDEX task_open ON task(session) WHERE closed_at IS NULL",
    *NEW_TABLES,
    # Local. Where long work stopped and what is left to do, so that the next run goes on: `store.sqlite.maintenance.state`.
    "CREATE TABLE upkeep(name TEXT PRIMARY KEY, value INTEGER NOT NULL, bytes BLOB) STRICT",
    # Local. The words of the heads. Contentless: the text itself lies in `entry` once. rowid = the head's newest revision. The body comes
    # first, since the index marks each hit in a later column with two bytes more, and most hits are in the body: a quarter less.
    f"""CREATE VIRTUAL TABLE search USING fts5(
        body, tags, address, content='', contentless_delete=1, tokenize='{TOKENIZER}')""",
    # Address and tag hits weigh more than body hits.
    "INSERT INTO search(search, rank) VALUES('rank', 'bm25(1.0, 5.0, 8.0)')",
    # A block of the index fits into a page of which the cipher takes 32 bytes; of the engine's own 4050 each spilled into a second one.
    "INSERT INTO search(search, rank) VALUES('pgsz', 4020)",
    # Which version of the word index a new store has (`store.sqlite.search.index_form`).
    "INSERT INTO upkeep(name, value) VALUES('word_index', 2)",
)
