"""The charts of the report: each function takes plain figures and returns an `svg` element."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element

from hooks_cli.features.report.html import parts
from hooks_cli.features.report.html.charts import draw
from hooks_cli.features.report.model import Activity, Experiment, Interactions, Series, SessionRow
from hooks_cli.text.units import DAY, HOUR, MINUTE, WEEK, to_iso

# Charts that stand side by side.
SMALL = 500
BAR = 26
GANTT_ROWS = 25


def span_label(at: int, span: int) -> str:
    """What stands under a bar: the hour, or the day."""
    iso = to_iso(at)
    return iso[5:16].replace("T", " ") if span < DAY else iso[:10] if span >= WEEK else iso[5:10]


def _some(labels: Sequence[str], most: int = 8) -> dict[str, Any]:
    """Options that print only some of many labels."""
    if len(labels) <= most:
        return {}
    every = math.ceil(len(labels) / most)
    return {"x_labels_major_every": every, "show_minor_x_labels": False, "truncate_label": -1}


def activity(shown: Activity, names: dict[str, str], name: str) -> Element:
    """Stacked bars over time."""
    labels = [span_label(at, shown.span) for at in shown.buckets]
    series = [(names.get(kind, kind), list(counts)) for kind, counts in shown.kinds.items()]
    return draw("StackedBar", name, series, labels=labels, value_formatter=_count, show_legend=True, **_some(labels))


def growth(shown: Activity, name: str) -> Element:
    """Stacked areas over time."""
    labels = [span_label(at, shown.span) for at in shown.buckets]
    if len(labels) == 1:  # one point makes no area
        labels = ["", *labels]
        shown = Activity(shown.span, shown.buckets, {kind: [0, *counts] for kind, counts in shown.kinds.items()})
    series = [(kind, list(counts)) for kind, counts in shown.kinds.items()]
    most = max(sum(column) for column in zip(*shown.kinds.values(), strict=True))
    options = {"fill": True, "show_dots": False, "value_formatter": _count, "show_legend": True, "range": (0, most)}
    return draw("StackedLine", name, series, labels=labels, **{**options, **_some(labels)})


def sessions(rows: Sequence[SessionRow], now: int, name: str) -> Element:
    """A bar for each session from its beginning to its end (the newest event when it is open), the newest above."""
    shown = list(reversed(rows[:GANTT_ROWS]))
    first = min(row.opened_at for row in shown)
    ends = [max(row.closed_at or row.seen_at, row.opened_at) for row in shown]
    whole = max(max(ends) - first, MINUTE)
    before: list[Any] = [row.opened_at - first for row in shown]
    lasting: list[Any] = []
    for row, end in zip(shown, ends, strict=True):
        # Too short a session would not be seen.
        lasting.append(
            {"value": max(end - row.opened_at, whole // 150), "label": row.name, "formatter": _Told(row, end)}
        )
    ticks = _ticks(first, first + whole)
    return draw(
        "HorizontalStackedBar",
        name,
        [("before", before), ("sessions", lasting)],
        labels=[parts.short(row.name, 26) for row in shown],
        css="gantt",
        show_legend=False,
        height=70 + BAR * len(shown),
        y_labels=[{"label": span_label(at, DAY if step >= DAY else HOUR), "value": at - first} for at, step in ticks],
        range=(0, whole),
    )


class _Told:
    """What a session's bar says: its length, whatever the bar's own length is."""

    def __init__(self, row: SessionRow, end: int) -> None:
        self.text = parts.length(end - row.opened_at) + ("" if row.closed_at else ", open")

    def __call__(self, _value: float) -> str:
        return self.text


def _ticks(first: int, last: int) -> list[tuple[int, int]]:
    """Some round times between two, with the step between them."""
    for step in (
        MINUTE,
        5 * MINUTE,
        15 * MINUTE,
        HOUR,
        3 * HOUR,
        6 * HOUR,
        12 * HOUR,
        DAY,
        2 * DAY,
        WEEK,
        4 * WEEK,
        13 * WEEK,
        52 * WEEK,
    ):
        if (last - first) / step <= 7:
            break
    begin = -(-first // step) * step
    return [(at, step) for at in range(begin, last + 1, step)] or [(first, step)]


def baselines(series: Series, name: str) -> Element:
    """Lines of p50, p95 and p99 by commit; a commit that regressed is marked."""
    labels = [_commit(point.commit) for point in series.points]
    lines: list[tuple[str, list[Any]]] = []
    for title in ("p50", "p95", "p99"):
        values: list[Any] = []
        for point in series.points:
            value = getattr(point, title)
            if title == "p95" and point.regression:
                said = f"{_commit(point.commit)} regression {parts.percent(point.change, signed=True)}"
                values.append({"value": value, "label": said, "node": {"class": "dot regression", "r": 7}})
            else:
                values.append(value)
        if any(value is not None for value in values):
            lines.append((title, values))
    options: dict[str, Any] = {"value_formatter": _ms, "dots_size": 3.5, "min_scale": 3, "show_legend": True}
    options |= {"width": SMALL, "height": 250, "margin_right": 26}
    most = max((v for p in series.points for v in (p.p50, p.p95, p.p99) if v is not None), default=1)
    options["range"] = (0, most * 1.08 or 1)
    return draw("Line", name, lines, labels=labels, **{**options, **_some(labels, 7)})


def rates(rows: Sequence[tuple[str, Sequence[float | None]]], titles: Sequence[str], name: str) -> Element:
    """Bars of shares from 0 to 100 %, one group for each row, the first row above."""
    shown = list(reversed(rows))
    series: list[tuple[str, list[Any]]] = []
    for place, title in enumerate(titles):
        series.append((title, [None if row[1][place] is None else row[1][place] * 100 for row in shown]))  # type: ignore[operator]
    return draw(
        "HorizontalBar",
        name,
        series,
        labels=[parts.short(row[0]) for row in shown],
        height=76 + (BAR if len(titles) == 1 else 36) * len(shown),
        range=(0, 100),
        value_formatter=_percent,
        y_labels=[0, 20, 40, 60, 80, 100],
    )


def counts(rows: Sequence[tuple[str, int]], title: str, name: str) -> Element:
    """One bar for each row, the first above."""
    shown = list(reversed(rows))
    return draw(
        "HorizontalBar",
        name,
        [(title, [row[1] for row in shown])],
        labels=[parts.short(row[0]) for row in shown],
        height=56 + BAR * len(shown),
        value_formatter=_count,
        range=(0, max(row[1] for row in shown)),
    )


def experiments(rows: Sequence[Experiment], name: str) -> Element:
    """Success rates while the fault lasted, and after it."""
    return rates([(row.name, (row.during, row.after)) for row in rows], ("during the fault", "after it"), name)


def interactions(shown: Interactions, name: str) -> Element:
    """The agents on a circle, and a line for each hand-over between two of them, the stronger the more there were."""
    agents = [a for a in shown.agents if any(a in (h.writer, h.reader) for h in shown.handovers)]
    places = {}
    for n, agent in enumerate(agents):
        angle = math.pi / 2 - 2 * math.pi * n / len(agents)
        places[agent] = (round(math.cos(angle), 3), round(math.sin(angle), 3))
    between: dict[tuple[str, str], int] = {}
    for handover in shown.handovers:
        pair = (min(handover.writer, handover.reader), max(handover.writer, handover.reader))
        between[pair] = between.get(pair, 0) + handover.weight
    least, most = min(between.values()), max(between.values())
    lines: list[tuple[str, list[Any]]] = []
    for (one, other), weight in sorted(between.items()):
        told = {"label": f"{one} – {other}", "formatter": _Hands(weight), "node": {"r": 0}}
        lines.append(
            (
                f"w{2 if most == least else 1 + round(3 * (weight - least) / (most - least))}",
                [{"value": places[one], **told}, {"value": places[other], **told}],
            )
        )
    for agent in agents:
        said = {"label": agent, "formatter": _Hands(sum(w for pair, w in between.items() if agent in pair))}
        lines.append((agent, [{"value": places[agent], "node": {"r": 9}, **said}]))
    chart = draw(
        "XY",
        name,
        lines,
        css="graph-of-agents",
        show_legend=False,
        show_x_labels=False,
        show_y_labels=False,
        print_labels=True,
        width=620,
        height=420,
        xrange=(-1.7, 2.1),
        range=(-1.25, 1.25),
    )
    for n, (title, _) in enumerate(lines[: len(between)]):
        for group in chart.iter("g"):
            if f"serie-{n}" in group.get("class", "").split():
                group.set("class", f"{group.get('class')} edge {title}")
                for text in list(group.findall("text")):
                    group.remove(text)
    return chart


class _Hands:
    """What a line or an agent of the graph says."""

    def __init__(self, weight: int) -> None:
        self.text = parts.many(weight, "hand-over", "hand-overs")

    def __call__(self, _value: object) -> str:
        return self.text


def _commit(commit: str) -> str:
    """A commit as people write it: seven digits of a hash, the beginning of a name."""
    return commit[:7] if len(commit) > 12 and commit.isalnum() else parts.short(commit, 12)


def _count(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else ""


def _ms(value: float) -> str:
    return parts.milliseconds(value)


def _percent(value: float) -> str:
    return parts.percent(value / 100)
