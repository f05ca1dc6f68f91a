"""`concurrent`: spans that must run at the same time; `contains`: spans that must lie inside another."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from hooks_cli.features.traces.constraints.constraint import MS, Constraint, Scope, differ, ms, shown
from hooks_cli.features.traces.matches import span_of
from hooks_cli.features.traces.rules.table_reader import TableReader
from hooks_cli.features.traces.selectors import Found
from hooks_cli.features.traces.verdict import Outcome

UNFINISHED = ("no_match", "open")
Timed = tuple[int, int, Found]  # start, end, match


def read_concurrent(rule: Constraint, table: TableReader) -> None:
    """The keys of `concurrent`. Raises ConfigError (78)."""
    rule.select_many("spans", 2)
    rule.options = {
        "overlap": round((table.number("min_overlap_ms") or 0) * MS),
        "all": table.flag("all", False),
        "open": table.choice("unfinished", UNFINISHED, "no_match") == "open",
    }


def judge_concurrent(rule: Constraint, scope: Scope, outcome: Outcome) -> None:
    """Where one of the spans is, all are, and one choice of a span each (with `all`: all of them) overlaps long enough."""
    for trace, found in scope.groups():
        timed = [_timed(rule, scope, there) for there in found]
        ids = [span_of(match).id for there in found for match in there[:1]]
        where = trace or next((span_of(match).trace for there in found for match in there), "")
        absent = [rule.selectors[place] for place, there in enumerate(timed) if not there]
        if absent:
            names = ", ".join(dict.fromkeys(selector.text for selector in absent))
            present = [place for place, there in enumerate(found) if there and not timed[place]]
            why = " (unfinished)" if present else ""
            outcome.add(f"{names} does not run beside the others{why}", where, ids, None, ms(rule.options["overlap"]))
            continue
        if rule.options["all"]:
            every = [match for there in timed for match in there]
            together = len({id(match) for _, _, match in every}) >= len(timed) and _all_overlap(rule, every)
            best = min(end for _, end, _ in every) - max(start for start, _, _ in every)
        else:
            together, best = _some_overlap(rule, timed)
        if not together:
            bound = ms(rule.options["overlap"])
            shares = " + ".join(selector.text for selector in rule.selectors)
            message = f"{shares} overlap by {ms(best):.3f} ms, at least {bound:g} ms are asked for"
            if best >= rule.options["overlap"]:
                message = f"{shares}: there are not as many different spans as the rule names"
            outcome.add(message, where, ids, ms(best), bound)


def _timed(rule: Constraint, scope: Scope, found: list[Found]) -> list[Timed]:
    """Those with both times; an unfinished one ends with its trace if the rule says so."""
    timed = []
    for match in found:
        end = match.end
        if end is None and rule.options["open"]:
            end = scope.index.trace(span_of(match).trace).end
        if match.start is not None and end is not None:
            timed.append((match.start, end, match))
    return timed


def _fits(rule: Constraint, latest: Timed, other: Timed) -> bool:
    """Whether `other` lasts long enough after `latest` starts."""
    slack = rule.tolerance if rule.tolerance and differ(latest[2], other[2]) else 0
    return bool(other[1] + slack - latest[0] >= rule.options["overlap"])


def _all_overlap(rule: Constraint, every: list[Timed]) -> bool:
    return all(_fits(rule, one, other) for one in every for other in _shortest(rule, every))


def _shortest(rule: Constraint, every: list[Timed]) -> list[Timed]:
    """Whose end decides: the earliest; with a tolerance, which asks for instances, all."""
    return every if rule.tolerance else [min(every, key=lambda timed: timed[1])]


def _some_overlap(rule: Constraint, timed: list[list[Timed]]) -> tuple[bool, int]:
    """(whether one choice overlaps long enough, the best overlap of any choice in nanoseconds).

    Each span may be the one that starts last; then every other selector needs another span that started by then and lasts on.
    """
    seen = [id(match) for there in timed for _, _, match in there]
    disjoint = len(set(seen)) == len(seen)
    best, together = None, False
    starts = [[start for start, _, _ in sorted(there, key=lambda t: t[0])] for there in timed]
    ends = [_prefix_ends(sorted(there, key=lambda t: t[0])) for there in timed]
    for mine, there in enumerate(timed):
        for latest in there:
            shortest = latest[1]
            for other in range(len(timed)):
                if other != mine:
                    place = bisect_right(starts[other], latest[0])
                    shortest = min(shortest, ends[other][place - 1]) if place else latest[0] - (1 << 62)
            if shortest - latest[0] > -(1 << 61):
                best = shortest - latest[0] if best is None else max(best, shortest - latest[0])
            if together:
                continue
            if disjoint and not rule.tolerance:
                together = shortest - latest[0] >= rule.options["overlap"]
            elif shortest - latest[0] + rule.tolerance >= rule.options["overlap"] or rule.tolerance:
                together = _assigned(rule, latest, mine, timed)
    if best is None:
        best = min(min(t[1] for t in there) for there in timed) - max(min(t[0] for t in there) for there in timed)
    return together, best


def _prefix_ends(ordered: list[Timed]) -> list[int]:
    """The latest end among the first n."""
    found: list[int] = []
    for _, end, _ in ordered:
        found.append(max(end, found[-1]) if found else end)
    return found


def _assigned(rule: Constraint, latest: Timed, mine: int, timed: list[list[Timed]]) -> bool:
    """Whether the other selectors can each have a span of their own that runs while `latest` does (bipartite matching)."""
    if not _fits(rule, latest, latest):
        return False
    choices: list[list[Timed]] = []
    for place, there in enumerate(timed):
        if place != mine:
            fitting = [t for t in there if t[2] is not latest[2] and t[0] <= latest[0] and _fits(rule, latest, t)]
            # Of one selector no more are needed than there are selectors: the others take at most one each.
            choices.append(sorted(fitting, key=lambda t: -t[1])[: len(timed)])
    taken: dict[int, int] = {}

    def give(place: int, tried: set[int]) -> bool:
        for _, _, match in choices[place]:
            key = id(match)
            if key not in tried:
                tried.add(key)
                if key not in taken or give(taken[key], tried):
                    taken[key] = place
                    return True
        return False

    return all(give(place, set()) for place in range(len(choices)))


def read_contains(rule: Constraint, table: TableReader) -> None:
    """The keys of `contains`. Raises ConfigError (78)."""
    rule.select("outer")
    rule.select_many("spans", 1)
    rule.options = {}


def judge_contains(rule: Constraint, scope: Scope, outcome: Outcome) -> None:
    """Every one of the spans lies inside an outer, and every outer has one of each inside."""
    for _, (outers, *inners) in scope.groups():
        windows: list[Timed] = []
        for outer in outers:
            if outer.start is None or outer.end is None:
                side = "start" if outer.start is None else "end"
                outcome.add(f"{shown(outer)} has no {side}", span_of(outer).trace, [span_of(outer).id])
            else:
                windows.append((outer.start, outer.end, outer))
        for selector, found in zip(rule.selectors[1:], inners, strict=True):
            inside = [(t.start, t.end, t) for t in found if t.start is not None and t.end is not None]
            for match in found:
                if match.start is None or match.end is None:
                    side = "start" if match.start is None else "end"
                    outcome.add(f"{shown(match)} has no {side}", span_of(match).trace, [span_of(match).id])
            _judge_windows(rule, outcome, selector.text, windows, inside)


def _judge_windows(rule: Constraint, outcome: Outcome, name: str, windows: list[Timed], inside: list[Timed]) -> None:
    starts = [start for start, _, _ in windows]
    ends = _prefix_ends(windows)
    for inner in inside:
        place = bisect_right(starts, inner[0])
        held = bool(place) and ends[place - 1] >= inner[1] and not any(w[2] is inner[2] for w in windows)
        if not held and not any(_holds(rule, window, inner) for window in windows):
            message = f"{shown(inner[2])} is outside of every {rule.selectors[0].text}"
            outcome.add(message, span_of(inner[2]).trace, [span_of(inner[2]).id])
    begins = [start for start, _, _ in inside]
    least: list[int] = []
    for _, end, _ in reversed(inside):
        least.append(min(end, least[-1]) if least else end)
    least.reverse()
    for window in windows:
        place = bisect_left(begins, window[0])
        held = place < len(inside) and least[place] <= window[1] and not any(i[2] is window[2] for i in inside)
        if not held and not any(_holds(rule, window, inner) for inner in inside):
            message = f"{shown(window[2])} has no {name} inside"
            outcome.add(message, span_of(window[2]).trace, [span_of(window[2]).id])


def _holds(rule: Constraint, window: Timed, inner: Timed) -> bool:
    slack = rule.tolerance if rule.tolerance and differ(window[2], inner[2]) else 0
    return window[2] is not inner[2] and inner[0] + slack >= window[0] and inner[1] <= window[1] + slack
