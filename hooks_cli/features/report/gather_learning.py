"""Gathers cross-run learning for the report: baselines by commit, chaos experiments, remediations, patterns.

The names of the figures are those of the document's examples (`p95_ms`, `success_rate_during`, `confidence` …) and of its tables
(`p95_latency_ms`). Metadata that is not an object, or a figure that is not a number, counts as not there.
"""

from __future__ import annotations

import json

from hooks_cli.features.regressions import Latency, change, regressions
from hooks_cli.features.report.model import Baseline, Experiment, Pattern, Remediation, Series
from hooks_cli.features.retention.decide import is_baseline
from hooks_cli.store.sqlite.reports import report_queries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.store.sqlite.store import EmbeddedStore

# Versions of each family that are read, and so many rows shown.
MOST_VERSIONS = 20_000
MOST_ROWS = 200
MOST_COMMITS = 60


def baselines(store: EmbeddedStore, since: int) -> list[Series]:
    """The baselines of each test, the newest capture of each commit; tests with regressions first, then the newest."""
    found: dict[str, Series] = {}
    rows = report_queries.told(store, "*baseline*", since, MOST_VERSIONS)
    for address, version, at, session, text in reversed(rows):
        figures = _figures(text)
        p50, p95, p99 = (_latency(figures, name) for name in ("p50", "p95", "p99"))
        if not is_baseline(address) or (p50 is None and p95 is None and p99 is None):
            continue
        test = _words(figures, "test_name") or _tail(address, ("baseline", "baselines"))
        series = found.setdefault(test, Series(test, address, []))
        commit = _words(figures, "git_commit", "commit")
        point = Baseline(commit or f"version {version}", at, p50, p95, p99, session)
        point.n, point.p95_low, point.p95_high = (_number(figures, name) for name in ("n", "p95_low_ms", "p95_high_ms"))
        if commit:
            # The newest capture of a commit counts, in the place of its first.
            for place, before in enumerate(series.points):
                if before.commit == commit:
                    series.points[place] = point
                    break
            else:
                series.points.append(point)
        else:
            series.points.append(point)
    for series in found.values():
        _compare(series.points)
        del series.points[:-MOST_COMMITS]
    return sorted(found.values(), key=lambda s: (-s.regressed, -s.points[-1].at, s.test))


def _compare(points: list[Baseline]) -> None:
    worse = set(regressions([Latency(point.p95, point.n, point.p95_low, point.p95_high) for point in points]))
    before: float | None = None
    for place, point in enumerate(points):
        point.change = change(before, point.p95)
        point.regression = place in worse
        if point.p95 is not None:
            before = point.p95


def experiments(store: EmbeddedStore, since: int) -> list[Experiment]:
    """The runs of chaos experiments that tell a fault or a result, the newest first."""
    found = []
    for address, _version, at, session, text in report_queries.told(store, "*chaos*", since, MOST_VERSIONS):
        figures = _figures(text)
        during, after = _number(figures, "success_rate_during"), _number(figures, "success_rate_after", "success_rate")
        failover, recovery = _number(figures, "failover_time_ms"), _number(figures, "recovery_time_ms")
        fault, success = _words(figures, "fault"), figures.get("success")
        success = success if isinstance(success, bool) else None
        if not fault and success is None and all(figure is None for figure in (during, after, failover, recovery)):
            continue
        name = _tail(address, ("experiments", "experiment", "chaos"))
        target = _words(figures, "target")
        found.append(
            Experiment(name, at, session, fault, target, failover, recovery, _rate(during), _rate(after), success)
        )
    return found[:MOST_ROWS]


def remediations(store: EmbeddedStore, since: int) -> list[Remediation]:
    """The remediations over all their runs, those with the lowest success rate first."""
    found: dict[str, Remediation] = {}
    for address, _version, at, session, text in report_queries.told(store, "*remediation*", since, MOST_VERSIONS):
        figures = _figures(text)
        row = found.get(address)
        if row is None:
            name = _words(figures, "error_type", "pattern") or _tail(address, ("remediations", "remediation"))
            measured = _rate(_number(figures, "success_rate"))
            remedy, spent = _words(figures, "remediation"), _number(figures, "total_duration_ms")
            row = found[address] = Remediation(name, remedy, 0, 0, 0, measured, 0, 0, spent, at)
        row.runs += 1
        if session and session not in row.sessions:
            row.sessions.append(session)
        success = figures.get("success")
        row.succeeded += success is True
        row.failed += success is False
        row.fixed += int(_number(figures, "auto_fixed") or 0)
        row.manual += int(_number(figures, "manual_required") or 0)
    for row in found.values():
        told = row.succeeded + row.failed
        handled = row.fixed + row.manual
        if row.rate is None and told:
            row.rate = row.succeeded / told
        elif row.rate is None and handled:
            row.rate = row.fixed / handled
    return sorted(found.values(), key=lambda r: (2.0 if r.rate is None else r.rate, r.name))[:MOST_ROWS]


def patterns(store: EmbeddedStore, since: int) -> list[Pattern]:
    """The patterns that say how sure they are, as they stand now, the surest first."""
    found: dict[str, Pattern] = {}
    for address, _version, at, session, text in report_queries.told(store, "*pattern*", since, MOST_VERSIONS):
        figures = _figures(text)
        confidence = _rate(_number(figures, "confidence"))
        if address in found or confidence is None:
            continue
        traces = _number(figures, "trace_count")
        found[address] = Pattern(
            _tail(address, ("patterns", "pattern")),
            confidence,
            _rate(_number(figures, "success_rate")),
            None if traces is None else int(traces),
            _words(figures, "source"),
            at,
            session,
        )
    return sorted(found.values(), key=lambda p: (-p.confidence, p.name))[:MOST_ROWS]


# --- figures ------------------------------------------------------------------------------------------------------------
def _figures(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _number(figures: dict[str, Any], *names: str) -> float | None:
    """The first of these figures that is a finite number of a size that a chart can hold."""
    for name in names:
        value = figures.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and -1e15 < value < 1e15:
            return float(value)
    return None


def _rate(number: float | None) -> float | None:
    """A rate of 0 to 1; what was told in percent is divided."""
    if number is None or number < 0 or number > 100:
        return None
    return number / 100 if number > 1 else number


def _latency(figures: dict[str, Any], name: str) -> float | None:
    found = _number(figures, f"{name}_ms", f"{name}_latency_ms", name)
    return found if found is not None and found >= 0 else None


def _words(figures: dict[str, Any], *names: str) -> str:
    for name in names:
        value = figures.get(name)
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())[:200]
    return ""


def _tail(address: str, heads: tuple[str, ...]) -> str:
    """What stands behind the last segment of one of these names; the whole address when nothing does."""
    segments = address.split("/")
    for place in range(len(segments) - 1, -1, -1):
        if segments[place] in heads and place + 1 < len(segments):
            return "/".join(segments[place + 1 :])
    return address
