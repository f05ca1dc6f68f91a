"""Self time of operations on the critical path."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hooks_cli.features.test_runs.critical_path import self_times
from hooks_cli.features.traces.spans import Span


def span(name: str, parent: str, start: int, end: int) -> Span:
    return Span("t", name, parent, "svc", name=name, start=start, end=end)


def test_time_that_no_child_covers_is_the_parents_own() -> None:
    spans = [span("root", "", 0, 100), span("a", "root", 10, 40), span("b", "root", 50, 90)]
    assert self_times(spans) == {("svc", "b"): 40, ("svc", "a"): 30, ("svc", "root"): 30}


def test_of_parallel_children_the_one_that_ended_last_counts() -> None:
    spans = [span("root", "", 0, 100), span("slow", "root", 0, 100), span("quick", "root", 0, 60)]
    assert self_times(spans) == {("svc", "slow"): 100, ("svc", "root"): 0}


def test_a_child_outside_of_its_parent_counts_inside_alone() -> None:
    assert self_times([span("root", "", 0, 10), span("late", "root", 5, 50)]) == {
        ("svc", "late"): 5,
        ("svc", "root"): 5,
    }


def test_unfinished_spans_and_cycles_do_no_harm() -> None:
    spans = [span("a", "b", 0, 5), span("b", "a", 0, 5), Span("t", "c", "", "svc", name="c", start=1)]
    assert self_times(spans) == {}


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 100), st.integers(0, 100)), max_size=8))
def test_the_parts_make_up_the_root(rows: list[tuple[int, int, int]]) -> None:
    spans = [span("root", "", 0, 100)]
    names = ["root"]
    for number, (parent, start, length) in enumerate(rows):
        spans.append(span(f"s{number}", names[parent % len(names)], start, start + length))
        names.append(f"s{number}")
    assert sum(self_times(spans).values()) == 100
    assert self_times(reversed(spans)) == self_times(spans)
