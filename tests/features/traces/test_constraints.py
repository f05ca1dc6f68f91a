"""The temporal constraints, case by case: each cell of their table, both sides of each bound."""

from __future__ import annotations

from typing import Any

import pytest

from hooks_cli.features.traces.spans import Span
from tests.features.traces.made import judge, span

Case = tuple[str, dict[str, Any], list[Span], str]  # what, keys of the rule, spans, "" or a part of the message


def s(name: str, start: float | None, end: float | None, **more: Any) -> Span:
    return span(name, start, end, **more)


A01, A23, B13 = s("a", 0, 1), s("a", 2, 3), s("b", 1, 3)
OTHER = {"instance": "other"}

BEFORE: list[Case] = [
    ("in order", {}, [A01, s("b", 2, 3)], ""),
    ("touching", {}, [A01, B13], ""),
    ("overlapping", {}, [s("a", 0, 2), B13], "ends 1.000 ms later"),
    ("wrong order", {}, [s("a", 4, 5), B13], "ends 4.000 ms later"),
    ("every second needs one", {}, [A01, s("b", 2, 3), s("b", 0.5, 3)], "b ("),
    ("one first serves many", {}, [A01, s("b", 1, 2), s("b", 5, 6), s("b", 9, 10)], ""),
    ("gap on the bound", {"max_gap_ms": 4}, [A01, s("b", 5, 6)], ""),
    ("gap over the bound", {"max_gap_ms": 4}, [A01, s("b", 5.001, 6)], "comes 4.001 ms after"),
    ("the latest first counts", {"max_gap_ms": 4}, [A01, s("a", 5, 6), s("b", 9, 10)], ""),
    ("a later first does not help", {"max_gap_ms": 4}, [A01, s("a", 9, 10), s("b", 6, 7)], "at most 4 ms"),
    ("start_start", {"anchor": "start_start"}, [s("a", 0, 9), s("b", 0, 3)], ""),
    ("start_start, wrong", {"anchor": "start_start"}, [s("a", 0.5, 9), s("b", 0, 3)], "starts before it starts"),
    ("start_start needs no end", {"anchor": "start_start"}, [s("a", 0, None), B13], ""),
    ("start_end", {"anchor": "start_end"}, [s("a", 3, 9), B13], ""),
    ("start_end, wrong", {"anchor": "start_end"}, [s("a", 3.5, 9), B13], "starts before it ends"),
    ("start_end, second unfinished", {"anchor": "start_end"}, [s("a", 0, 1), s("b", 1, None)], "has no end"),
    ("end_end", {"anchor": "end_end"}, [s("a", 0, 3), B13], ""),
    ("end_end, wrong", {"anchor": "end_end"}, [s("a", 0, 4), B13], "ends before it ends"),
    ("an unfinished first is none", {}, [s("a", 0, None), B13], "has no end"),
    ("an unfinished second is judged", {}, [A01, s("b", 2, None)], ""),
    ("a second without start", {}, [A01, s("b", None, 3)], "has no start"),
    ("no first", {}, [B13], "missing: no span is a"),
    ("no second", {}, [A01], "missing: no span is b"),
    ("no second, not required", {"required": False}, [A01], "skip"),
    ("no first, not required", {"required": False}, [B13], "no a ends before"),
    ("by trace: another trace's first is none", {}, [A01, B13, s("b", 3, 4, trace="u")], "no a ends before"),
    ("auto is the run when no trace has both", {}, [A01, s("b", 3, 4, trace="u")], ""),
    ("the run if asked", {"within": "run"}, [A01, B13, s("b", 3, 4, trace="u")], ""),
    ("the trace if asked", {"within": "trace"}, [A01, s("b", 3, 4, trace="u")], "no a ends before"),
    ("tolerance between instances", {"skew_tolerance_ms": 1}, [s("a", 0, 2, **OTHER), B13], ""),
    ("tolerance within one instance", {"skew_tolerance_ms": 1}, [s("a", 0, 2), B13], "1.000 ms later"),
    ("tolerance exceeded", {"skew_tolerance_ms": 1}, [s("a", 0, 2.001, **OTHER), B13], "1.001 ms later"),
    ("one to one", {"pairing": "one_to_one"}, [A01, s("a", 1, 2), s("b", 3, 4), s("b", 5, 6)], ""),
    ("one to one, too few", {"pairing": "one_to_one"}, [A01, s("b", 3, 4), s("b", 5, 6)], "has no a of its own"),
    ("one to one, gap", {"pairing": "one_to_one", "max_gap_ms": 4},
        [s("a", 1, 3), s("a", 2, 5), s("b", 6, 7), s("b", 9, 10)], ""),
    ("one to one, gap over", {"pairing": "one_to_one", "max_gap_ms": 3},
        [s("a", 1, 3), s("a", 2, 5), s("b", 6, 7), s("b", 9, 10)], "in the 3 ms before it"),
    ("the same selector: not its own predecessor", {"second": "a"}, [A01], "no a ends before"),
    ("an event", {"first": "event:up"}, [s("x", 0, 9, events=[("up", 2)]), s("b", 2, 3)], ""),
    ("an event too late", {"first": "event:up"}, [s("x", 0, 9, events=[("up", 2.5)]), s("b", 2, 3)], "later"),
    ("where leaves traces out", {"where": {"name": "root"}},
        [A01, s("root", 0, 9, trace="u"), s("a", 0, 1, trace="u", parent="r"), s("b", 2, 3, trace="u", parent="r"), B13,
         s("b", 0, 1)], ""),
    ("where matches no trace", {"where": "nowhere"}, [A01, B13], "missing: no trace has a root"),
    ("where matches none, not required", {"where": "nowhere", "required": False}, [A01, B13], "skip"),
]  # fmt: skip

