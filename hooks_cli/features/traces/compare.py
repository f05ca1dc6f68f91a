"""Compares two runs: operations that became slower or fail more often, operations and shapes of traces that came or went."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from hooks_cli.features.regressions import FEW_SAMPLES, FEWEST, LIMIT, MIN_MS, REGRESSION, Latency, change, judge
from hooks_cli.features.traces.percentiles import above_by_chance, interval, interval_ranks, nearest_rank, wilson
from hooks_cli.features.traces.spans import ERROR, Trace, TraceRun

PERCENTILES = (50, 95, 99)
# Two 95 % intervals of one distribution lie apart, on one side, in about 3 of 1,000 cases; the test of ranks, which stands for them
# where few samples bound the percentile nowhere, is as strict.
CHANCE = 0.005
MOST_SHAPES = 50

Operation = tuple[str, str]  # service, name


class Measured:
    """What one run measured of one operation: durations in ascending order (nanoseconds), spans, spans with an error."""

    __slots__ = ("errors", "lengths", "spans")

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self.spans = 0
        self.errors = 0

    def body(self) -> dict[str, Any]:
        """As plain data: percentiles in ms with their 95 % intervals (None where so few samples have no bound)."""
        figures: dict[str, Any] = {"n": len(self.lengths), "spans": self.spans, "errors": self.errors}
        for percent in PERCENTILES:
            low, high = interval(self.lengths, percent) if self.lengths else (None, None)
            figures[f"p{percent}_ms"] = _ms(nearest_rank(self.lengths, percent)) if self.lengths else None
            figures[f"p{percent}_low_ms"] = _ms(low)
            figures[f"p{percent}_high_ms"] = _ms(high)
        figures["error_share"] = self.errors / self.spans if self.spans else None
        figures["error_low"], figures["error_high"] = wilson(self.errors, self.spans)
        return figures


def compare(base: TraceRun, now: TraceRun, limit: float = LIMIT, min_ms: float = MIN_MS) -> dict[str, Any]:
    """Compare two runs. `regressions` counts what is slower or fails more often beyond chance; `suspected` what few samples suggest."""
    before, after = measure(base), measure(now)
    operations = []
    for key in sorted(before.keys() & after.keys()):
        operations.append(_operation(key, before[key], after[key], limit, min_ms))
    slower = [row for row in operations if row["latency"] == REGRESSION]
    failing = [row for row in operations if row["failing"]]
    return {
        "base": {"spans": base.span_count, "traces": len(base.traces)},
        "now": {"spans": now.span_count, "traces": len(now.traces)},
        "limit": limit,
        "min_ms": min_ms,
        "regressions": len({(row["service"], row["name"]) for row in [*slower, *failing]}),
        "suspected": sum(row["latency"] == FEW_SAMPLES for row in operations),
        "operations": operations,
        "new_operations": [_named(key, after[key]) for key in sorted(after.keys() - before.keys())],
        "vanished_operations": [_named(key, before[key]) for key in sorted(before.keys() - after.keys())],
        **_shapes(base, now),
    }


def _named(key: Operation, measured: Measured) -> dict[str, Any]:
    return {"service": key[0], "name": key[1], "spans": measured.spans}


def _operation(key: Operation, before: Measured, after: Measured, limit: float, min_ms: float) -> dict[str, Any]:
    one, other = before.body(), after.body()
    verdict = judge(_latency(one), _latency(other), limit, min_ms, apart(before.lengths, after.lengths))
    if verdict == FEW_SAMPLES and (other["p95_ms"] or 0) - (one["p95_ms"] or 0) < min_ms:
        verdict = ""
    return {
        "service": key[0],
        "name": key[1],
        "latency": verdict or None,
        "failing": other["error_low"] > one["error_high"],
        "change": change(one["p95_ms"], other["p95_ms"]),
        "base": one,
        "now": other,
    }


def _latency(figures: dict[str, Any]) -> Latency:
    return Latency(figures["p95_ms"], figures["n"], figures["p95_low_ms"], figures["p95_high_ms"])


def apart(before: Sequence[int], now: Sequence[int], percent: int = 95) -> bool | None:
    """Whether a percentile of `now` (samples in ascending order) lies above that of `before` beyond chance; None for too few samples.

    The intervals are compared where both have bounds. Else so many of `now` must be above all of `before` that it is no chance.
    """
    if len(before) < FEWEST or len(now) < FEWEST:
        return None
    if interval_ranks(len(before), percent)[1] is not None and interval_ranks(len(now), percent)[1] is not None:
        high = interval(before, percent)[1]
        return high is not None and interval(now, percent)[0] > high
    higher = len(now) - bisect_right(now, before[-1])
    return higher > 0 and above_by_chance(higher, len(now), len(before)) <= CHANCE


def measure(run: TraceRun) -> dict[Operation, Measured]:
    """(service, name) -> what was measured; spans without both times count as spans only."""
    found: dict[Operation, Measured] = {}
    for span in run.spans:
        key = (span.service, span.name)
        there = found.get(key)
        if there is None:
            there = found[key] = Measured()
        there.spans += 1
        there.errors += span.status == ERROR
        length = span.duration
        if length is not None and length >= 0:
            there.lengths.append(length)
    for there in found.values():
        there.lengths.sort()
    return found


def shape_of(trace: Trace) -> tuple[str, frozenset[tuple[str, str]]]:
    """(root operation, edges from operation to operation): what calls what, however often and in which order."""
    by_id = trace.by_id
    root = next(iter(trace.roots()), trace.spans[0])
    edges = set()
    for span in trace.spans:
        parent = by_id.get(span.parent) if span.parent else None
        if parent is not None:
            edges.add((f"{parent.service}: {parent.name}", f"{span.service}: {span.name}"))
    return f"{root.service}: {root.name}", frozenset(edges)


def _shapes(base: TraceRun, now: TraceRun) -> dict[str, Any]:
    """Shapes that only one run has. A root operation with both kinds has changed: the edges that differ are told."""
    before, after = _counted(base), _counted(now)
    new = sorted(after.keys() - before.keys(), key=lambda shape: (-after[shape], shape[0], sorted(shape[1])))
    gone = sorted(before.keys() - after.keys(), key=lambda shape: (-before[shape], shape[0], sorted(shape[1])))
    old_edges: dict[str, set[tuple[str, str]]] = {}
    new_edges: dict[str, set[tuple[str, str]]] = {}
    for root, edges in before:
        old_edges.setdefault(root, set()).update(edges)
    for root, edges in after:
        new_edges.setdefault(root, set()).update(edges)
    changed = []
    for root in sorted({root for root, _ in new} & {root for root, _ in gone}):
        added, lost = new_edges[root] - old_edges[root], old_edges[root] - new_edges[root]
        if added or lost:
            changed.append({"root": root, "added": _lines(added), "removed": _lines(lost)})
    return {
        "new_shapes": [_shape(shape, after[shape]) for shape in new[:MOST_SHAPES]],
        "new_shape_count": len(new),
        "vanished_shapes": [_shape(shape, before[shape]) for shape in gone[:MOST_SHAPES]],
        "vanished_shape_count": len(gone),
        "changed_shapes": changed[:MOST_SHAPES],
    }


def _counted(run: TraceRun) -> dict[tuple[str, frozenset[tuple[str, str]]], int]:
    found: dict[tuple[str, frozenset[tuple[str, str]]], int] = {}
    for trace in run.traces:
        shape = shape_of(trace)
        found[shape] = found.get(shape, 0) + 1
    return found


def _shape(shape: tuple[str, frozenset[tuple[str, str]]], count: int) -> dict[str, Any]:
    return {"root": shape[0], "traces": count, "edges": _lines(shape[1])}


def _lines(edges: set[tuple[str, str]] | frozenset[tuple[str, str]]) -> list[str]:
    return [f"{parent} → {child}" for parent, child in sorted(edges)]


def _ms(nanoseconds: int | None) -> float | None:
    return None if nanoseconds is None else nanoseconds / 1e6
