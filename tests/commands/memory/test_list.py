"""`memory list` through the installed program: filters, order and pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import FilledBy, Run


def fill(run: Run, project: Path) -> None:
    """Five entries, written one after another."""
    for key, value, *more in (
        ("swarm/b", "short", "--tags", "auth,api"),
        ("swarm/a", "x" * 5_000, "--agent", "coder-1"),
        ("docs/c", '{"n": 1}', "--tags", "c++"),
        ("swarm/b", "a second version"),
        ("zeta", "last", "--tags", "auth"),
    ):
        run("memory", "store", key, value, *more, check=True)


@pytest.fixture
def filled(filled_by: FilledBy) -> Run:
    return filled_by(fill)


def keys(run: Run, *argv: str) -> list[str]:
    return [line.split("\t")[0] for line in run("memory", "list", *argv, check=True).stdout.splitlines()]


def test_the_newest_first(filled: Run) -> None:
    assert keys(filled) == ["zeta", "swarm/b", "docs/c", "swarm/a"]
    assert keys(filled, "--namespace", "swarm") == ["swarm/b", "swarm/a"]
    assert keys(filled, "--namespace", "swarm,docs") == ["swarm/b", "docs/c", "swarm/a"]
    assert keys(filled, "--pattern", "[ab]", "--namespace", "swarm") == ["swarm/b", "swarm/a"]
    assert keys(filled, "swarm/*") == ["swarm/b", "swarm/a"]


@pytest.mark.parametrize(
    ("argv", "found"),
    [
        (["--sort-by", "key"], ["docs/c", "swarm/a", "swarm/b", "zeta"]),
        (["--sort-by", "key", "--sort-order", "desc"], ["zeta", "swarm/b", "swarm/a", "docs/c"]),
        (["--sort-by", "-key"], ["zeta", "swarm/b", "swarm/a", "docs/c"]),
        (["--sort-by", "oldest"], ["swarm/a", "docs/c", "swarm/b", "zeta"]),
        (["--sort-by", "timestamp:asc"], ["swarm/a", "docs/c", "swarm/b", "zeta"]),
        (["--sort-by", "updatedAt", "--sort-order", "desc"], ["zeta", "swarm/b", "docs/c", "swarm/a"]),
        (["--sort-order", "asc"], ["swarm/a", "docs/c", "swarm/b", "zeta"]),
        (["--sort-by", "size"], ["swarm/a", "swarm/b", "docs/c", "zeta"]),
        (["--sort-by", "version"], ["swarm/b", "zeta", "docs/c", "swarm/a"]),
    ],
)
def test_orders(filled: Run, argv: list[str], found: list[str]) -> None:
    assert keys(filled, *argv) == found


def test_filters(filled: Run) -> None:
    assert keys(filled, "--tags", "auth") == ["zeta"]  # the second version of swarm/b has no tags
    assert keys(filled, "--tags", "c++,nothing") == ["docs/c"]
    assert keys(filled, "--tags", "c") == []
    assert keys(filled, "--tags", "+") == []
    assert keys(filled, "--agent", "coder-1") == ["swarm/a"]
    assert keys(filled, "--kind", "json") == ["docs/c"]
    assert keys(filled, "--since", "1h", "--limit", "1") == ["zeta"]
    assert keys(filled, "--until", "1h") == []
    filled("hooks", "notify", "--message", "m", "--memory-key", "n/1", "--session-id", "s-1", check=True)
    assert keys(filled, "--session", "s-1") == ["n/1"]
    assert keys(filled, "--kind", "notify") == ["n/1"]


def test_pages(filled: Run) -> None:
    done = filled("memory", "list", "--limit", "2", check=True)
    assert "only 2 are shown" in done.stderr and len(done.stdout.splitlines()) == 2
    done = filled("memory", "list", "--limit", "2", "--offset", "2", check=True)
    assert done.stderr == "" and [line.split("\t")[0] for line in done.stdout.splitlines()] == ["docs/c", "swarm/a"]
    for argv in (["--limit", "2"], ["--limit", "2", "--sort-by", "key"]):
        body = json.loads(filled("memory", "list", *argv, "--json", check=True).stdout)
        assert (body["total"], body["truncated"], len(body["entries"])) == (4, True, 2)
        body = json.loads(filled("memory", "list", *argv, "--offset", "2", "--json", check=True).stdout)
        assert (body["total"], body["truncated"], len(body["entries"])) == (4, False, 2)


def test_a_long_value_is_shown_by_its_beginning_and_whole_in_json(filled: Run) -> None:
    (line,) = [line for line in filled("memory", "list", check=True).stdout.splitlines() if line.startswith("swarm/a")]
    assert line.endswith("xxx…") and len(line) < 250
    body = json.loads(filled("memory", "list", "--json", check=True).stdout)
    assert [len(e["data"]) for e in body["entries"] if e["key"] == "swarm/a"] == [5_000]


def test_mistakes_are_told(filled: Run) -> None:
    done = filled("memory", "list", "--sort-by", "colour")
    assert done.returncode == 64 and "newest, oldest, key" in done.stderr
    assert filled("memory", "list", "--since", "whenever").returncode == 64
    assert filled("memory", "list", "--as-of", "1h", "--tags", "auth").returncode == 64


@pytest.mark.parametrize("verb", [("list",), ("log",), ("recall", "*"), ("search", "v"), ("history", "k")])
def test_a_negative_limit_is_refused_and_not_taken_for_nothing(run: Run, verb: tuple[str, ...]) -> None:
    run("memory", "store", "k", "v", check=True)
    refused = run("memory", *verb, "--limit", "-1")
    assert refused.returncode == 64 and "--limit" in refused.stderr and not refused.stdout


def test_all_has_no_limit(run: Run, project: Path) -> None:
    lines = "".join(f'{{"key": "many/{n}", "value": "v"}}\n' for n in range(120))
    run("memory", "store", "--batch", "--stdin", stdin=lines, check=True)
    for verb in ("list", "recall"):
        done = run("memory", verb, "many/*", "--all", check=True)
        assert done.stdout.count("\n") == 120 and not done.stderr, verb
        assert run("memory", verb, "many/*", check=True).stdout.count("\n") == 100
    assert run("memory", "list", "--all", "--limit", "7", check=True).stdout.count("\n") == 7


def test_recall_narrows_a_glob_as_list_does(filled: Run) -> None:
    def recalled(*argv: str) -> list[str]:
        return [line.split("\t")[0] for line in filled("memory", "recall", *argv, check=True).stdout.splitlines()]

    assert recalled("--pattern", "swarm/*") == ["swarm/b", "swarm/a"]
    assert recalled("--key", "*", "--filter", "agent=coder-1") == recalled("--agent", "coder-1") == ["swarm/a"]
    assert recalled("*", "--tags", "auth", "--limit", "1") == ["zeta"]
    assert recalled("*", "--since", "1h") == keys(filled)
    rows = json.loads(filled("memory", "get", "*", "--filter", "n=1", "--json", check=True).stdout)
    assert rows["total"] == 0
    done = filled("memory", "recall", "zeta", "--filter", "agent=nobody", check=True)
    assert done.stdout == "last" and "narrows a glob" in done.stderr
    assert filled("memory", "recall", "*", "--agent", "x", "--reveal").returncode == 64
    filled("memory", "recall", "*", "--agent", "coder-1", "--output", "answer.txt", check=True)
    assert filled("memory", "retrieve", "--query", "second version", check=True).stdout.startswith("swarm/b\t")
