"""Everything the store knows of one file: entries captured from it, entries that mention it, calls that touched it."""

from __future__ import annotations

from hooks_cli.model.entry import Entry
from hooks_cli.store.sqlite.rows.entries import ALIVE, COLUMNS
from hooks_cli.store.sqlite.rows.lists import newest_heads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore

# How far back is looked, in heads and in events: what is known of a file is what was written lately.
LOOKED_AT = 20_000


def entries_of_file(store: EmbeddedStore, paths: list[str], now: int, limit: int) -> list[Entry]:
    """The entries whose source is the file under one of its names, newest first."""
    marks = ",".join("?" * len(paths))
    rows = store.query(
        f"SELECT {COLUMNS} FROM {newest_heads(LOOKED_AT)} "
        f"WHERE e.source IS NOT NULL AND e.source ->> '$.path' IN ({marks}) AND {ALIVE} ORDER BY d.id DESC LIMIT ?",
        (*paths, now, limit),
    )
    return [Entry(row) for row in rows]


def entries_that_name(store: EmbeddedStore, path: str, now: int, limit: int) -> list[Entry]:
    """The entries in whose address, value or metadata the path stands, the best matches first."""
    words = "".join([c if c.isalnum() else " " for c in path]).split()
    if not words:
        return []
    phrase = '"' + " ".join(words) + '"'
    rows = store.query(
        f"SELECT {COLUMNS} FROM (SELECT rowid AS found, rank FROM search WHERE search MATCH ? ORDER BY rank LIMIT ?) f "
        "JOIN entry e ON e.revision = f.found JOIN head h ON h.id = e.head LEFT JOIN session s ON s.id = e.session "
        f"WHERE {ALIVE} ORDER BY f.rank",
        (phrase, limit, now),
    )
    return [Entry(row) for row in rows]


def calls_about_file(
    store: EmbeddedStore, paths: list[str], limit: int
) -> list[tuple[int, str, str | None, str | None]]:
    """The newest calls that named the file: (time in ms, verb, agent, session), newest first."""
    marks = ",".join("?" * len(paths))
    rows = store.query(
        f"SELECT v.at, v.verb, v.agent, iif(v.attribution IS 'guessed', '~', '') || s.name "
        f"FROM (SELECT * FROM event ORDER BY revision DESC LIMIT {LOOKED_AT}) v "
        f"LEFT JOIN session s ON s.id = v.session WHERE v.fields ->> '$.file' IN ({marks}) ORDER BY v.revision DESC LIMIT ?",
        (*paths, limit),
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]
