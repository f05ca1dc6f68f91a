"""The journal as one sequence (`memory log`): events, and versions written without an event."""

from __future__ import annotations

from hooks_cli.store.sqlite.rows.entries import is_version_sql, matching
from hooks_cli.text.sealed_marker import mask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.contract import Row
    from hooks_cli.store.sqlite.store import EmbeddedStore


class LogQuery:
    """Which lines of the journal: times in ms, revisions exclusive, `verb`, `session` and `agent` exactly, `pattern` a glob,
    `trace` the beginning of a trace's ids."""

    __slots__ = ("after", "agent", "before", "pattern", "session", "since", "trace", "until", "verb")

    def __init__(
        self,
        *,
        session: str = "",
        agent: str = "",
        verb: str = "",
        pattern: str = "",
        since: int | None = None,
        until: int | None = None,
        after: int | None = None,
        before: int | None = None,
        trace: str = "",
    ) -> None:
        self.session = session
        self.agent = agent
        self.verb = verb
        self.pattern = pattern
        self.since = since
        self.until = until
        self.after = after
        self.before = before
        self.trace = trace


class Line:
    """One line: an event, a version, or an event with the version it made. `fields` is the event's JSON, or None.

    `address` and `version` are None without an entry; they are also None when the entry was collected. `kind` and `size` (bytes)
    are the version's. `said` is the beginning of a notice that was kept under a key.
    """

    __slots__ = (
        "address",
        "agent",
        "at",
        "attribution",
        "fields",
        "kind",
        "revision",
        "said",
        "session",
        "size",
        "trace",
        "verb",
        "version",
    )

    def __init__(self, row: Row) -> None:
        (
            self.revision,
            self.at,
            self.verb,
            self.session,
            self.agent,
            self.attribution,
            self.address,
            self.version,
            self.kind,
            self.size,
            self.trace,
            said,
            fields,
        ) = row
        self.said: str | None = None if said is None else mask(said)
        self.fields: str | None = None if fields is None else mask(fields)

    @property
    def session_shown(self) -> str | None:
        """The session's name for people: a guess with `~` before it."""
        name: str | None = self.session
        return "~" + name if name and self.attribution == "guessed" else name


# What a notice said that was kept under a key: the event carries no copy of it.
SAID = "CASE WHEN v.verb IN ('notify', 'notification') THEN substr(e.value, 1, 2000) END"
_OF_EVENTS = f"""SELECT v.revision, v.at, v.verb, s.name, v.agent, v.attribution, h.address, e.version, e.kind,
    octet_length(e.value), v.trace, {SAID}, v.fields FROM"""
_OF_ENTRIES = """SELECT v.revision, v.at, v.event, s.name, v.agent, CASE v.guessed WHEN 1 THEN 'guessed' END, h.address, v.version,
    v.kind, octet_length(v.value), v.trace, NULL, NULL FROM"""
_SESSION = "LEFT JOIN session s ON s.id = v.session"
# Read by revision until there are enough, or, where a glob is about few addresses, by these (CROSS JOIN: in this order).
_BY_REVISION = (
    f"{_OF_EVENTS} event v LEFT JOIN entry e ON v.entry = 1 AND e.revision = v.revision LEFT JOIN head h ON h.id = e.head {_SESSION}",
    f"{_OF_ENTRIES} entry v CROSS JOIN head h ON h.id = v.head {_SESSION}",
)
_BY_ADDRESS = (
    f"{_OF_EVENTS} head h CROSS JOIN entry e ON {is_version_sql()} "
    f"CROSS JOIN event v ON v.entry = 1 AND v.revision = e.revision {_SESSION}",
    f"{_OF_ENTRIES} head h CROSS JOIN entry v ON {is_version_sql('v')} {_SESSION}",
)
FEW = 2_000
_NO_EVENT = "NOT EXISTS (SELECT 1 FROM event x WHERE x.revision = v.revision)"


def newest(store: EmbeddedStore, wanted: LogQuery, limit: int) -> list[Line]:
    """The newest lines, newest first."""
    return _lines(store, wanted, "DESC", limit)


def oldest(store: EmbeddedStore, wanted: LogQuery, limit: int) -> list[Line]:
    """The oldest lines, oldest first: with `wanted.after`, what came next."""
    return _lines(store, wanted, "ASC", limit)


def _lines(store: EmbeddedStore, wanted: LogQuery, order: str, limit: int) -> list[Line]:
    events, entries = _BY_ADDRESS if _is_about_few(store, wanted) else _BY_REVISION
    event_condition, params = _condition(wanted, "v.verb")
    entry_condition, entry_params = _condition(wanted, "v.event")
    tail = f"ORDER BY v.revision {order} LIMIT {int(limit)}"
    rows = store.query(
        f"SELECT * FROM ({events} WHERE {event_condition} {tail}) UNION ALL "
        f"SELECT * FROM ({entries} WHERE {entry_condition} AND {_NO_EVENT} {tail}) "
        f"ORDER BY 1 {order} LIMIT {int(limit)}",
        (*params, *entry_params),
    )
    return [Line(row) for row in rows]


def _is_about_few(store: EmbeddedStore, wanted: LogQuery) -> bool:
    if not wanted.pattern or wanted.after is not None:
        return False
    condition, params = matching(wanted.pattern)
    if condition == "1":
        return False
    sql = f"SELECT count(*) FROM (SELECT 1 FROM head h WHERE {condition} LIMIT {FEW})"
    return int(store.query(sql, params)[0][0]) < FEW


def _condition(wanted: LogQuery, verb: str) -> tuple[str, tuple[object, ...]]:
    conditions: list[str] = ["1"]
    params: list[object] = []
    for value, condition in (
        (wanted.session or None, "v.session = (SELECT id FROM session WHERE name = ?)"),
        (wanted.agent or None, "v.agent = ?"),
        (wanted.verb or None, f"{verb} = ?"),
        (wanted.since, "v.at >= ?"),
        (wanted.until, "v.at <= ?"),
        (wanted.after, "v.revision > ?"),
        (wanted.before, "v.revision < ?"),
        (wanted.trace or None, "v.trace >= ?"),
        (wanted.trace + "~" if wanted.trace else None, "v.trace < ?"),
    ):
        if value is not None:
            conditions.append(condition)
            params.append(value)
    if wanted.pattern:
        condition, values = matching(wanted.pattern)
        conditions.append(condition)
        params.extend(values)
    return " AND ".join(conditions), tuple(params)