CONCURRENT: list[Case] = [
    ("overlap enough", {"min_overlap_ms": 2}, [s("a", 0, 4), s("b", 2, 6)], ""),
    ("overlap on the bound", {"min_overlap_ms": 2}, [s("a", 0, 4), s("b", 2, 3.999), s("b", 2, 4)], ""),
    ("overlap under the bound", {"min_overlap_ms": 2}, [s("a", 0, 4), s("b", 2.001, 6)], "overlap by 1.999 ms"),
    ("0 is touching", {"min_overlap_ms": 0}, [A01, B13], ""),
    ("0, a gap", {"min_overlap_ms": 0}, [A01, s("b", 1.001, 3)], "overlap by -0.001 ms"),
    ("no bound is 0", {}, [A01, B13], ""),
    ("the best choice counts", {"min_overlap_ms": 2}, [A01, s("a", 5, 9), s("b", 6, 9), s("b", 20, 21)], ""),
    ("inside counts", {"min_overlap_ms": 2}, [s("a", 0, 9), s("b", 3, 5)], ""),
    ("three at once", {"spans": ["a", "b", "c"], "min_overlap_ms": 1}, [s("a", 0, 4), s("b", 2, 6), s("c", 3, 9)], ""),
    ("three, pairwise only", {"spans": ["a", "b", "c"], "min_overlap_ms": 1},
        [s("a", 0, 4), s("b", 3, 7), s("c", 6, 9)], "overlap by"),
    ("a trace without one of them", {}, [A01, s("b", 0, 1), s("a", 0, 1, trace="u")], "b does not run beside"),
    ("a trace with none of them", {}, [A01, s("b", 0, 1), s("x", 0, 1, trace="u")], ""),
    ("missing anywhere", {}, [A01], "missing: no span is b"),
    ("none, not required", {"required": False}, [s("x", 0, 1)], "skip"),
    ("one of two, not required", {"required": False}, [A01], "b does not run beside"),
    ("unfinished is not a match", {}, [A01, s("b", 0, None)], "(unfinished)"),
    ("both unfinished is not a pass", {}, [s("a", 0, None), s("b", 0, None)], "(unfinished)"),
    ("unfinished, open", {"unfinished": "open", "min_overlap_ms": 3}, [s("a", 2, 5), s("b", 1, None)], ""),
    ("open ends with the trace", {"unfinished": "open", "min_overlap_ms": 4},
        [s("a", 2, 5), s("b", 1, None)], "overlap by 3.000 ms"),
    ("a name twice needs two", {"spans": ["a", "a"]}, [s("a", 0, 9)], "not as many different spans"),
    ("a name twice has two", {"spans": ["a", "a"], "min_overlap_ms": 1}, [s("a", 0, 9), s("a", 8, 10)], ""),
    ("a name twice, apart", {"spans": ["a", "a"]}, [A01, s("a", 8, 10)], "a + a"),
    ("globs that share a span", {"spans": ["a*", "*a"]}, [s("a", 0, 9)], "not as many different spans"),
    ("all: every match", {"all": True}, [s("a", 0, 9), s("b", 1, 5), s("b", 4, 6)], ""),
    ("all: one is apart", {"all": True}, [s("a", 0, 9), s("b", 1, 2), s("b", 4, 6)], "overlap by"),
    ("tolerance between instances", {"min_overlap_ms": 1, "skew_tolerance_ms": 1}, [A01, s("b", 1, 3, **OTHER)], ""),
    ("tolerance within one", {"min_overlap_ms": 1, "skew_tolerance_ms": 1}, [A01, B13], "overlap by 0.000 ms"),
    ("the run", {}, [s("a", 0, 4), s("b", 2, 6, trace="u")], ""),
]  # fmt: skip

