"""`end_to_end_latency`: the time from one span's start to another's end; `periodic`: a span that must recur."""

from __future__ import annotations

from itertools import pairwise

from hooks_cli.features.traces.constraints.constraint import MS, Constraint, Scope, differ, ms, shown
from hooks_cli.features.traces.matches import span_of
from hooks_cli.features.traces.percentiles import basis, nearest_rank
from hooks_cli.features.traces.rules.table_reader import TableReader
from hooks_cli.features.traces.selectors import Found
from hooks_cli.features.traces.verdict import Outcome

PERCENTILES = (50, 95, 99)
MODES = ("gap", "grid")
Sample = tuple[int, Found, Found]  # nanoseconds, start, end


def read_latency(rule: Constraint, table: TableReader) -> None:
    """The keys of `end_to_end_latency`. Raises ConfigError (78)."""
    rule.select("start")
    rule.select("end")
    bounds = {percent: table.number(f"p{percent}_max_ms") for percent in PERCENTILES}
    longest = table.number("max_duration_ms")
    rule.options = {
        "max": longest,
        "percentiles": {percent: bound for percent, bound in bounds.items() if bound is not None},
        "least": table.whole("min_samples", 1, 1),
    }
    if longest is None and not rule.options["percentiles"]:
        table.finish()
        table.refuse(f"{table.title} has no bound: max_duration_ms, p50_max_ms, p95_max_ms or p99_max_ms")


def judge_latency(rule: Constraint, scope: Scope, outcome: Outcome) -> None:
    """Each sample, and the percentiles over all, keep their bounds; a start that never ends is a violation."""
    samples: list[Sample] = []
    for _, (starts, ends) in scope.groups():
        if rule.selectors[0].text == rule.selectors[1].text:
            _durations(starts, samples, outcome)
        else:
            _pairs(rule, scope, starts, ends, samples, outcome)
    longest = rule.options["max"]
    if longest is not None:
        for length, start, end in samples:
            if length > longest * MS:
                message = f"{shown(start)} → {shown(end)} takes {ms(length):.3f} ms, at most {longest:g} ms are allowed"
                outcome.add(message, span_of(start).trace, _ids(start, end), ms(length), longest)
    if len(samples) < rule.options["least"]:
        least = rule.options["least"]
        outcome.add(f"too few samples: {len(samples):,} of at least {least:,}", "", (), len(samples), least)
    if not samples:
        return
    ordered = sorted(samples, key=lambda sample: sample[0])
    lengths = [length for length, _, _ in ordered]
    for percent, bound in rule.options["percentiles"].items():
        value = nearest_rank(lengths, percent)
        rests = basis(len(lengths), percent)
        outcome.notes.append(f"p{percent} {ms(value):.3f} ms of at most {bound:g} ms ({rests})")
        if value > bound * MS:
            _, start, end = ordered[lengths.index(value)]
            message = f"p{percent} is {ms(value):.3f} ms, at most {bound:g} ms are allowed ({rests})"
            outcome.add(message, span_of(start).trace, _ids(start, end), ms(value), bound)
    if longest is not None:
        outcome.notes.append(f"longest {ms(lengths[-1]):.3f} ms of at most {longest:g} ms ({_many(len(lengths))})")


def _many(count: int) -> str:
    return f"{count:,} sample" + ("" if count == 1 else "s")


def _ids(start: Found, end: Found) -> list[str]:
    return list(dict.fromkeys((span_of(start).id, span_of(end).id)))


def _durations(found: list[Found], samples: list[Sample], outcome: Outcome) -> None:
    for match in found:
        if match.start is None or match.end is None:
            _unended(match, outcome)
        else:
            samples.append((match.end - match.start, match, match))


def _unended(match: Found, outcome: Outcome) -> None:
    what = "has no start" if match.start is None else "never ends"
    outcome.add(f"{shown(match)} {what}", span_of(match).trace, [span_of(match).id])


def _pairs(
    rule: Constraint, scope: Scope, starts: list[Found], ends: list[Found], samples: list[Sample], outcome: Outcome
) -> None:
    """In the order of time each start takes the first unused end that is not before it, one below it if there is one."""
    finished = sorted(
        [
            (match.end, place, match)
            for place, match in enumerate(ends)
            if match.end is not None and match.start is not None
        ]
    )
    below = _below(scope, starts, [match for _, _, match in finished])
    used: set[int] = set()
    begin = 0
    for start in starts:
        if start.start is None:
            _unended(start, outcome)
            continue
        chosen = None
        for end in below.get(id(start), ()):
            if id(end) not in used and _not_before(rule, start, end):
                chosen = end
                break
        while begin < len(finished) and (
            id(finished[begin][2]) in used or finished[begin][0] + rule.tolerance < start.start
        ):
            begin += 1
        place = begin
        while chosen is None and place < len(finished):
            end = finished[place][2]
            if id(end) not in used and _not_before(rule, start, end):
                chosen = end
            place += 1
        if chosen is None or chosen.end is None:
            _unended(start, outcome)
        else:
            used.add(id(chosen))
            samples.append((chosen.end - start.start, start, chosen))


