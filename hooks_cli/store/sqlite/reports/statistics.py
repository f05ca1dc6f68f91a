"""Counts and sizes of the whole store or of the addresses that match a glob, computed on request."""

from __future__ import annotations

from hooks_cli.store.sqlite.rows.entries import (
    ALIVE,
    is_first_version_sql,
    is_later_version_sql,
    matching,
    numbered,
    versions_at,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore

_NAMESPACE = "CASE WHEN instr(h.address, '/') THEN substr(h.address, 1, instr(h.address, '/') - 1) ELSE '' END"

_FIGURES = (
    "entries",
    "versions",
    "deleted",
    "expired",
    "sealed",
    "pinned",
    "tagged",
    "value_bytes",
    "oldest",
    "newest",
)
# How many versions there are of a head `h`; all but one of them are counted in the index.
_VERSIONS = (
    f"((SELECT count(*) FROM entry n WHERE {is_later_version_sql('n')}) "
    f"+ EXISTS (SELECT 1 FROM entry n WHERE {is_first_version_sql('n')}))"
)


def entry_figures(store: EmbeddedStore, now: int, pattern: str = "*") -> dict[str, int | None]:
    """Of the entries that match: entries, sealed, pinned, with tags, bytes of their values; versions in all; deleted and expired
    addresses; when the oldest and the newest was written (ms, None without any)."""
    condition, params = matching(pattern)
    # Counted as they lie, or for each address: with what is read of it anyhow, since below a glob each look is at another page.
    versions = "(SELECT count(*) FROM entry)" if condition == "1" else f"coalesce(sum({_VERSIONS}), 0)"
    alive = numbered(ALIVE, 1)
    row = store.query(
        f"SELECT count(*) FILTER (WHERE {alive}), {versions}, count(*) FILTER (WHERE h.live = 0), "
        "count(*) FILTER (WHERE h.live = 1 AND h.expires <= ?1), "
        f"count(*) FILTER (WHERE e.sealed > 0 AND {alive}), count(*) FILTER (WHERE h.pinned = 1 AND {alive}), "
        f"count(*) FILTER (WHERE e.tags IS NOT NULL AND {alive}), coalesce(sum(octet_length(e.value)) FILTER (WHERE {alive}), 0), "
        f"min(e.at) FILTER (WHERE {alive}), max(e.at) FILTER (WHERE {alive}) "
        f"FROM head h LEFT JOIN entry e ON e.revision = h.revision WHERE {numbered(condition, 2)}",
        (now, *params),
    )[0]
    return dict(zip(_FIGURES, row, strict=True))


def namespaces(store: EmbeddedStore, now: int, pattern: str) -> dict[str, tuple[int, int]]:
    """First segment -> (entries, bytes of their values); "" for addresses of one segment.

    Row by row, since grouping in SQL would sort all of them in memory.
    """
    condition, params = matching(pattern)
    found: dict[str, tuple[int, int]] = {}
    sql = (
        f"SELECT {_NAMESPACE}, coalesce(octet_length(e.value), 0) "
        f"FROM head h JOIN entry e ON e.revision = h.revision WHERE {condition} AND {ALIVE}"
    )
    for name, size in store.each(sql, (*params, now)):
        entries, together = found.get(name, (0, 0))
        found[name] = (entries + 1, together + size)
    return found


def most_written(store: EmbeddedStore, now: int, pattern: str, limit: int) -> list[tuple[str, int]]:
    """(address, version) of the entries that were written most often."""
    condition, params = matching(pattern)
    rows = store.query(
        f"SELECT h.address, h.version FROM head h WHERE {condition} AND {ALIVE} ORDER BY h.version DESC, h.revision DESC LIMIT ?",
        (*params, now, limit),
    )
    return [(row[0], row[1]) for row in rows]


def per_day(store: EmbeddedStore, since: int, pattern: str) -> list[tuple[str, int, int]]:
    """(day in UTC, versions written, hook events) for each day with any, since a time in ms."""
    condition, params = matching(pattern)
    rows = store.query(
        "SELECT day, sum(v), sum(e) FROM ("
        f"SELECT strftime('%Y-%m-%d', e.at / 1000, 'unixepoch') AS day, 1 AS v, 0 AS e FROM {versions_at(condition)} "
        f"WHERE {condition} AND e.at >= ? UNION ALL "
        "SELECT strftime('%Y-%m-%d', at / 1000, 'unixepoch'), 0, 1 FROM event WHERE at >= ?) GROUP BY day ORDER BY day",
        (*params, since, since),
    )
    return [(row[0], row[1], row[2]) for row in rows]


_SPOKE = "(?2 = '' OR agent = ?2)"


def journal_figures(store: EmbeddedStore, since: int = 0, agent: str = "") -> dict[str, int | None]:
    """Events, agents, sessions and tasks since a time in ms, and how the tasks ended; of one agent, or ("") of all.

    `newest_event` is in ms, None without one.
    """
    events, agents, newest = store.query(
        f"SELECT count(*), count(DISTINCT agent), max(at) FROM event WHERE at >= ?1 AND {_SPOKE}",
        (since, agent),
    )[0]
    sessions, open_sessions = store.query(
        "SELECT count(*), count(*) FILTER (WHERE closed_at IS NULL) FROM session "
        f"WHERE coalesce(closed_at, opened_at) >= ?1 AND {_SPOKE}",
        (since, agent),
    )[0]
    tasks, open_tasks, succeeded, failed = store.query(
        "SELECT count(*), count(*) FILTER (WHERE closed_at IS NULL), count(*) FILTER (WHERE outcome = 'success'), "
        f"count(*) FILTER (WHERE outcome = 'failure') FROM task WHERE coalesce(closed_at, opened_at) >= ?1 AND {_SPOKE}",
        (since, agent),
    )[0]
    return {
        "events": events,
        "agents": agents,
        "sessions": sessions,
        "sessions_open": open_sessions,
        "tasks": tasks,
        "tasks_open": open_tasks,
        "tasks_succeeded": succeeded,
        "tasks_failed": failed,
        "newest_event": newest,
    }


def events_by_verb(store: EmbeddedStore, since: int = 0, agent: str = "") -> dict[str, int]:
    """How many events of each verb there are since a time in ms, the commonest first."""
    rows = store.query(
        f"SELECT verb, count(*) FROM event WHERE at >= ?1 AND {_SPOKE} GROUP BY verb ORDER BY 2 DESC, 1", (since, agent)
    )
    return dict(rows)


def commands_by_outcome(store: EmbeddedStore, since: int = 0, agent: str = "") -> dict[str, int]:
    """How the shell commands that were told of ended: succeeded, failed, and those of which nothing was said."""
    rows = store.query(
        "SELECT CASE fields ->> '$.success' WHEN 1 THEN 'succeeded' WHEN 0 THEN 'failed' ELSE 'untold' END, count(*) "
        f"FROM event WHERE verb IN ('post-command', 'post-bash') AND at >= ?1 AND {_SPOKE} GROUP BY 1 ORDER BY 1",
        (since, agent),
    )
    return dict(rows)


def size_figures(store: EmbeddedStore) -> dict[str, int]:
    """The store's revision, format and creation time (ms), and its size in bytes as the engine counts its pages."""
    revision, store_format, created = store.query("SELECT revision, format, created_at FROM state")[0]
    pages = int(store.query("PRAGMA page_count")[0][0]) * int(store.query("PRAGMA page_size")[0][0])
    return {"revision": revision, "format": store_format, "created_at": created, "bytes": pages}