C = [s("a", 0, 9, id="a"), s("b", 1, 3, id="b", parent="a"), s("c", 4, 5, id="c", parent="a")]
CHAIN: list[Case] = [
    ("siblings below the first", {}, C, ""),
    ("a line of descendants", {}, [C[0], C[1], s("c", 2, 3, parent="b")], ""),
    ("c before b", {}, [C[0], C[1], s("c", 0.5, 2, parent="a")], "starts before it"),
    ("at the same instant", {}, [C[0], s("b", 0, 3, parent="a"), s("c", 0, 5, parent="a")], ""),
    ("no c below this a", {}, [*C, s("a", 20, 30), s("b", 21, 22)], "comes no b"),
    ("b is missing", {}, [C[0], C[2]], "missing: no span is b"),
    ("from every first", {}, [*C, s("a", 0, 9, trace="u")], "comes no b"),
    ("no first", {}, C[1:], "missing: no span is a"),
    ("no first, not required", {"required": False}, C[1:], "skip"),
    ("descendants only: siblings do not do", {"relation": "descendant"}, C, "comes no c"),
    ("descendants only", {"relation": "descendant"}, [C[0], C[1], s("c", 2, 3, parent="b")], ""),
    ("after it ended, in the same trace", {"spans": ["a", "b"]}, [A01, B13], ""),
    ("before it ended, unrelated", {"spans": ["a", "b"]}, [s("a", 0, 2), B13], "comes no b"),
    ("after an unfinished one, unrelated", {"spans": ["a", "b"]}, [s("a", 0, None), B13], "comes no b"),
    ("descendants only: after it ended", {"spans": ["a", "b"], "relation": "descendant"}, [A01, B13], "comes no b"),
    ("a link", {"spans": ["a", "b"]}, [s("a", 0, 2, id="a"), s("b", 1, 3, links=[("t", "a")])], ""),
    ("a link across traces", {"spans": ["a", "b"]},
        [s("a", 0, 2, id="a"), s("b", 1, 3, trace="u", links=[("t", "a")])], ""),
    ("another trace without a link", {"spans": ["a", "b"]}, [A01, s("b", 1, 3, trace="u")], "comes no b"),
    ("partial: a prefix", {"partial": True}, [*C, s("a", 0, 9, trace="u"), s("b", 1, 3, trace="u")], ""),
    ("partial: the first alone", {"partial": True}, [*C, s("a", 0, 9, trace="u")], ""),
    ("partial: out of order", {"partial": True},
        [*C, s("a", 0, 9, id="u", trace="u"), s("c", 1, 3, trace="u", parent="u")], "but what should follow it does"),
    ("partial: c before b", {"partial": True}, [C[0], s("b", 3, 4, parent="a"), s("c", 1, 2, parent="a")], "starts before it"),
    ("another choice of b leads on", {"relation": "descendant"},
        [C[0], C[1], s("b", 2, 6, id="b2", parent="a"), s("c", 3, 4, parent="b2")], ""),
    ("tolerance between instances", {"spans": ["a", "b"], "skew_tolerance_ms": 1},
        [s("a", 1, 9, id="a"), s("b", 0, 3, parent="a", **OTHER)], ""),
    ("tolerance within one", {"spans": ["a", "b"], "skew_tolerance_ms": 1},
        [s("a", 1, 9, id="a"), s("b", 0, 3, parent="a")], "starts before it"),
    ("a first without start", {"spans": ["a", "b"]}, [s("a", None, 9, id="a"), s("b", 0, 3, parent="a")], "has no start"),
    ("an event of the span", {"spans": ["a", "event:e"]}, [s("a", 0, 9, events=[("e", 3)])], ""),
    ("a name twice needs two", {"spans": ["a", "a"]}, [s("a", 0, 9)], "comes no a"),
]  # fmt: skip