def _not_before(rule: Constraint, start: Found, end: Found) -> bool:
    assert start.start is not None
    assert end.end is not None
    early = start.start - end.end
    return early <= 0 or (early <= rule.tolerance and differ(start, end))


def _below(scope: Scope, starts: list[Found], ends: list[Found]) -> dict[int, list[Found]]:
    """start -> the ends below its span, in their order."""
    by_span: dict[tuple[str, str], list[Found]] = {}
    for start in starts:
        span = span_of(start)
        by_span.setdefault((span.trace, span.id), []).append(start)
    found: dict[int, list[Found]] = {}
    for end in ends:
        span = span_of(end)
        trace = scope.index.trace(span.trace)
        for above in (span, *trace.ancestors(span)):
            for start in by_span.get((span.trace, above.id), ()):
                if start is not end:
                    found.setdefault(id(start), []).append(end)
    return found


def read_periodic(rule: Constraint, table: TableReader) -> None:
    """The keys of `periodic`. Raises ConfigError (78)."""
    rule.select("span")
    period = table.number("period_ms", required=True) or 0
    if period <= 0:
        table.refuse(f"{table.title}: period_ms is not above 0")
    tolerance = table.number("tolerance_ms") or 0
    rule.options = {
        "period": round(period * MS),
        "tolerance": round(tolerance * MS),
        "grid": table.choice("mode", MODES, "gap") == "grid",
    }


def judge_periodic(rule: Constraint, scope: Scope, outcome: Outcome) -> None:
    """For each instance the starts come at the period, give or take the tolerance."""
    for trace, (found,) in scope.groups():
        instances: dict[tuple[str, str], list[Found]] = {}
        for match in found:
            if match.start is None:
                outcome.add(f"{shown(match)} has no start", span_of(match).trace, [span_of(match).id])
            else:
                span = span_of(match)
                instances.setdefault((span.service, span.instance), []).append(match)
        for (service, instance), there in sorted(instances.items()):
            title = instance if instance == service else f"{service}/{instance}"
            if len(there) < 2:
                message = f"{title}: {shown(there[0])} came once; a period needs two"
                outcome.add(message, trace, [span_of(there[0]).id], 1, 2)
            elif rule.options["grid"]:
                _judge_grid(rule, outcome, title, there)
            else:
                _judge_gaps(rule, outcome, title, there)
            outcome.notes.append(f"{title}: {len(there):,} times")


def _judge_gaps(rule: Constraint, outcome: Outcome, title: str, found: list[Found]) -> None:
    period, tolerance = rule.options["period"], rule.options["tolerance"]
    for before, after in pairwise(found):
        assert before.start is not None
        assert after.start is not None
        gap = after.start - before.start
        # Two at the same instant are a fault even when the tolerance is as long as the period.
        if gap == 0 or not period - tolerance <= gap <= period + tolerance:
            missed = round(gap / period) - 1
            near = missed > 0 and abs(gap - (missed + 1) * period) <= tolerance * (missed + 1)
            why = f": {missed:,} missed" if near else ""
            message = (
                f"{title}: {ms(gap):.3f} ms between {shown(before)} and {shown(after)}, "
                f"{ms(period):g} ± {ms(tolerance):g} ms are asked for{why}"
            )
            spans = [span_of(before).id, span_of(after).id]
            outcome.add(message, span_of(after).trace, spans, ms(gap), ms(period))


def _judge_grid(rule: Constraint, outcome: Outcome, title: str, found: list[Found]) -> None:
    """Each start is near the first start plus a whole number of periods, and no number is left out or comes twice."""
    period, tolerance = rule.options["period"], rule.options["tolerance"]
    first = found[0].start or 0
    if all(abs((match.start or 0) - first - beat * period) <= tolerance for beat, match in enumerate(found)):
        return
    before = 0
    for match in found[1:]:
        since = (match.start or 0) - first
        beat = (since + period // 2) // period
        spans = [span_of(match).id]
        off = since - beat * period
        if abs(off) > tolerance:
            message = f"{title}: {shown(match)} is {ms(abs(off)):.3f} ms off the beat, {ms(tolerance):g} ms are allowed"
            outcome.add(message, span_of(match).trace, spans, ms(abs(off)), ms(tolerance))
        elif beat == before:
            outcome.add(
                f"{title}: {shown(match)} comes twice in one period", span_of(match).trace, spans, 0, ms(period)
            )
        elif beat > before + 1:
            missed = beat - before - 1
            message = f"{title}: {missed:,} missed before {shown(match)}"
            outcome.add(message, span_of(match).trace, spans, missed, 0)
        before = max(before, beat)
