"""What a mistyped word is taken for: something near, or nothing."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks_cli.text import edit_distance
from tests.conftest import Run

WORDS = st.text("abcde-", max_size=8)


def test_the_examples() -> None:
    assert doctest.testmod(edit_distance).failed == 0


@given(WORDS, WORDS)
def test_a_distance_is_one(one: str, other: str) -> None:
    number = edit_distance.distance(one, other)
    assert number == edit_distance.distance(other, one)
    assert abs(len(one) - len(other)) <= number <= max(len(one), len(other))
    assert (number == 0) == (one == other)


@given(WORDS, st.lists(WORDS, max_size=5))
def test_what_is_near_is_known(word: str, known: list[str]) -> None:
    found = edit_distance.near(word, known)
    assert len(found) <= edit_distance.MOST and set(found) <= set(known)


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        (("memory", "hist"), "Did you mean: memory history?"),
        (("memory", "recal", "k"), "Did you mean: memory recall?"),
        (("hooks", "task"), "hooks task-orchestrated or hooks post-task or hooks pre-task"),
        (("memroy", "list"), "Did you mean: memory?"),
        (("memory", "banana"), "See: hooks-cli memory --help"),
        (("memory", "gc", "--quickly"), "See: hooks-cli memory gc --help"),
    ],
)
def test_only_near_names_are_suggested(run: Run, typed: tuple[str, ...], hint: str) -> None:
    done = run(*typed)
    assert done.returncode == 64 and hint in done.stderr


def test_an_export_of_one_entry(run: Run) -> None:
    run("memory", "store", "k", "v", check=True)
    assert run("memory", "export", "one.json", check=True).stdout.startswith("Exported 1 entry, 0 sessions")