MANY = [s("a", 10 * n, 10 * n + 1, trace=f"t{n}") for n in range(19)]
LATENCY: list[Case] = [
    ("on the bound", {"max_duration_ms": 3}, [A01, s("b", 2, 3)], ""),
    ("over the bound", {"max_duration_ms": 3}, [A01, s("b", 2, 3.001)], "takes 3.001 ms"),
    ("every sample", {"max_duration_ms": 3}, [A01, s("b", 2, 3), s("a", 5, 6), s("b", 9, 10)], "takes 5.000 ms"),
    ("from the start, not the end", {"max_duration_ms": 2}, [s("a", 0, 2.5), s("b", 2, 2)], ""),
    ("no end", {"max_duration_ms": 9}, [A01, s("b", 0, 1), s("a", 5, 6)], "never ends"),
    ("an end is used once", {"max_duration_ms": 9}, [A01, s("a", 0.5, 1), s("b", 2, 3)], "never ends"),
    ("an unfinished end is none", {"max_duration_ms": 9}, [A01, s("b", 2, None)], "never ends"),
    ("an end before the start is none", {"max_duration_ms": 9}, [s("a", 5, 6), s("b", 2, 3)], "never ends"),
    ("an end at the start", {"max_duration_ms": 9}, [s("a", 5, 6), s("b", 2, 5)], ""),
    ("an end without a start is no matter", {"max_duration_ms": 9}, [A01, s("b", 2, 3), s("b", 7, 8)], ""),
    ("an end below the start is preferred", {"max_duration_ms": 6},
        [s("a", 0, 9, id="a1"), s("a", 1, 9, id="a2"), s("b", 2, 3, parent="a2"), s("b", 5, 6, parent="a1")], ""),
    ("in the order of time else", {"max_duration_ms": 5}, [A01, s("a", 1, 2), s("b", 3, 4), s("b", 5, 6)], ""),
    ("the same selector is the duration", {"end": "a", "max_duration_ms": 1}, [A01, A23], ""),
    ("the same selector, too long", {"end": "a", "max_duration_ms": 0.9}, [A01], "takes 1.000 ms"),
    ("the same selector, unfinished", {"end": "a", "max_duration_ms": 9}, [A01, s("a", 1, None)], "never ends"),
    ("no start anywhere", {"max_duration_ms": 9}, [B13], "missing: no span is a"),
    ("no start, not required", {"max_duration_ms": 9, "required": False}, [B13], "skip"),
    ("no end anywhere, not required", {"max_duration_ms": 9, "required": False}, [A01], "never ends"),
    ("p95 of 19 is the maximum", {"end": "a", "p95_max_ms": 1}, [*MANY[:18], s("a", 500, 502)], "p95 is the maximum"),
    ("p95 of 20 leaves one out", {"end": "a", "p95_max_ms": 1}, [*MANY, s("a", 500, 502)], ""),
    ("p95 of 20, two too long", {"end": "a", "p95_max_ms": 1}, [*MANY[:18], s("a", 500, 502), s("a", 600, 602)], "p95 is"),
    ("p50 of two is the lower", {"end": "a", "p50_max_ms": 1}, [A01, s("a", 3, 8)], ""),
    ("p50 of three is the middle", {"end": "a", "p50_max_ms": 1}, [A01, s("a", 3, 8), s("a", 3, 9)], "p50 is 5.000 ms"),
    ("p99 on the bound", {"end": "a", "p99_max_ms": 1}, [A01], ""),
    ("enough samples", {"end": "a", "max_duration_ms": 9, "min_samples": 2}, [A01, A23], ""),
    ("too few samples", {"end": "a", "max_duration_ms": 9, "min_samples": 3}, [A01, A23], "too few samples: 2"),
    ("tolerance between instances", {"max_duration_ms": 9, "skew_tolerance_ms": 1},
        [s("a", 1, 9), s("b", 0, 0.5, **OTHER)], ""),
    ("tolerance within one", {"max_duration_ms": 9, "skew_tolerance_ms": 1}, [s("a", 1, 9), s("b", 0, 0.5)], "never ends"),
    ("by trace", {"max_duration_ms": 4}, [A01, s("b", 2, 3), s("a", 0, 1, trace="u"), s("b", 3, 4, trace="u")], ""),
]  # fmt: skip

