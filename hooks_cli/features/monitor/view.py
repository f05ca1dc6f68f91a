"""Output of `monitor`: plain lines, one JSON object, or a live screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hooks_cli.output.listing import one_line
from hooks_cli.output.plain_text import duration
from hooks_cli.text.units import to_iso

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

    from hooks_cli.store.sqlite.reports.monitor import Seen


def as_text(seen: Seen, now: int, before: Seen | None = None) -> str:
    """Lines for a log or for `grep`: how it stands, then (the first time) sessions and tasks, then the notices that are new.

    `monitor TAB time TAB revision N TAB …`, `session TAB name …`, `task TAB name …`, `notice TAB time TAB who TAB message`.
    """
    head = [
        "monitor",
        to_iso(now),
        f"revision {seen.revision}",
        _many(seen.open_sessions, "open session"),
        _many(seen.open_tasks, "running task"),
        f"{seen.minute} in the last minute",
        f"{seen.hour} in the last hour",
    ]
    lines = [head]
    if before is None:
        for name, agent, opened, last, events in seen.sessions:
            lines.append(
                [
                    "session",
                    name,
                    agent,
                    f"open for {duration(_age(now, opened))}",
                    _many(events, "event"),
                    f"last {_ago(now, last)}",
                ]
            )
        for name, description, session, agent, opened in seen.tasks:
            lines.append(
                ["task", name, _who(session, agent), f"running for {duration(_age(now, opened))}", description]
            )
    known = before.revision if before is not None else 0
    for revision, at, agent, session, address, message in reversed(seen.notices):
        if revision > known:
            lines.append(["notice", to_iso(at), _who(session, agent), address, message])
    return "".join("\t".join(one_line(str(cell), 200) for cell in line).rstrip("\t") + "\n" for line in lines)


def as_object(seen: Seen, now: int) -> dict[str, Any]:
    """The same for programs."""
    return {
        "schema_version": "1",
        "at": to_iso(now),
        "revision": seen.revision,
        "revisions_last_minute": seen.minute,
        "revisions_last_hour": seen.hour,
        "open_sessions": seen.open_sessions,
        "open_tasks": seen.open_tasks,
        "sessions": [
            {
                "session_id": name,
                "agent": agent or None,
                "opened_at": to_iso(opened),
                "last_event_at": to_iso(last),
                "events": events,
            }
            for name, agent, opened, last, events in seen.sessions
        ],
        "tasks": [
            {
                "task_id": name,
                "description": description or None,
                "session_id": session or None,
                "agent": agent or None,
                "opened_at": None if opened is None else to_iso(opened),
            }
            for name, description, session, agent, opened in seen.tasks
        ],
        "notices": [
            {
                "revision": revision,
                "at": to_iso(at),
                "agent": agent or None,
                "session_id": session or None,
                "key": address or None,
                "message": message,
            }
            for revision, at, agent, session, address, message in seen.notices
        ],
    }


class Screen:
    """The view on a terminal: it draws `seen` with ages as of now, as much of it as fits."""

    def __init__(self, project: str, seen: Seen, now: Callable[[], int]) -> None:
        self.project = project
        self.seen = seen
        self.now = now

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.console import Group
        from rich.text import Text

        seen, now = self.seen, self.now()
        head = Text.assemble(
            (self.project, "title"),
            "  revision ",
            (f"{seen.revision:,}", "revision"),
            ("  ·  ", "faint"),
            (f"{seen.minute:,}", "number"),
            " in the last minute, ",
            (f"{seen.hour:,}", "number"),
            " in the last hour",
            ("  ·  ", "faint"),
            (to_iso(now)[11:19] + " UTC", "when"),
        )
        sessions = _table(
            "Sessions", ("session", "agent", "open for", "events", "last"), seen.open_sessions - len(seen.sessions)
        )
        for name, agent, opened, last, events in seen.sessions:
            sessions.add_row(
                _text(name, "session"),
                _text(agent, "agent"),
                duration(_age(now, opened)),
                f"{events:,}",
                _ago(now, last),
            )
        tasks = _table("Running tasks", ("task", "what", "session", "for"), seen.open_tasks - len(seen.tasks))
        for name, description, session, agent, opened in seen.tasks:
            tasks.add_row(
                _text(name, "key"),
                _text(description),
                _text(_who(session, agent), "session"),
                duration(_age(now, opened)),
            )
        notices = _table("Latest notices", ("when", "who", "message"), 0)
        for _, at, agent, session, address, message in seen.notices:
            said = _text(message)
            if address:
                said = Text.assemble((one_line(address, 120), "key"), "  ", said)
            notices.add_row(_text(_ago(now, at), "when"), _text(_who(session, agent), "agent"), said)
        empty = Text("nothing", style="faint")
        parts: list[RenderableType] = [head]
        for table in (sessions, tasks, notices):
            parts += ["", table] if table.row_count else ["", _text(str(table.title), "heading"), empty]
        yield Group(*parts)


def _table(title: str, names: tuple[str, ...], more: int) -> Any:
    from rich.table import Table

    made = Table(
        title=title + (f" (and {more:,} more)" if more > 0 else ""),
        title_justify="left",
        title_style="heading",
        header_style="faint",
        box=None,
        pad_edge=False,
        expand=True,
    )
    for name in names:
        wide = name in ("what", "message")
        made.add_column(
            name,
            no_wrap=True,
            overflow="ellipsis",
            ratio=1 if wide else None,
            justify="right" if name == "events" else "left",
        )
    return made


def _text(text: str, style: str = "") -> Any:
    from rich.text import Text

    return Text(one_line(text, 300), style=style)


def _who(session: str, agent: str) -> str:
    return "/".join(word for word in (session, agent) if word)


def _many(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")


def _age(now: int, since: int | None) -> int:
    return max(0, now - since) if since is not None else 0


def _ago(now: int, at: int) -> str:
    return f"{duration(_age(now, at) // 1000 * 1000)} ago".replace(".0 s", " s").replace("0 ms ago", "now")
