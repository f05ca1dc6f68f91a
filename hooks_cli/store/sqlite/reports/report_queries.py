"""The queries of `report`: a few statements over journal and addresses, each bounded by a limit or an aggregate."""

from __future__ import annotations

from collections import Counter
from itertools import groupby, pairwise
from operator import itemgetter

from hooks_cli.store.sqlite.rows.entries import FROM_VERSIONS
from hooks_cli.text.json_writer import value_text
from hooks_cli.text.sealed_marker import mask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from hooks_cli.store.contract import Row
    from hooks_cli.store.sqlite.store import EmbeddedStore

_TOP = "CASE WHEN instr(h.address, '/') THEN substr(h.address, 1, instr(h.address, '/') - 1) ELSE '' END"
_KIND = """CASE WHEN verb IN ('post-edit', 'post-write') THEN 'edits' WHEN verb IN ('notify', 'notification') THEN 'notices'
    WHEN verb IN ('pre-task', 'post-task') THEN 'tasks' WHEN verb GLOB 'session-*' THEN 'sessions' ELSE 'other' END"""
_NO_EVENT = "NOT EXISTS (SELECT 1 FROM event x WHERE x.revision = e.revision)"
# Whose a version is: the agent that was named, else the session's, else the session itself.
_ACTOR = "coalesce(e.agent, s.agent, s.name, '')"


def span_of(store: EmbeddedStore, since: int) -> tuple[int, int] | None:
    """The times (ms) of the oldest and the newest event or version since a time; None when there is nothing."""
    oldest, newest = store.query(
        "SELECT min(a), max(b) FROM (SELECT min(at) a, max(at) b FROM event WHERE at >= ?1 "
        "UNION ALL SELECT min(at), max(at) FROM entry WHERE at >= ?1)",
        (since,),
    )[0]
    return None if oldest is None else (oldest, newest)


def counts(store: EmbeddedStore, since: int) -> tuple[int, int]:
    """How many sessions and tasks were alive since then."""
    return tuple(
        store.query(
            """SELECT
            (SELECT count(*) FROM session s LEFT JOIN (SELECT session, max(at) last FROM event GROUP BY session) x
                ON x.session = s.id WHERE max(coalesce(s.closed_at, 0), coalesce(x.last, 0), s.opened_at) >= ?1),
            (SELECT count(*) FROM task WHERE coalesce(closed_at, opened_at) >= ?1)""",
            (since,),
        )[0]
    )


def sessions(store: EmbeddedStore, since: int, limit: int) -> list[Row]:
    """(name, agent, opened, closed, last event, events, edits, notices, tasks, failed tasks) of sessions that were alive since
    then, the newest first."""
    return store.query(
        f"""SELECT s.name, coalesce(s.agent, ''), s.opened_at, s.closed_at, max(coalesce(x.last, 0), s.opened_at),
            coalesce(x.n, 0), coalesce(x.edits, 0), coalesce(x.notices, 0),
            (SELECT count(*) FROM task t WHERE t.session = s.id),
            (SELECT count(*) FROM task t WHERE t.session = s.id AND t.outcome = 'failure')
        FROM session s LEFT JOIN (SELECT session, max(at) last, count(*) n, count(*) FILTER (WHERE {_KIND} = 'edits') edits,
            count(*) FILTER (WHERE {_KIND} = 'notices') notices FROM event GROUP BY session) x ON x.session = s.id
        WHERE max(coalesce(s.closed_at, 0), coalesce(x.last, 0), s.opened_at) >= ?
        ORDER BY s.opened_at DESC, s.id DESC LIMIT ?""",
        (since, limit),
    )


def tasks(store: EmbeddedStore, since: int, limit: int) -> list[Row]:
    """(name, session, agent, description, opened, closed, outcome) of tasks that were open since then, the newest first."""
    rows = store.query(
        """SELECT t.name, coalesce(s.name, ''), coalesce(t.agent, ''), coalesce(t.description, ''), t.opened_at, t.closed_at,
            coalesce(t.outcome, t.word, '') FROM task t LEFT JOIN session s ON s.id = t.session
        WHERE coalesce(t.closed_at, t.opened_at) >= ? ORDER BY t.id DESC LIMIT ?""",
        (since, limit),
    )
    return [(mask(row[0]), row[1], row[2], mask(row[3]), *row[4:]) for row in rows]


def activity(store: EmbeddedStore, since: int, span: int) -> list[tuple[int, str, int]]:
    """(beginning of a span of `span` ms, kind, how many): hook events by kind, and versions that memory commands wrote."""
    return _counted(
        store,
        f"""SELECT at / ?1 * ?1, {_KIND} FROM event WHERE at >= ?2
        UNION ALL SELECT at / ?1 * ?1, 'memory' FROM entry e WHERE at >= ?2 AND {_NO_EVENT}""",
        (span, since),
    )


def _counted(store: EmbeddedStore, sql: str, params: tuple[object, ...]) -> list[Any]:
    """The different rows, each with how often it comes: row by row, since grouping in SQL would sort all of them in memory."""
    found = Counter(store.each(sql, params))
    return [(*row, number) for row, number in sorted(found.items())]


