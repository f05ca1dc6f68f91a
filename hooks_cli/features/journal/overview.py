"""Reads sessions and tasks: `session list`, `session show`, `task list` and `hooks metrics`."""

from __future__ import annotations

from hooks_cli.errors import NotFound
from hooks_cli.store.sqlite.reports.overview import SessionRow, TaskRow, session, sessions, tasks, told
from hooks_cli.store.sqlite.rows import journal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore

__all__ = ["SessionRow", "TaskRow", "figures", "find_session", "named_session", "session", "sessions", "tasks", "told"]


def find_session(store: EmbeddedStore | None, name: str) -> journal.Session | None:
    """The session of this name; `latest` is the one that was opened last, unless one has that name. None without one."""
    if store is None:
        return None
    return journal.find_session(store, name) or (journal.newest_session(store) if name == "latest" else None)


def named_session(store: EmbeddedStore | None, name: str) -> journal.Session:
    """As `find_session`. Raises NotFound (1) without one."""
    known = find_session(store, name)
    if known is None:
        raise NotFound(f"There is no session {name}.", hint="See which there are: hooks-cli session list")
    return known


def figures(store: EmbeddedStore, name: str, now: int) -> dict[str, object] | None:
    """A session in figures, None when there is none of this name; `latest` is the one that was opened last, whatever its name."""
    from hooks_cli.store.sqlite.reports.session_metrics import session_metrics

    known = journal.newest_session(store) if name == "latest" else journal.find_session(store, name)
    return None if known is None else session_metrics(store, known, now)
