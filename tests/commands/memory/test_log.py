"""`memory log`: what users of git expect of it."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Run


@pytest.fixture
def told(run: Run) -> Run:
    run("memory", "store", "a/k", "one\ntwo\n", check=True)
    run("memory", "store", "a/k", "one\nthree\n", check=True)
    run("memory", "store", "b", "Ä", check=True)
    run("hooks", "notify", "--message", "a pelican", check=True)
    return run


def test_grep(told: Run) -> None:
    assert [
        line.split("\t")[0] for line in told("memory", "log", "--grep", "PELICAN", check=True).stdout.splitlines()
    ] == ["r4"]
    assert told("memory", "log", "--grep", "a/k", "--limit", "1", check=True).stdout.startswith("r2\t")
    assert told("memory", "log", "--grep", "a/k", "--reverse", "--limit", "1", check=True).stdout.startswith("r1\t")
    assert told("memory", "log", "--grep", "no such", check=True).stdout == ""


def test_patch_and_stat(told: Run) -> None:
    lines = told("memory", "log", "-p", "a/*", check=True).stdout.splitlines()
    assert lines[1:7] == [
        "    --- a/k v1",
        "    +++ a/k v2",
        "    @@ -1,2 +1,2 @@",
        "     one",
        "    -two",
        "    +three",
    ]
    assert "    --- /dev/null" in lines
    stat = told("memory", "log", "--stat", "--oneline", check=True).stdout
    assert (
        stat
        == "r4 notify a pelican\nr3 store b v1\n    b | +1 -0\nr2 store a/k v2\n    a/k | +1 -1\nr1 store a/k v1\n    a/k | +2 -0\n"
    )
    found = json.loads(told("memory", "log", "a/*", "-p", "--stat", "--json", check=True).stdout)["log"]
    assert [(line["added"], line["removed"]) for line in found] == [(1, 1), (2, 0)] and "+three" in found[0]["diff"]


def test_a_sealed_value_is_not_shown(run: Run) -> None:
    run("memory", "store", "a", "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc", "--redact", check=True)
    assert "4eC39" not in run("memory", "log", "-p", check=True).stdout


@pytest.mark.parametrize(
    "line",
    ["tree --changed", "search one --explain", "log --kind x", "stats --kind x", "recall a/* --kind x", "log --graph"],
)
def test_what_asks_for_less_is_not_ignored(told: Run, line: str) -> None:
    done = told("memory", *line.split())
    assert (done.returncode, done.stdout) == (64, "")


def test_a_kind_is_a_field_where_fields_are_asked_for(told: Run) -> None:
    assert told("memory", "list", "--kind", "x", check=True).stdout == ""
