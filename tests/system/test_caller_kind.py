"""A person, or an agent, a script, a CI job."""

from __future__ import annotations

import pytest

from hooks_cli.system.caller_kind import MARKS, is_person, mark

SCREEN = {"TERM": "xterm-256color"}


@pytest.mark.parametrize(
    ("terminals", "person"), [((0, 1), True), ((0, 1, 2), True), ((0,), False), ((1, 2), False), ((), False)]
)
def test_both_streams_are_terminals(terminals: tuple[int, ...], person: bool) -> None:
    assert is_person(SCREEN, lambda fd: fd in terminals) is person


def test_a_dumb_terminal_is_nobodys() -> None:
    assert not is_person({"TERM": "dumb"}, lambda fd: True)


@pytest.mark.parametrize("name", MARKS)
def test_each_mark_counts_unless_it_says_no(name: str) -> None:
    assert not is_person({**SCREEN, name: "1"}, lambda fd: True)
    assert is_person({**SCREEN, name: "false"}, lambda fd: True)
    assert is_person({**SCREEN, name: ""}, lambda fd: True)
    assert mark({name: "x"}) == name
