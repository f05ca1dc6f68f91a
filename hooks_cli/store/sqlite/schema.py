"""The format's number and the columns that the ledger covers: what every command needs of the tables.

The tables themselves stand in `file.tables`, which is loaded only where a store is made or brought up to date.
"""

from __future__ import annotations

FORMAT = 2

TOKENIZER = "porter unicode61 remove_diacritics 2"

# A table with one row for each live head, whose `id` is the head's revision: what FTS5 keeps of the length of each text.
NEWEST = "search_docsize"

# What the ledger covers, with the columns in the order in which they are hashed: those of format 1 (the longest last), then those that
# format 2 added, which are hashed only where they are not NULL.
LEDGER_TABLES = {
    "entry": (
        "revision, head, version, at, kind, sealed, guessed, expires, session, agent, event, data_version, source, tags, "
        "metadata, trace, value, origin, machine, imported"
    ),
    "event": "revision, at, verb, session, attribution, agent, task, entry, call_id, trace, fields",
    "head": "id, revision, version, live, pinned, expires, address",
    "session": "id, opened_at, closed_at, opened_by, agent, name, machine",
    "task": (
        "id, named, session, agent, description, opened_revision, opened_at, closed_at, outcome, name, machine, word"
    ),
    "machine": "id, first_at, label, name",
    "mark": "head, version, kind, at, origin, session, agent",
    "relation": "id, kind, head, version, at, target_version, digest, git_commit, target",
    "review": "revision, state, at, origin, session, agent",
    "task_alias": "task, alias",
}
# The same of a store of format 1.
LEDGER_TABLES_1 = {
    "entry": LEDGER_TABLES["entry"].removesuffix(", origin, machine, imported"),
    "event": LEDGER_TABLES["event"],
    "head": LEDGER_TABLES["head"],
    "session": LEDGER_TABLES["session"].removesuffix(", machine"),
    "task": LEDGER_TABLES["task"].removesuffix(", machine, word"),
}
# The columns of the new local tables, and of the one that got a column.
SHOWN_ENTRY = "session, head, version, event, at, times, characters, gone"
BOUND_PROCESS = "session, pid, start, depth, at, told_by, replaced"
UPKEEP, UPKEEP_1 = "name, value, bytes", "name, value"


def ledger_tables(found: int) -> dict[str, str]:
    """What the ledger covers in a store of this format."""
    return LEDGER_TABLES_1 if found == 1 else LEDGER_TABLES
