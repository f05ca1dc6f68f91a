"""Report sections on activity: sessions, tasks, files, and which agents worked together."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from hooks_cli.features.report.html import drawings
from hooks_cli.features.report.html.elements import Child, element
from hooks_cli.features.report.html.parts import Row, badge, empty, figure, length, many, moment, section, table
from hooks_cli.features.report.model import Report, SessionRow, TaskRow
from hooks_cli.text.units import DAY, HOUR, to_words

KINDS = {
    "edits": "edits",
    "notices": "notices",
    "tasks": "task marks",
    "sessions": "session marks",
    "other": "other hooks",
    "memory": "memory writes",
}
MOST_BARS = 12


def activity(report: Report) -> Element:
    """What happened when."""
    shown = report.activity
    lede = f"Hook events and memory writes, one bar for each {_span(shown.span)} (UTC)."
    if not shown.kinds:
        return section("activity", "Activity", lede, empty("Nothing was recorded in this time."))
    rows = [
        Row([drawings.span_label(at, shown.span), *[counts[n] for counts in shown.kinds.values()]])
        for n, at in enumerate(shown.buckets)
        if any(counts[n] for counts in shown.kinds.values())
    ]
    heads = ["When", *[KINDS[kind] for kind in shown.kinds]]
    total = sum(sum(counts) for counts in shown.kinds.values())
    figures = table("Activity over time", heads, rows, numbers=range(1, len(heads)))
    name = f"Stacked bars: {many(total, 'event', 'events')} over {many(len(shown.buckets), 'span', 'spans')} of time."
    return section(
        "activity", "Activity", lede, figure("Activity over time", drawings.activity(shown, KINDS, name), figures)
    )


def _span(span: int) -> str:
    return {HOUR: "hour", DAY: "day", 7 * DAY: "week"}.get(span, to_words(span))


def sessions(report: Report) -> Element:
    """The sessions as bars, and each one's figures."""
    rows = report.sessions
    lede = f"{many(report.figures['sessions'], 'session', 'sessions')}, {sum(row.closed_at is None for row in rows)} of them open."
    if not rows:
        return section(
            "sessions",
            "Sessions",
            "No session.",
            empty("Begin one:", 'claude-flow hooks pre-task --description "…" --session-id NAME'),
        )
    heads = ["Session", "Agent", "Opened", "Length", "State", "Tasks", "Edits", "Notices", "Events"]
    shown = [Row(_session(row), row.name, [row.agent]) for row in rows]
    figures = table("Sessions, the newest first", heads, shown, numbers=(3, 5, 6, 7, 8), filters=True)
    first = rows[: drawings.GANTT_ROWS]
    note = f"The newest {len(first)} of {len(rows)}." if len(rows) > len(first) else ""
    chart = drawings.sessions(rows, report.at, f"Time bars of {many(len(first), 'session', 'sessions')}.")
    marks = [
        Row([row.name, moment(row.opened_at), moment(row.closed_at) if row.closed_at else "open"]) for row in first
    ]
    spans = table("When sessions were open", ["Session", "From", "To"], marks)
    return section(
        "sessions",
        "Sessions",
        lede,
        figure("When sessions were open", chart, spans, note),
        figures,
        _cut(report, "sessions"),
    )


def _session(row: SessionRow) -> list[Child]:
    end = row.closed_at or row.seen_at
    state = badge("ended", "quiet") if row.closed_at else badge("open", "good")
    tasks: Child = row.tasks
    if row.failed:
        tasks = [str(row.tasks), " ", badge(f"{row.failed} failed", "bad")]
    return [
        row.name,
        row.agent,
        moment(row.opened_at),
        length(end - row.opened_at or None),
        state,
        tasks,
        row.edits,
        row.notices,
        row.events,
    ]


def tasks(report: Report) -> Element:
    """The tasks with their outcome."""
    rows = report.tasks
    if not rows:
        return section(
            "tasks", "Tasks", "No task.", empty("Begin one:", 'claude-flow hooks pre-task --description "…"')
        )
    done = sum(row.closed_at is not None for row in rows)
    failed = sum(row.outcome == "failure" for row in rows)
    lede = f"{many(len(rows), 'task', 'tasks')}: {done} finished, {failed} of them failed; {len(rows) - done} open."
    heads = ["Task", "Description", "Session", "Agent", "Began", "Took", "Outcome"]
    shown = [Row(_task(row), row.session, [row.agent]) for row in rows]
    return section(
        "tasks",
        "Tasks",
        lede,
        table("Tasks, the newest first", heads, shown, numbers=(5,), filters=True),
        _cut(report, "tasks"),
    )


