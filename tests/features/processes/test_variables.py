"""The environment of a started program."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks_cli.errors import ConfigError
from hooks_cli.features.processes.variables import is_mark, marks_in, new_mark, program_variables
from tests.features.processes.conftest import PATIENCE, Start

SOURCE = {
    "PATH": "/bin",
    "HOME": "/home/jo",
    "LC_ALL": "C",
    "LC_TIME": "de_DE",
    "EDITOR": "vi",
    "AWS_SECRET_ACCESS_KEY": "no",
    "MEMORY_ENCRYPTION_KEY": "never",
    "MEMORY_ENCRYPTION_KEY_FILE": "never",
    "TEAM_KEY": "never",
}


def test_it_holds_the_short_list_the_marks_and_what_is_listed() -> None:
    mark = new_mark()
    found = program_variables(SOURCE, mark, "run/t/1", ["EDITOR", "NOT_SET"], {"PORT": "80"})
    assert found == {
        "PATH": "/bin",
        "HOME": "/home/jo",
        "LC_ALL": "C",
        "LC_TIME": "de_DE",
        "EDITOR": "vi",
        "PORT": "80",
        "HOOKS_MARK": mark,
        "HOOKS_ATTEMPT": "run/t/1",
    }


@pytest.mark.parametrize("name", ["MEMORY_ENCRYPTION_KEY", "MEMORY_ENCRYPTION_KEY_COMMAND", "TEAM_KEY"])
def test_a_key_of_the_memory_is_refused_even_when_listed(name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        program_variables(SOURCE, new_mark(), listed=[name], keys=["TEAM_KEY"], where="rules.toml")
    with pytest.raises(ConfigError, match=name):
        program_variables(SOURCE, new_mark(), added={name: "x"}, keys=["TEAM_KEY"])


def test_a_key_variable_that_has_a_kept_name_is_left_out() -> None:
    assert "LC_TIME" not in program_variables(SOURCE, new_mark(), keys=["LC_TIME"])


def test_marks_of_outer_attempts_stay_before_the_own() -> None:
    outer, inner = new_mark(), new_mark()
    found = program_variables({"HOOKS_MARK": f"{outer}:rubbish"}, inner)
    assert marks_in(found["HOOKS_MARK"]) == (outer, inner)
    assert len({new_mark() for _ in range(1000)}) == 1000


@given(st.text())
def test_only_marks_are_read_from_the_variable(text: str) -> None:
    assert all(is_mark(mark) for mark in marks_in(text))


def test_a_started_program_sees_no_other_variable(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMORY_ENCRYPTION_KEY", "never")
    monkeypatch.setenv("EDITOR", "vi")
    attempt = start("print-environment")
    attempt.wait(PATIENCE)
    names = {line.partition("=")[0] for line in attempt.files.read("stdout").decode().splitlines()}
    extra = {"HOOKS_MARK", "HOOKS_ATTEMPT", "PWD", "OLDPWD", "_", "SHLVL"}  # the last four are the shell's own
    kept = {name for name in os.environ if name in ("PATH", "HOME", "USER", "SHELL", "LANG", "TZ", "TERM", "TMPDIR")}
    assert names - extra - {name for name in names if name.startswith("LC_")} == kept
    assert Path(attempt.folder, "stdin").stat().st_mode & 0o777 == 0o600
