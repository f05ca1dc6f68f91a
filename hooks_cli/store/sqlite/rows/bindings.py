"""The table `bound_process`: which processes work in which session, so that a call without a session finds its own.

A row is a process of the chain from the call that named the session up to the first one that had been running for a while: (`pid`,
`start`), its `depth` in that chain (0: the call's parent), who said so (`told_by`: a call that named the session, the agent itself by an
event of its own, a person), and whether a later session of the same agent took its place (`replaced`).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction

KEPT_MS = 30 * 86_400_000
BY_CALL, BY_AGENT, BY_PERSON = 0, 1, 2
Process = tuple[int, int]


class Bound:
    """One process bound to an open session, named by its row id."""

    __slots__ = ("depth", "process", "session", "told_by")

    def __init__(self, process: Process, session: int, depth: int, told_by: int) -> None:
        self.process = process
        self.session = session
        self.depth = depth
        self.told_by = told_by


def bind(tx: Transaction, processes: list[Process], session: int, told_by: int) -> None:
    """Note that these processes, nearest first, work in the session, and forget those that were bound over 30 days ago."""
    for depth, (pid, start) in enumerate(processes):
        tx.store.query(
            "INSERT INTO bound_process(session, pid, start, depth, at, told_by, replaced) VALUES(?,?,?,?,?,?,0) "
            f"ON CONFLICT DO UPDATE SET depth=excluded.depth, at=excluded.at, replaced=0, "
            f"told_by=CASE told_by WHEN {BY_AGENT} THEN told_by ELSE excluded.told_by END",
            (session, pid, start, depth, tx.now, told_by),
        )
    tx.store.query("DELETE FROM bound_process WHERE at < ?", (tx.now - KEPT_MS,))


def replace(tx: Transaction, processes: list[Process], session: int, open_too: bool) -> None:
    """Note that this session takes the place of those that the agent had in these processes: the ended ones, or all of them."""
    for pid, start in processes:
        tx.store.query(
            "UPDATE bound_process SET replaced = 1 WHERE pid = ? AND start = ? AND session <> ? "
            f"AND told_by = {BY_AGENT} AND (? OR (SELECT closed_at FROM session WHERE id = bound_process.session) IS NOT NULL)",
            (pid, start, session, int(open_too)),
        )


def of_processes(store: EmbeddedStore, processes: list[Process]) -> list[Bound]:
    """The open sessions that these processes are bound to."""
    wanted = set(processes)
    rows = store.query(
        f"""SELECT b.pid, b.start, b.session, b.depth, b.told_by FROM bound_process b JOIN session s ON s.id = b.session
        WHERE b.pid IN ({",".join("?" * len(processes))}) AND b.replaced = 0 AND s.closed_at IS NULL""",
        tuple(pid for pid, _ in processes),
    )
    return [Bound((row[0], row[1]), row[2], row[3], row[4]) for row in rows if (row[0], row[1]) in wanted]


def nearer(store: EmbeddedStore, bound: Bound) -> list[Process]:
    """The processes that are bound to the same session and stood nearer to the call that named it."""
    rows = store.query(
        "SELECT pid, start FROM bound_process WHERE session = ? AND depth < ?", (bound.session, bound.depth)
    )
    return [(pid, start) for pid, start in rows]


def forget_sessions(tx: Transaction, numbers: str) -> None:
    """Forget the processes of these sessions, a JSON array of row ids."""
    tx.store.query("DELETE FROM bound_process WHERE session IN (SELECT value FROM json_each(?))", (numbers,))
