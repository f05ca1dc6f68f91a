"""Terminal views of sessions and tasks, with a Gantt chart of their times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from hooks_cli.output.envelope import moment
from hooks_cli.output.plain_text import duration
from hooks_cli.output.views.safe_text import ago, line, span, text

if TYPE_CHECKING:
    from rich.console import Console

    from hooks_cli.store.sqlite.reports.overview import SessionRow, TaskRow

NARROW = 80
_OUTCOMES = {"success": ("✓", "good"), "failure": ("✗", "bad")}


def show_sessions(console: Console, sessions: list[SessionRow], now: int) -> None:
    """A table of sessions, newest first: how long, what happened, and when within the time that all of them span."""
    chart = _chart_width(console)
    table = _table(chart)
    for name in ("Session", "Length", "Tasks", "Edits", "Notices", "Keys"):
        table.add_column(
            name, justify="left" if name == "Session" else "right", no_wrap=True, overflow="ellipsis",
            min_width=12 if name == "Session" else None,
        )  # fmt: skip
    table.add_column("Age", justify="right", no_wrap=True, min_width=6)
    first, last = min(s.opened_at for s in sessions), max(s.end for s in sessions)
    if chart:
        table.add_column(Text("When"), width=chart, no_wrap=True)
    for session in sessions:
        going = session.state(now) == "open"
        cells = [
            text(session.name, "session", 200),
            Text(duration(session.end - session.opened_at), "good" if going else ""),
            Text(_tasks(session)),
            Text(f"{session.edits or ''}"),
            Text(f"{session.notices or ''}"),
            Text(f"{session.entries or ''}"),
            Text(ago(now - session.opened_at), "when"),
        ]
        if chart:
            cells.append(
                Text(span(session.opened_at, session.end, first, last, chart, going), "good" if going else "session")
            )
        table.add_row(*cells)
    console.print(table)


def _tasks(session: SessionRow) -> str:
    if not session.tasks:
        return ""
    return f"{session.tasks} ({session.tasks_open} open)" if session.tasks_open else str(session.tasks)


def show_session(
    console: Console,
    session: SessionRow,
    tasks: list[TaskRow],
    notices: list[tuple[int, str | None, str]],
    edits: list[tuple[int, str | None, str]],
    now: int,
) -> None:
    """One session: what it was, its tasks as a Gantt chart, its last edits and notices."""
    state = session.state(now)
    styled = (state, "good" if state == "open" else "faint")
    console.print(
        line(text(session.name, "folder", 200), styled, (duration(session.end - session.opened_at), "number"))
    )
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="faint", no_wrap=True)
    facts.add_column(overflow="fold")
    facts.add_row(
        "opened", line((moment(session.opened_at), "when"), f"by {session.opened_by}", text(session.agent, "agent"))
    )
    if session.closed_at is not None:
        facts.add_row("closed", Text(moment(session.closed_at), "when"))
    else:
        facts.add_row("last seen", Text(moment(session.seen_at), "when"))
    facts.add_row(
        "events",
        line(
            f"{session.events:,}",
            f"{session.edits} edits",
            f"{session.notices} notices",
            f"{session.entries} versions written",
        ),
    )
    console.print(facts)
    if tasks:
        console.print(Text("\nTasks", "heading"))
        show_tasks(console, tasks, now, whole=(session.opened_at, max(session.end, *[_end(t, now) for t in tasks])))
    for title, told in (("Edits", edits), ("Notices", notices)):
        if told:
            console.print(Text(f"\n{title}", "heading"))
        for at, agent, said in told:
            console.print(line((moment(at)[11:19], "when"), text(agent, "agent", 40), text(said)))


def show_tasks(
    console: Console, tasks: list[TaskRow], now: int, *, whole: tuple[int, int] | None = None, sessions: bool = False
) -> None:
    """A table of tasks with a Gantt line each, within `whole` (ms) or the time that all of them span."""
    chart = _chart_width(console)
    table = _table(chart)
    table.add_column("", no_wrap=True)
    table.add_column("Task", no_wrap=True, overflow="ellipsis", ratio=1)
    if sessions and console.width >= NARROW:
        table.add_column("Session", no_wrap=True, overflow="ellipsis", ratio=1)
    if console.width >= NARROW:
        table.add_column("About", no_wrap=True, overflow="ellipsis", ratio=2)
    table.add_column("Length", justify="right", no_wrap=True)
    begins = [t.opened_at or t.closed_at or now for t in tasks]
    first, last = whole or (min(begins), max(_end(t, now) for t in tasks))
    if chart:
        table.add_column("When", width=chart, no_wrap=True)
    for task, begin in zip(tasks, begins, strict=True):
        going = task.closed_at is None
        mark, style = _OUTCOMES.get(task.outcome or "", ("▸", "warn") if going else ("·", "faint"))
        cells = [Text(mark, style), text(task.name, "key", 200)]
        if sessions and console.width >= NARROW:
            cells.append(text(task.session, "session", 200))
        if console.width >= NARROW:
            cells.append(text(task.description))
        cells.append(Text("" if task.opened_at is None else duration(_end(task, now) - task.opened_at), "number"))
        if chart:
            cells.append(Text(span(begin, _end(task, now), first, last, chart, going), style))
        table.add_row(*cells)
    console.print(table)


def _end(task: TaskRow, now: int) -> int:
    return int(task.closed_at or max(now, task.opened_at or now))


def _chart_width(console: Console) -> int:
    """Room for the chart: a quarter of a wide terminal, none of a narrow one."""
    return 0 if console.width < NARROW else min(40, console.width // 4)


def _table(chart: int) -> Table:
    return Table(box=None, pad_edge=False, header_style="heading", expand=bool(chart))