def growth(store: EmbeddedStore, since: int, span: int) -> list[tuple[int, str, int]]:
    """(beginning of a span, first segment, versions written in it); what is older than `since` counts as written at -1."""
    return _counted(
        store,
        f"""SELECT CASE WHEN e.at < ?2 THEN -1 ELSE e.at / ?1 * ?1 END, {_TOP}
        FROM entry e JOIN head h ON h.id = e.head WHERE e.kind < 2""",
        (span, since),
    )


def told(store: EmbeddedStore, glob: str, since: int, limit: int) -> list[Row]:
    """(address, version, at, session, object) of the versions of a glob, the newest first.

    `object` is the JSON text that has the version's figures: its metadata, or its value when that is an object and there is no metadata.
    Whole sealed values are left out, sealed fields are masked.
    """
    rows = store.query(
        f"""SELECT h.address, e.version, e.at, coalesce(s.name, ''),
            CASE WHEN coalesce(e.metadata, '{{}}') <> '{{}}' THEN e.metadata
                WHEN e.kind = 1 AND e.sealed < 2 AND octet_length(e.value) < 65536 THEN e.value ELSE '{{}}' END
        FROM {FROM_VERSIONS}
        WHERE h.address GLOB ? AND e.kind < 2 AND e.at >= ? ORDER BY e.revision DESC LIMIT ?""",
        (glob, since, limit),
    )
    return [(*row[:4], mask(row[4])) for row in rows]


def edited_paths(store: EmbeddedStore, since: int) -> Iterator[tuple[str, int]]:
    """(path, at) of each edit that was told, the newest first; nothing is sorted or held."""
    sql = f"""SELECT fields ->> '$.file' AS path, at FROM event WHERE {_KIND} = 'edits' AND at >= ? AND path <> ''
        ORDER BY revision DESC"""
    for path, at in store.each(sql, (since,)):
        yield str(path), at


def edits_of(store: EmbeddedStore, since: int, paths: Iterable[str]) -> Iterator[tuple[str, str, str, int]]:
    """(path, session, agent, at) of each edit of these files, the newest first; "" for a session or agent without a name."""
    sql = f"""SELECT v.fields ->> '$.file' AS path, coalesce(s.name, ''), coalesce(v.agent, s.agent, ''), v.at
        FROM event v LEFT JOIN session s ON s.id = v.session
        WHERE {_KIND} = 'edits' AND v.at >= ? AND path IN (SELECT value FROM json_each(?)) ORDER BY v.revision DESC"""
    yield from store.each(sql, (since, value_text(list(paths))))


def written_by(store: EmbeddedStore, since: int) -> list[tuple[str, str, int]]:
    """(whose, first segment, versions written)."""
    return _counted(
        store,
        f"""SELECT {_ACTOR}, {_TOP} FROM entry e JOIN head h ON h.id = e.head LEFT JOIN session s ON s.id = e.session
        WHERE e.at >= ? AND e.kind < 2""",
        (since,),
    )


def taken_over(store: EmbeddedStore, since: int) -> list[tuple[str, str, int, str]]:
    """(who wrote a version, who wrote the next one, how often, one of the addresses), of two different ones."""
    found: dict[tuple[str, str], tuple[int, str]] = {}
    rows = store.each(
        f"SELECT h.address, e.version, {_ACTOR}, e.at FROM {FROM_VERSIONS} WHERE h.version > 1 AND e.kind < 3"
    )
    for address, versions in groupby(rows, key=itemgetter(0)):
        for (_, _, before, _), (_, _, after, at) in pairwise(sorted(versions, key=itemgetter(1))):
            if at >= since and before and after and before != after:
                number, least = found.get((before, after), (0, address))
                found[before, after] = (number + 1, min(least, address))
    return sorted(
        [(*pair, number, address) for pair, (number, address) in found.items()],
        key=lambda row: (-row[2], row[0], row[1]),
    )


def restored(store: EmbeddedStore, since: int) -> list[tuple[str, str, int, str]]:
    """(who had written in a session, who restored it, how often, one of the addresses), of two different ones."""
    return store.query(
        f"""SELECT {_ACTOR}, coalesce(v.agent, vs.agent, vs.name), count(DISTINCT v.revision), min(h.address)
        FROM event v JOIN session vs ON vs.id = v.session
        JOIN entry e ON e.session = v.session AND e.revision < v.revision AND e.kind < 2
        JOIN head h ON h.id = e.head LEFT JOIN session s ON s.id = e.session
        WHERE v.verb = 'session-restore' AND v.at >= ? AND {_ACTOR} <> coalesce(v.agent, vs.agent, vs.name)
        GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2""",
        (since,),
    )


def restores(store: EmbeddedStore, since: int, limit: int) -> list[tuple[str, str, int]]:
    """(session, who restored it, revision) of the restores, the newest first."""
    return store.query(
        "SELECT s.name, coalesce(v.agent, s.agent, s.name), v.revision FROM event v JOIN session s ON s.id = v.session "
        "WHERE v.verb = 'session-restore' AND v.at >= ? ORDER BY v.revision DESC LIMIT ?",
        (since, limit),
    )


def authors(store: EmbeddedStore, glob: str) -> list[tuple[str, int, str]]:
    """(who wrote at the addresses of a glob, first revision of theirs, one address)."""
    return store.query(
        f"""SELECT {_ACTOR}, min(e.revision), h.address FROM {FROM_VERSIONS}
        WHERE h.address GLOB ? AND e.kind < 2 GROUP BY 1""",
        (glob,),
    )
