"""A second checker, written straight from the meaning of each constraint, agrees on 10,000 random small runs."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import pairwise, permutations, product
from typing import Any

import pytest

from hooks_cli.features.traces.spans import Span
from tests.features.traces.made import MS, judge, run_of, span

NAMES = ("a", "b", "c")
ROUNDS = 2_000  # for each of the five types
TYPES = ("happens_before", "concurrent", "causal_chain", "end_to_end_latency", "periodic")


def made(chance: random.Random) -> list[Span]:
    """One to three traces of few spans: small numbers, so that ties, touching and missing ends are frequent."""
    spans = []
    for trace in range(chance.randint(1, 3)):
        count = chance.randint(1, 5)
        for number in range(count):
            start = chance.randint(0, 6)
            end = None if chance.random() < 0.12 else start + chance.randint(0, 4)
            parent = f"{trace}/{chance.randrange(number)}" if number and chance.random() < 0.7 else ""
            links = [(f"t{chance.randrange(3)}", f"{chance.randrange(3)}/{chance.randrange(3)}")]
            spans.append(
                span(
                    chance.choice(NAMES), start, end, id=f"{trace}/{number}", trace=f"t{trace}", parent=parent,
                    instance=chance.choice("ij"), links=links if chance.random() < 0.1 else (),
                )
            )  # fmt: skip
    return spans


def rule(chance: random.Random, kind: str) -> dict[str, Any]:
    table: dict[str, Any] = {"type": kind, "within": chance.choice(("auto", "trace", "run"))}
    if kind != "periodic":
        table["skew_tolerance_ms"] = chance.choice((0, 0, 1))
    if chance.random() < 0.3:
        table["required"] = False
    pick = [chance.choice(NAMES) for _ in range(3)]
    if kind == "happens_before":
        table |= {"first": pick[0], "second": pick[1], "anchor": chance.choice(("end_start", "start_start", "end_end"))}
        if chance.random() < 0.5:
            table["max_gap_ms"] = chance.randint(0, 4)
        if chance.random() < 0.3:
            table |= {"pairing": "one_to_one", "skew_tolerance_ms": 0, "first": "a", "second": "b"}
    elif kind == "concurrent":
        table |= {"spans": pick[: chance.randint(2, 3)], "min_overlap_ms": chance.randint(0, 2), "skew_tolerance_ms": 0}
    elif kind == "causal_chain":
        table |= {
            "spans": pick[: chance.randint(2, 3)],
            "relation": chance.choice(("any", "descendant")),
        }
    elif kind == "end_to_end_latency":
        table |= {"start": pick[0], "end": pick[1], "max_duration_ms": chance.randint(0, 7)}
        if chance.random() < 0.5:
            table["p50_max_ms"] = chance.randint(0, 5)
    else:
        table |= {"span": pick[0], "period_ms": chance.randint(1, 3), "tolerance_ms": chance.randint(0, 1)}
        table["mode"] = chance.choice(("gap", "grid"))
    return table


def sides(kind: str, table: dict[str, Any]) -> list[str]:
    keys = {"happens_before": "first second", "end_to_end_latency": "start end", "periodic": "span"}
    return table["spans"] if "spans" in table else [table[key] for key in keys[kind].split()]


def expected(kind: str, table: dict[str, Any], spans: list[Span]) -> bool:
    """Whether the constraint holds."""
    names = sides(kind, table)
    present = {one.name for one in spans}
    if not set(names) <= present and table.get("required", True):
        return False
    driver = {"happens_before": names[-1:], "concurrent": names}.get(kind, names[:1])
    if not set(driver) & present:
        return True  # not exercised
    by_trace: dict[str, list[Span]] = {}
    for one in spans:
        by_trace.setdefault(one.trace, []).append(one)
    within = table["within"]
    if within == "auto":
        held = any(set(names) <= {one.name for one in group} for group in by_trace.values())
        within = "trace" if held and kind != "periodic" else "run"
    groups = list(by_trace.values()) if within == "trace" else [spans]
    slack = table.get("skew_tolerance_ms", 0) * MS
    if kind == "end_to_end_latency":
        return latency(table, groups, names, slack, spans)
    oracle = {"happens_before": before, "concurrent": concurrent, "causal_chain": chain, "periodic": periodic}[kind]
    return all(oracle(table, group, names, slack, spans) for group in groups)


def named(group: Iterable[Span], name: str) -> list[Span]:
    found = [one for one in group if one.name == name]
    return sorted(found, key=lambda s: (s.start, 1 << 63 if s.end is None else s.end, s.name, s.id))


def tolerance(one: Span, other: Span, slack: int) -> int:
    return slack if one.instance != other.instance else 0


def before(table: dict[str, Any], group: list[Span], names: list[str], slack: int, _: list[Span]) -> bool:
    first_side, second_side = table["anchor"].split("_")
    gap = table.get("max_gap_ms")
    firsts = [one for one in named(group, names[0]) if getattr(one, first_side) is not None]
    seconds = named(group, names[1])
    if any(getattr(one, second_side) is None for one in seconds):
        return False

    def fits(first: Span, second: Span) -> bool:
        late = getattr(first, first_side) - getattr(second, second_side)
        return first is not second and late <= tolerance(first, second, slack)

    def near(first: Span, second: Span) -> bool:
        return gap is None or getattr(second, second_side) - getattr(first, first_side) <= gap * MS

    if table.get("pairing") == "one_to_one":
        return any(
            all(fits(first, second) and near(first, second) for first, second in zip(chosen, seconds, strict=True))
            for chosen in permutations(firsts, len(seconds))
        )
    for second in seconds:
        possible = [first for first in firsts if fits(first, second)]
        if not possible or not near(max(possible, key=lambda one: getattr(one, first_side)), second):
            return False
    return True


def concurrent(table: dict[str, Any], group: list[Span], names: list[str], _: int, every: list[Span]) -> bool:
    if not any(named(group, name) for name in names):
        return True
    finished = [[one for one in named(group, name) if one.end is not None] for name in names]
    return any(
        len({one.id for one in choice}) == len(choice)
        and min(one.end or 0 for one in choice) - max(one.start or 0 for one in choice) >= table["min_overlap_ms"] * MS
        for choice in product(*finished)
    )


def below(one: Span, other: Span, every: Sequence[Span]) -> bool:
    by_id = {(each.trace, each.id): each for each in every}
    while one.parent and (one.trace, one.parent) in by_id:
        one = by_id[one.trace, one.parent]
        if one is other:
            return True
    return False


def chain(table: dict[str, Any], group: list[Span], names: list[str], slack: int, every: list[Span]) -> bool:
    def leads(path: list[Span]) -> bool:
        if len(path) == len(names):
            return True
        now = path[-1]
        for nxt in named(group, names[len(path)]):
            if nxt in path or (now.start or 0) - (nxt.start or 0) > tolerance(now, nxt, slack):
                continue
            related = below(nxt, now, every) or (now.trace, now.id) in (nxt.links or ())
            if table["relation"] == "any":
                ended = nxt.trace == now.trace and now.end is not None and (nxt.start or 0) >= now.end
                related = related or below(nxt, path[0], every) or ended
            if related and leads([*path, nxt]):
                return True
        return False

    return all(leads([first]) for first in named(group, names[0]))


def latency(table: dict[str, Any], groups: list[list[Span]], names: list[str], slack: int, every: list[Span]) -> bool:
    samples = []
    for group in groups:
        if names[0] == names[1]:
            found = named(group, names[0])
            if any(one.end is None for one in found):
                return False
            samples += [(one.end or 0) - (one.start or 0) for one in found]
            continue
        ends = sorted((e for e in named(group, names[1]) if e.end is not None), key=lambda e: e.end or 0)
        for start in named(group, names[0]):
            fitting = [e for e in ends if (start.start or 0) - (e.end or 0) <= tolerance(start, e, slack)]
            fitting.sort(key=lambda e: not below(e, start, every))
            if not fitting:
                return False
            ends.remove(fitting[0])
            samples.append((fitting[0].end or 0) - (start.start or 0))
    bound = table.get("p50_max_ms", 1_000) * MS
    ordered = sorted(samples)
    middle = ordered[-(-50 * len(ordered) // 100) - 1] if ordered else 0
    return bool(samples) and max(samples) <= table["max_duration_ms"] * MS and middle <= bound


def periodic(table: dict[str, Any], group: list[Span], names: list[str], _: int, every: list[Span]) -> bool:
    period, slack = table["period_ms"] * MS, table["tolerance_ms"] * MS
    for instance in "ij":
        starts = sorted(one.start or 0 for one in named(group, names[0]) if one.instance == instance)
        if not starts:
            continue
        if len(starts) < 2:
            return False
        if table["mode"] == "gap":
            if not all(later != at and abs(later - at - period) <= slack for at, later in pairwise(starts)):
                return False
        elif not all(abs(at - starts[0] - number * period) <= slack for number, at in enumerate(starts)):
            return False
    return True


@pytest.mark.parametrize("kind", TYPES)
def test_both_checkers_agree(kind: str) -> None:
    chance = random.Random(f"traces {kind}")
    held = 0
    for _ in range(ROUNDS):
        spans, table = made(chance), rule(chance, kind)
        outcome = judge(table, *spans)
        wanted = expected(kind, table, list(run_of(*spans).spans))
        told = [violation.message for violation in outcome.violations]
        assert (outcome.count == 0) == wanted, (table, told, [(s.trace[:4], s.content()) for s in spans])
        held += wanted
    assert ROUNDS * 0.05 < held < ROUNDS * 0.95  # both answers are tried
