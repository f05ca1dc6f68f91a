"""The queries of `monitor`: open sessions, running tasks, notices, rate of revisions. Bounded in rows."""

from __future__ import annotations

from hooks_cli.text.sealed_marker import mask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.contract import Row
    from hooks_cli.store.sqlite.store import EmbeddedStore

# The rate is counted over at most this number of the newest rows: more in an hour is told as "at least".
COUNTED = 20_000


# The last sign of life of a session `s`, and the open tasks whose session, if they have one, is neither closed nor silent since ?1.
_SEEN = "max(s.opened_at, coalesce((SELECT at FROM event WHERE session = s.id ORDER BY revision DESC LIMIT 1), 0))"
_RUNNING = f"""FROM task t LEFT JOIN session s ON s.id = t.session WHERE t.closed_at IS NULL
    AND CASE WHEN s.id IS NULL THEN t.opened_at >= ?1 ELSE s.closed_at IS NULL AND {_SEEN} >= ?1 END"""


class Seen:
    """One look at the store, in one short read transaction.

    `sessions` are (name, agent, opened, newest event, events), `tasks` (name, description, session, agent, opened), `notices`
    (revision, at, agent, session, address, message), each the newest first; `open_sessions` and `open_tasks` how many there are,
    `minute` and `hour` how many revisions came in these.
    """

    __slots__ = ("hour", "minute", "notices", "open_sessions", "open_tasks", "revision", "sessions", "tasks")

    def __init__(self, store: EmbeddedStore, now: int, active: int, limit: int) -> None:
        """Sessions that are open and had something happen in the last `active` ms and their tasks, `limit` rows of each kind."""
        store.query("BEGIN")
        try:
            self.revision = int(store.query("SELECT revision FROM state")[0][0])
            self.sessions = _sessions(store, now - active, limit)
            self.tasks = _tasks(store, now - active, limit)
            self.notices = _notices(store, limit)
            self.open_sessions, self.open_tasks = store.query(
                f"SELECT (SELECT count(*) FROM session s WHERE s.closed_at IS NULL AND {_SEEN} >= ?1), (SELECT count(*) {_RUNNING})",
                (now - active,),
            )[0]
            self.minute, self.hour = _written_since(store, now - 60_000), _written_since(store, now - 3_600_000)
        finally:
            store.query("COMMIT")


def _sessions(store: EmbeddedStore, since: int, limit: int) -> list[Row]:
    return store.query(
        """SELECT s.name, coalesce(s.agent, ''), s.opened_at, max(coalesce(x.last, 0), s.opened_at) AS seen, coalesce(x.n, 0)
        FROM session s LEFT JOIN (SELECT session, max(at) last, count(*) n FROM event
            WHERE session IN (SELECT id FROM session WHERE closed_at IS NULL) GROUP BY session) x ON x.session = s.id
        WHERE s.closed_at IS NULL AND seen >= ? ORDER BY seen DESC LIMIT ?""",
        (since, limit),
    )


def _tasks(store: EmbeddedStore, since: int, limit: int) -> list[Row]:
    rows = store.query(
        f"""SELECT t.name, coalesce(t.description, ''), coalesce(s.name, ''), coalesce(t.agent, ''), t.opened_at
        {_RUNNING} ORDER BY t.id DESC LIMIT ?2""",
        (since, limit),
    )
    return [(mask(row[0]), mask(row[1]), *row[2:]) for row in rows]


def _notices(store: EmbeddedStore, limit: int) -> list[Row]:
    """The message of a notice with an entry is the entry's value; a sealed one is not shown."""
    rows = store.query(
        """SELECT v.revision, v.at, coalesce(v.agent, ''), coalesce(iif(v.attribution IS 'guessed', '~', '') || s.name, ''),
            coalesce(h.address, ''),
            coalesce(v.fields ->> '$.message', CASE e.sealed WHEN 2 THEN '‹sealed›' ELSE substr(e.value, 1, 300) END, '')
        FROM event v LEFT JOIN session s ON s.id = v.session LEFT JOIN entry e ON v.entry = 1 AND e.revision = v.revision
            LEFT JOIN head h ON h.id = e.head
        WHERE v.verb IN ('notify', 'notification') ORDER BY v.revision DESC LIMIT ?""",
        (limit,),
    )
    return [(*row[:5], mask(row[5])) for row in rows]


def _written_since(store: EmbeddedStore, at: int) -> int:
    """How many revisions were made since a time (ms); the newest ones are counted, so a long journal costs no more."""
    newest = "SELECT revision, at FROM (SELECT revision, at FROM {0} ORDER BY revision DESC LIMIT ?1) WHERE at >= ?2"
    sql = f"SELECT count(DISTINCT revision) FROM ({newest.format('event')} UNION ALL {newest.format('entry')})"
    return int(store.query(sql, (COUNTED, at))[0][0])
