"""Adds revision, session and task of a write to the command's telemetry span. Loaded only with telemetry."""

from __future__ import annotations

from hooks_cli.crypto import secret_screen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore

_WHOSE = """SELECT s.name, t.name FROM (
      SELECT revision, session, task FROM event WHERE revision > ?1
      UNION ALL SELECT revision, session, NULL FROM entry WHERE revision > ?1)
    w LEFT JOIN session s ON s.id = w.session LEFT JOIN task t ON t.id = w.task
    WHERE s.name IS NOT NULL OR t.name IS NOT NULL ORDER BY w.task IS NULL, w.revision LIMIT 1"""


def note(store: EmbeddedStore, facts: dict[str, str | int], first: int, newest: int) -> None:
    """Note the newest revision of a commit, and the names of the session and task of what it wrote after revision `first`.

    A name that looks like a secret is left out.
    """
    facts["revision"] = newest
    row = store.row(_WHOSE, (first,))
    for name, value in zip(("session", "task"), row or (), strict=False):
        if value is not None and secret_screen.reason("", None, (value,), store.guard.names, True) is None:
            facts.setdefault(name, value)