P = {"period_ms": 10, "tolerance_ms": 1}
PERIODIC: list[Case] = [
    ("even", P, [s("a", t, t) for t in (0, 10, 20)], ""),
    ("on both bounds", P, [s("a", t, t) for t in (0, 9, 20)], ""),
    ("under the bound", P, [s("a", t, t) for t in (0, 8.999)], "8.999 ms between"),
    ("over the bound", P, [s("a", t, t) for t in (0, 11.001)], "11.001 ms between"),
    ("one missed", P, [s("a", t, t) for t in (0, 10, 30)], "1 missed"),
    ("three missed", P, [s("a", t, t) for t in (0, 40.5)], "3 missed"),
    ("off, not missed", P, [s("a", t, t) for t in (0, 15)], "10 ± 1 ms are asked for"),
    ("at the same instant", P, [s("a", t, t, id=str(n)) for n, t in enumerate((0, 0, 10))], "0.000 ms between"),
    ("the same instant, however wide", {"period_ms": 1, "tolerance_ms": 1},
        [s("a", 0, 0, id="1"), s("a", 0, 0, id="2")], "0.000 ms between"),
    ("once", P, [A01], "came once"),
    ("never", P, [B13], "missing"),
    ("never, not required", {**P, "required": False}, [B13], "skip"),
    ("each instance for itself", P, [*[s("a", t, t) for t in (0, 10)], *[s("a", t, t, **OTHER) for t in (5, 15)]], ""),
    ("one instance came once", P, [*[s("a", t, t) for t in (0, 10)], s("a", 5, 5, **OTHER)], "svc/other"),
    ("across traces", P, [s("a", t, t, trace=f"t{t}") for t in (0, 10, 20)], ""),
    ("unfinished ones count", P, [s("a", t, None) for t in (0, 10)], ""),
    ("without a start", P, [*[s("a", t, t) for t in (0, 10)], s("a", None, 5)], "has no start"),
    ("drift passes gap by gap", P, [s("a", t, t) for t in (0, 11, 22, 33)], ""),
    ("drift fails on the grid", {**P, "mode": "grid"}, [s("a", t, t) for t in (0, 11, 22)], "off the beat"),
    ("grid on the bound", {**P, "mode": "grid"}, [s("a", t, t) for t in (0, 9, 21)], ""),
    ("grid, one missed", {**P, "mode": "grid"}, [s("a", t, t) for t in (0, 10, 30)], "1 missed"),
    ("grid, twice", {**P, "mode": "grid"}, [s("a", t, t) for t in (0, 10, 10.5)], "twice in one period"),
]  # fmt: skip