def _task(row: TaskRow) -> list[Child]:
    if row.closed_at is None:
        state, took = badge("open", "warn"), ""
    else:
        kind = {"success": "good", "failure": "bad"}.get(row.outcome, "quiet")
        state = badge(row.outcome or "finished", kind)
        took = length(row.closed_at - row.opened_at) if row.opened_at is not None else ""
    return [row.name, short_text(row.description), row.session, row.agent, moment(row.opened_at), took, state]


def files(report: Report) -> Element:
    """The files that were edited, by how often."""
    rows = report.files
    if not rows:
        return section(
            "files", "Files", "No edit was told.", empty("Tell one:", "claude-flow hooks post-edit --file PATH")
        )
    lede = f"{many(report.figures['files'], 'file', 'files')}, {many(report.figures['edits'], 'edit', 'edits')}."
    heads = ["File", "Edits", "Sessions", "Agents", "First", "Last"]
    shown = [
        Row(
            [
                element("span", row.path, class_="path"),
                row.edits,
                _names(row.sessions, row.more),
                _names(row.agents, row.more),
                moment(row.first_at),
                moment(row.last_at),
            ],
            "\n".join(row.sessions),
            row.agents,
        )
        for row in rows
    ]
    figures = table("Files by edits", heads, shown, numbers=(1,), filters=True)
    top = [(row.path, row.edits) for row in rows[:MOST_BARS]]
    chart = drawings.counts(top, "edits", f"Bars: edits of the {many(len(top), 'file', 'files')} that changed most.")
    small = table("Edits of each file", ["File", "Edits"], [Row([path, count]) for path, count in top], numbers=(1,))
    return section(
        "files", "Files", lede, figure("The files that changed most", chart, small), figures, _cut(report, "files")
    )


def interactions(report: Report) -> Element:
    """The graph of hand-overs, each of them in words, and who wrote where."""
    shown = report.interactions
    lede = (
        "A hand-over is one agent's next version of what another wrote, or a restore of what another wrote. "
        "An agent without a name stands under its session."
    )
    content: list[Child] = []
    if shown.handovers:
        total = sum(h.weight for h in shown.handovers)
        name = f"A graph of {many(len(shown.agents), 'agent', 'agents')} and {many(total, 'hand-over', 'hand-overs')}."
        rows = [Row([h.writer, h.reader, h.rewritten, h.restored, ", ".join(h.addresses)]) for h in shown.handovers]
        heads = ["From", "To", "Written on", "Restored", "For example"]
        figures = table("Hand-overs between agents", heads, rows, numbers=(2, 3))
        content.append(
            figure(
                "Who takes up whose work",
                drawings.interactions(shown, name),
                figures,
                "Thicker lines: more hand-overs.",
            )
        )
    else:
        content.append(empty("No agent took up another's work in this time."))
    if shown.written:
        heads = ["Agent", *shown.namespaces]
        most = max(shown.written.values())
        rows = []
        for agent in shown.agents:
            counts = [shown.written.get((agent, space), 0) for space in shown.namespaces]
            if any(counts):
                rows.append(Row([agent, *[_heat(count, most) for count in counts]], agents=[agent]))
        content.append(
            table("Versions written, by agent and namespace", heads, rows, numbers=range(1, len(heads)), filters=True)
        )
    return section("agents", "Agents", lede, *content)


def _heat(count: int, most: int) -> Child:
    if not count:
        return ""
    return element("span", count, class_=f"heat h{1 + round(4 * count / most)}")


def _names(names: list[str], more: bool = False) -> str:
    """The first three, and how many more there are; `more`: at least that many."""
    least = "at least " if more else ""
    return ", ".join(names[:3]) + (f" and {least}{len(names) - 3} more" if len(names) > 3 else "")


def short_text(text: str, limit: int = 160) -> str:
    """The beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _cut(report: Report, name: str) -> Element | None:
    if name not in report.cut:
        return None
    return element("p", f"{report.cut[name]:,} more are not shown; --since narrows the report.", class_="note")
