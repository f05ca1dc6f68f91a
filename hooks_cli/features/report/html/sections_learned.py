"""Report sections on cross-run learning: baselines, regressions, chaos experiments, remediations, patterns."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from hooks_cli.features.report.html import drawings
from hooks_cli.features.report.html.elements import Child, element
from hooks_cli.features.report.html.parts import (
    Row,
    badge,
    empty,
    figure,
    many,
    milliseconds,
    moment,
    number,
    percent,
    section,
    table,
)
from hooks_cli.features.report.model import Baseline, Experiment, Pattern, Remediation, Report, Series

MOST_CHARTS = 12
MOST_BARS = 15
MOST_ROWS = 500


def baselines(report: Report) -> Element:
    """A chart for each test, those with regressions first, and all captures in one table."""
    found = report.baselines
    if not found:
        command = (
            'claude-flow hooks notify --message "…" --memory-key swarm/performance/baselines/TEST '
            '--metadata \'{"git_commit": "abc123", "p50_ms": 45, "p95_ms": 120, "p99_ms": 250}\''
        )
        return section("baselines", "Baselines", "No baseline with latencies.", empty("Keep one:", command))
    worse = report.figures["regressions"]
    lede: Child = [
        f"{many(len(found), 'test', 'tests')}. A regression is a p95 more than 15\u00a0% above that of the commit captured before. ",
        badge(many(worse, "regression", "regressions"), "bad") if worse else badge("no regression", "good"),
    ]
    heads = ["Test", "Commit", "Captured", "p50", "p95", "p99", "p95 change"]
    charts = [_chart(series) for series in found[:MOST_CHARTS]]
    rows = [row for series in found for row in _rows(series)]
    figures = table("All baselines", heads, rows[:MOST_ROWS], numbers=(3, 4, 5, 6), filters=True)
    note = f"Charts of the first {MOST_CHARTS} tests; more are in the table." if len(found) > MOST_CHARTS else ""
    if len(rows) > MOST_ROWS:
        note += f" The table has the first {MOST_ROWS:,} of {len(rows):,} captures; --since narrows the report."
    return section(
        "baselines",
        "Baselines",
        lede,
        element("div", *charts, class_="grid"),
        element("p", note, class_="note") if note else None,
        figures,
    )


def _chart(series: Series) -> Element:
    last = series.points[-1]
    name = f"{series.test}: latencies by commit; the last p95 is {milliseconds(last.p95) or 'unknown'}"
    name += f"; {many(series.regressed, 'regression', 'regressions')}." if series.regressed else "; no regression."
    heads = ["Commit", "p50", "p95", "p99", "p95 change"]
    rows = [
        Row(
            [p.commit, milliseconds(p.p50), milliseconds(p.p95), milliseconds(p.p99), _change(p)],
            kind="worse" if p.regression else "",
        )
        for p in series.points
    ]
    figures = table(f"{series.test} by commit", heads, rows, numbers=(1, 2, 3, 4))
    note = many(series.regressed, "regression", "regressions") if series.regressed else ""
    return figure(series.test, drawings.baselines(series, name), figures, note)


def _change(point: Baseline) -> Child:
    shown = percent(point.change, signed=True)
    return badge(f"▲ {shown} regression", "bad") if point.regression else shown


def _rows(series: Series) -> list[Row]:
    return [
        Row(
            [
                series.test,
                point.commit,
                moment(point.at),
                milliseconds(point.p50),
                milliseconds(point.p95),
                milliseconds(point.p99),
                _change(point),
            ],
            point.session,
            kind="worse" if point.regression else "",
        )
        for point in reversed(series.points)
    ]


def chaos(report: Report) -> Element:
    """The experiments with their success rates."""
    rows = report.experiments
    if not rows:
        command = (
            'claude-flow hooks notify --message "…" --memory-key swarm/chaos/experiments/NAME '
            '--metadata \'{"fault": "container_kill", "success_rate_during": 0.96, "success_rate_after": 1.0}\''
        )
        return section("chaos", "Chaos experiments", "No experiment with results.", empty("Keep one:", command))
    lede = f"{many(len(rows), 'run', 'runs')}, the newest first."
    heads = ["Experiment", "Fault", "Target", "When", "Failover", "Recovery", "During", "After", "Outcome"]
    shown = [Row(_experiment(row), row.session) for row in rows]
    figures = table("Runs of chaos experiments", heads, shown, numbers=(4, 5, 6, 7), filters=True)
    newest: dict[str, Experiment] = {}
    for row in rows:
        if row.during is not None or row.after is not None:
            newest.setdefault(row.name, row)
    drawn: Child = None
    if newest:
        last = list(newest.values())[:MOST_BARS]
        chart = drawings.experiments(last, f"Bars: success rates of {many(len(last), 'experiment', 'experiments')}.")
        rates = [Row([row.name, percent(row.during), percent(row.after)]) for row in last]
        drawn = figure(
            "Success rate during and after the fault",
            chart,
            table("Success rates", ["Experiment", "During", "After"], rates, numbers=(1, 2)),
        )
    return section("chaos", "Chaos experiments", lede, drawn, figures)


def _experiment(row: Experiment) -> list[Child]:
    outcome: Child = (
        "" if row.success is None else badge("succeeded", "good") if row.success else badge("failed", "bad")
    )
    return [
        row.name,
        row.fault,
        row.target,
        moment(row.at),
        milliseconds(row.failover_ms),
        milliseconds(row.recovery_ms),
        percent(row.during),
        percent(row.after),
        outcome,
    ]


def remediations(report: Report) -> Element:
    """The remediations with their success rates."""
    rows = report.remediations
    if not rows:
        command = (
            'claude-flow hooks notify --message "…" --memory-key swarm/self_healing/remediations/NAME '
            '--metadata \'{"pattern": "transient_network_error", "remediation": "retry", "success": true}\''
        )
        return section("remediations", "Remediations", "No remediation.", empty("Keep one:", command))
    heads = ["Failure", "Remedy", "Runs", "Succeeded", "Failed", "Fixed", "By hand", "Took", "Success rate", "Last"]
    shown = [Row(_remediation(row), "\n".join(row.sessions)) for row in rows]
    figures = table("Remediations", heads, shown, numbers=(2, 3, 4, 5, 6, 7, 8), filters=True)
    rated = [(row.name, (row.rate,)) for row in rows if row.rate is not None][:MOST_BARS]
    drawn: Child = None
    if rated:
        chart = drawings.rates(
            rated, ("success rate",), f"Bars: success rates of {many(len(rated), 'remediation', 'remediations')}."
        )
        small = table(
            "Success rates",
            ["Failure", "Success rate"],
            [Row([name, percent(rate[0])]) for name, rate in rated],
            numbers=(1,),
        )
        drawn = figure("Success rate of each remediation", chart, small, "The lowest first.")
    lede = f"{many(len(rows), 'remediation', 'remediations')} in {many(sum(row.runs for row in rows), 'run', 'runs')}."
    return section("remediations", "Remediations", lede, drawn, figures)


def _remediation(row: Remediation) -> list[Child]:
    return [
        row.name,
        row.remedy,
        row.runs,
        row.succeeded or "",
        badge(str(row.failed), "bad") if row.failed else "",
        row.fixed or "",
        row.manual or "",
        milliseconds(row.duration_ms),
        percent(row.rate),
        moment(row.at),
    ]


def patterns(report: Report) -> Element:
    """The patterns, the surest first."""
    rows = report.patterns
    if not rows:
        command = (
            'claude-flow hooks notify --message "…" --memory-key swarm/intelligence/patterns/NAME '
            '--metadata \'{"confidence": 0.92, "trace_count": 1000, "source": "production_traces"}\''
        )
        return section("patterns", "Patterns", "No pattern with a confidence.", empty("Keep one:", command))
    top = [(row.name, (row.confidence,)) for row in rows[:MOST_BARS]]
    chart = drawings.rates(
        top, ("confidence",), f"Bars: the confidence of {many(len(top), 'pattern', 'patterns')}, the surest first."
    )
    small = table(
        "Confidence", ["Pattern", "Confidence"], [Row([name, percent(rate[0])]) for name, rate in top], numbers=(1,)
    )
    heads = ["Pattern", "Confidence", "Success rate", "Traces", "Source", "Last"]
    figures = table(
        "Patterns by confidence",
        heads,
        [Row(_pattern(row), row.session) for row in rows],
        numbers=(1, 2, 3),
        filters=True,
    )
    lede = f"{many(len(rows), 'pattern', 'patterns')}, the surest first."
    return section("patterns", "Patterns", lede, figure("Patterns by confidence", chart, small), figures)


def _pattern(row: Pattern) -> list[Child]:
    return [
        row.name,
        percent(row.confidence),
        percent(row.success_rate),
        number(row.traces),
        row.source,
        moment(row.at),
    ]