NEVER: list[Case] = [
    ("only before", {}, [s("b", 0, 1), s("a", 2, 3)], ""),
    ("after", {}, [A01, s("b", 1, 2)], "which it must not follow"),
    ("while it runs", {}, [s("a", 0, 3), s("b", 2, 4)], ""),
    ("while an unfinished one runs", {}, [s("a", 0, None), s("b", 2, 4)], "must not follow"),
    ("no second", {}, [A01], ""),
    ("no first", {}, [B13], "missing: no span is a"),
    ("outside of the window", {"max_gap_ms": 3}, [A01, s("b", 4.001, 5)], ""),
    ("inside of the window", {"max_gap_ms": 3}, [A01, s("b", 4, 5)], "3.000 ms after"),
    ("another trace", {"within": "trace"}, [A01, s("b", 4, 5, trace="u")], ""),
]
CONTAINS: list[Case] = [
    ("inside", {}, [s("a", 0, 3), B13], ""),
    ("too long", {}, [s("a", 0, 3), s("b", 1, 3.001)], "is outside of every a"),
    ("too early", {}, [s("a", 0, 3), s("b", -1, 2)], "is outside of every a"),
    ("an outer without", {}, [s("a", 0, 3), B13, s("a", 5, 6)], "has no b inside"),
    ("each in one of two", {}, [s("a", 0, 3), B13, s("a", 5, 6), s("b", 5, 6)], ""),
    ("an unfinished outer", {}, [s("a", 0, None), B13], "has no end"),
    ("tolerance", {"skew_tolerance_ms": 1}, [s("a", 0, 3), s("b", 1, 4, **OTHER)], ""),
    ("missing", {}, [s("a", 0, 3)], "missing: no span is b"),
]
COUNT: list[Case] = [
    ("at least", {"min": 1}, [A01], ""),
    ("too few", {"min": 2}, [A01], "occurs 1 time, at least 2"),
    ("none is a number", {"max": 0}, [B13], ""),
    ("too many", {"max": 1}, [A01, A23], "occurs 2 times, at most 1"),
    ("exactly", {"exactly": 2}, [A01, A23], ""),
    ("not exactly", {"exactly": 2}, [A01], "at least 2"),
    ("in each trace", {"exactly": 1, "within": "trace"}, [A01, s("x", 0, 1, trace="u")], "occurs 0 times"),
]
KEYS: dict[str, tuple[dict[str, Any], list[Case]]] = {
    "happens_before": ({"first": "a", "second": "b"}, BEFORE),
    "concurrent": ({"spans": ["a", "b"]}, CONCURRENT),
    "causal_chain": ({"spans": ["a", "b", "c"]}, CHAIN),
    "end_to_end_latency": ({"start": "a", "end": "b"}, LATENCY),
    "periodic": ({"span": "a"}, PERIODIC),
    "never_follows": ({"first": "a", "second": "b"}, NEVER),
    "contains": ({"outer": "a", "spans": ["b"]}, CONTAINS),
    "count": ({"span": "a"}, COUNT),
}
EVERY = [(kind, *case) for kind, (_, cases) in KEYS.items() for case in cases]


@pytest.mark.parametrize(
    ("kind", "what", "more", "spans", "message"), EVERY, ids=lambda v: v if isinstance(v, str) else ""
)
def test_case(kind: str, what: str, more: dict[str, Any], spans: list[Span], message: str) -> None:
    outcome = judge({"type": kind, **KEYS[kind][0], **more}, *spans)
    told = [violation.message for violation in outcome.violations]
    if message == "skip":
        assert (outcome.status, told) == ("not_exercised", [])
    elif not message:
        assert (outcome.status, told) == ("passed", [])
    else:
        assert outcome.status == "failed"
        assert any(message in line for line in told), told


def test_there_are_enough_cases() -> None:
    assert len(EVERY) >= 120
    assert len({(kind, what) for kind, what, *_ in EVERY}) == len(EVERY)


def test_a_violation_says_where_and_how_much() -> None:
    outcome = judge(
        {"type": "happens_before", "first": "a", "second": "b", "max_gap_ms": 1, "name": "n"}, A01, s("b", 5, 6)
    )
    (found,) = outcome.violations
    assert (outcome.name, outcome.line, outcome.within) == ("n", 1, "trace")
    assert (found.measured, found.bound, found.trace) == (4.0, 1.0, A01.trace)
    assert found.spans == (A01.id, s("b", 5, 6).id)


def test_few_violations_are_kept_and_all_are_counted() -> None:
    seconds = [s("b", n, n + 1) for n in range(50)]
    outcome = judge({"type": "happens_before", "first": "a", "second": "b"}, *seconds, s("a", 99, 100))
    assert (outcome.count, len(outcome.violations)) == (50, 20)
    assert len(judge({"type": "count", "span": "b", "max": 0}, *seconds, most=0).violations) == 0


def test_a_warning_does_not_fail() -> None:
    outcome = judge({"type": "count", "span": "a", "min": 5, "severity": "warning"}, A01)
    assert (outcome.status, outcome.count) == ("warned", 1)


def test_samples_are_told() -> None:
    outcome = judge({"type": "end_to_end_latency", "start": "a", "end": "a", "p95_max_ms": 9}, *MANY[:12])
    assert outcome.notes == ["p95 1.000 ms of at most 9 ms (12 samples: p95 is the maximum)"]
