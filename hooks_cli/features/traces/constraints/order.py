"""`happens_before` and `never_follows`: a span must, or must not, come before another."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from hooks_cli.features.traces.constraints.constraint import MS, Constraint, Scope, differ, ms, shown
from hooks_cli.features.traces.matches import span_of
from hooks_cli.features.traces.rules.table_reader import TableReader
from hooks_cli.features.traces.selectors import Found
from hooks_cli.features.traces.verdict import Outcome

ANCHORS = ("end_start", "start_start", "start_end", "end_end")
PAIRINGS = ("many", "one_to_one")


def read_before(rule: Constraint, table: TableReader) -> None:
    """The keys of `happens_before`. Raises ConfigError (78)."""
    rule.select("first")
    rule.select("second")
    gap = table.number("max_gap_ms")
    anchor = table.choice("anchor", ANCHORS, "end_start")
    rule.options = {
        "gap": None if gap is None else round(gap * MS),
        "anchor": tuple(anchor.split("_")),
        "once": table.choice("pairing", PAIRINGS, "many") == "one_to_one",
    }


def judge_before(rule: Constraint, scope: Scope, outcome: Outcome) -> None:
    """Every second has a first that comes before it, no longer ago than the gap."""
    first_side, second_side = rule.options["anchor"]
    for _, (firsts, seconds) in scope.groups():
        usable: list[tuple[int, Found]] = []
        unfinished = None
        for first in firsts:
            at = first.end if first_side == "end" else first.start
            if at is not None and first.start is not None:
                usable.append((at, first))
            else:
                unfinished = unfinished or first
        usable.sort(key=lambda pair: pair[0])
        if rule.options["once"]:
            _judge_once(rule, outcome, usable, seconds, second_side)
            continue
        times = [at for at, _ in usable]
        for second in seconds:
            at = second.end if second_side == "end" else second.start
            if at is None or second.start is None:
                outcome.add(f"{shown(second)} has no {second_side}", span_of(second).trace, [span_of(second).id])
                continue
            chosen = _latest(usable, times, second, at, rule.tolerance)
            if chosen is None:
                _nothing_before(rule, outcome, second, at, usable, times, unfinished)
            elif rule.options["gap"] is not None and at - chosen[0] > rule.options["gap"]:
                _too_long(rule, outcome, second, chosen, at)


def _latest(
    usable: list[tuple[int, Found]], times: list[int], second: Found, at: int, tolerance: int
) -> tuple[int, Found] | None:
    """The latest first before `at`; up to the tolerance later when it is another instance's."""
    for place in range(bisect_right(times, at + tolerance) - 1, -1, -1):
        there, first = usable[place]
        if first is not second and (there <= at or differ(first, second)):
            return usable[place]
    return None


def _judge_once(
    rule: Constraint, outcome: Outcome, usable: list[tuple[int, Found]], seconds: list[Found], side: str
) -> None:
    """Each first serves one second: the earliest that is not used and not too long ago, which pairs as many as can be."""
    gap = rule.options["gap"]
    timed: list[tuple[int, Found]] = []
    for second in seconds:
        at = second.end if side == "end" else second.start
        if at is None or second.start is None:
            outcome.add(f"{shown(second)} has no {side}", span_of(second).trace, [span_of(second).id])
        else:
            timed.append((at, second))
    timed.sort(key=lambda pair: pair[0])
    used = [False] * len(usable)
    begin = 0
    for at, second in timed:
        while begin < len(usable) and (used[begin] or (gap is not None and at - usable[begin][0] > gap)):
            begin += 1
        for place in range(begin, len(usable)):
            there, first = usable[place]
            if there > at + rule.tolerance:
                place = len(usable)
                break
            if not used[place] and first is not second and (there <= at or differ(first, second)):
                used[place] = True
                break
        else:
            place = len(usable)
        if place == len(usable):
            span = span_of(second)
            within = "" if gap is None else f" in the {ms(gap):g} ms before it"
            message = f"{shown(second)} has no {rule.selectors[0].text} of its own{within}"
            outcome.add(message, span.trace, [span.id], None, None if gap is None else ms(gap))


def _nothing_before(
    rule: Constraint,
    outcome: Outcome,
    second: Found,
    at: int,
    usable: list[tuple[int, Found]],
    times: list[int],
    unfinished: Found | None,
) -> None:
    first_side, second_side = rule.options["anchor"]
    span = span_of(second)
    spans, late = [span.id], None
    message = f"{shown(second)}: no {rule.selectors[0].text} {first_side}s before it {second_side}s"
    after = bisect_right(times, at)
    while after < len(usable) and usable[after][1] is second:
        after += 1
    if after < len(usable):
        late = ms(usable[after][0] - at)
        message += f"; {shown(usable[after][1])} {first_side}s {late:.3f} ms later"
        spans.append(span_of(usable[after][1]).id)
    elif unfinished is not None:
        message += f"; {shown(unfinished)} has no end"
        spans.append(span_of(unfinished).id)
    outcome.add(message, span.trace, spans, late, 0)


def _too_long(rule: Constraint, outcome: Outcome, second: Found, chosen: tuple[int, Found], at: int) -> None:
    gap, bound = ms(at - chosen[0]), ms(rule.options["gap"])
    message = f"{shown(second)} comes {gap:.3f} ms after {shown(chosen[1])}, at most {bound:g} ms are allowed"
    outcome.add(message, span_of(second).trace, [span_of(chosen[1]).id, span_of(second).id], gap, bound)


def read_never(rule: Constraint, table: TableReader) -> None:
    """The keys of `never_follows`. Raises ConfigError (78)."""
    rule.select("first")
    rule.select("second", demanded=False)
    gap = table.number("max_gap_ms")
    rule.options = {"gap": None if gap is None else round(gap * MS)}


def judge_never(rule: Constraint, scope: Scope, outcome: Outcome) -> None:
    """No second starts after a first has ended; with `max_gap_ms`, not within that time. An unfinished first counts from its start."""
    gap = rule.options["gap"]
    for _, (firsts, seconds) in scope.groups():
        usable = [(first.start if first.end is None else first.end, first) for first in firsts]
        timed = sorted([(at, first) for at, first in usable if at is not None], key=lambda pair: pair[0])
        times = [at for at, _ in timed]
        for second in seconds:
            at = second.start
            if at is None:
                outcome.add(f"{shown(second)} has no start", span_of(second).trace, [span_of(second).id])
                continue
            # The tolerance is in favour of the rule: clocks that differ by so much prove no order.
            earliest = 0 if gap is None else bisect_left(times, at - gap)
            for place in range(bisect_right(times, at) - 1, earliest - 1, -1):
                there, first = timed[place]
                if first is second or (rule.tolerance and at - there < rule.tolerance and differ(first, second)):
                    continue
                message = (
                    f"{shown(second)} starts {ms(at - there):.3f} ms after {shown(first)}, which it must not follow"
                )
                spans = [span_of(first).id, span_of(second).id]
                outcome.add(message, span_of(second).trace, spans, ms(at - there), None if gap is None else ms(gap))
                break
