"""memory stats, status, usage and init: figures that are true, and the older spellings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hooks_cli.cli import click_app, fast_lane
from hooks_cli.cli.verb_lookup import redirect
from hooks_cli.cli.verb_words import USAGE_ACTIONS
from hooks_cli.model.verb import Call
from tests.conftest import FilledBy, Run


def figures(run: Run, *words: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(run(*words, "--json", check=True).stdout)
    return found


def fill(run: Run, project: Path) -> None:
    run("memory", "store", "swarm/a", "12345", "--tags", "x", check=True)
    run("memory", "store", "swarm/b", "1", check=True)
    run("memory", "store", "swarm/b", "22", check=True)
    run("memory", "store", "plain", "ä", check=True)
    run("memory", "store", "gone", "x", "--ttl", "1", env={"HOOKS_NOW": "2020-01-01T00:00:00Z"}, check=True)


@pytest.fixture
def filled(filled_by: FilledBy) -> Run:
    return filled_by(fill)


def test_nothing_is_made_by_looking(run: Run, home: Path) -> None:
    assert run("memory", "stats", check=True).stdout.startswith("Total entries: 0\n")
    assert figures(run, "memory", "status")["status"] == "empty"
    assert not (home / "hooks/data/projects").exists()


@pytest.mark.usefixtures("filled")
def test_stats_are_true(run: Run) -> None:
    found = figures(run, "memory", "stats", "--detailed", "--top-keys", "1")
    assert found["total_entries"] == 3 and found["versions"] == 5 and found["expired"] == 1
    assert found["value_bytes"] == 5 + 2 + 2 and found["tagged"] == 1 and found["namespaces"] == 2
    assert found["by_namespace"] == {
        "swarm": {"entries": 2, "value_bytes": 7},
        "(none)": {"entries": 1, "value_bytes": 2},
    }
    assert found["most_written"] == {"swarm/b": 2}
    assert figures(run, "memory", "stats", "--namespace", "swarm")["total_entries"] == 2
    assert figures(run, "memory", "stats", "swarm")["total_entries"] == 2
    assert run("memory", "list", "--count-only", "--limit", "1", check=True).stdout == "3\n"
    assert run("memory", "list", "swarm/*", "--count-only", check=True).stdout == "2\n"
    text = run("memory", "stats", "--concurrent", "--verbose", check=True)
    assert "Total entries: 3\n" in text.stdout and text.stderr.count("--concurrent") == 1


@pytest.mark.usefixtures("filled")
def test_trends_export_and_watch(run: Run, project: Path) -> None:
    run("hooks", "notify", "--message", "m", check=True)
    days = figures(run, "memory", "stats", "--trends", "--period", "30d")["by_day"]
    assert isinstance(days, dict) and list(days.values()) == [{"versions": 4, "events": 1}]
    run("memory", "stats", "--export", "reports/figures.json", check=True)
    assert json.loads((project / "reports/figures.json").read_text())["total_entries"] == 3
    assert run("memory", "stats", "--watch", "--interval", "1s", check=True).stdout.count("Total entries") == 1
    assert run("memory", "stats", "--period", "soon").returncode == 64


@pytest.mark.usefixtures("filled")
def test_status_is_the_quick_look(run: Run) -> None:
    found = figures(run, "memory", "status")
    assert found["status"] == "ok" and found["encrypted"] is True and found["total_entries"] == 3
    assert str(found["key"]).startswith("the key file ")
    namespace = figures(run, "memory", "status", "--namespace", "swarm")["namespace"]
    assert isinstance(namespace, dict) and namespace["total_entries"] == 2
    assert "Total entries: 3\n" in run("memory", "status", "--reasoningbank", check=True).stdout


def test_init_makes_the_store_once(run: Run, home: Path, project: Path) -> None:
    done = run("memory", "init", "--reasoningbank", check=True)
    assert done.stdout.startswith("Memory initialized: ") and "--reasoningbank has no effect" in done.stderr
    (store,) = (home / "hooks/data/projects").glob("*/memory.db")
    before = store.read_bytes()
    assert "is there already" in run("memory", "init", "--force", "--backend", "agentdb", check=True).stdout
    assert store.read_bytes() == before
    assert figures(run, "memory", "init")["created"] is False
    done = run("memory", "init", "-p", "./data/custom.db", check=True)
    assert (project / "data/custom.db").exists() and "export HOOKS_STORE=" in done.stdout


def test_usage_is_the_older_spelling(run: Run) -> None:
    words = ["--key", "specifications", "--namespace", "sparc/auth-service"]
    run("memory", "usage", "--action", "store", *words, "--value", '{"a":1}', "--ttl", "604800", check=True)
    assert run("memory", "recall", "sparc/auth-service/specifications", check=True).stdout == '{"a":1}'
    assert run("memory", "usage", "--action=retrieve", *words, check=True).stdout == '{"a":1}'
    assert "specifications" in run("memory", "usage", "--action", "LIST", check=True).stdout
    assert run("memory", "usage", "--action", "search", "--query", "zebra", check=True).stdout == ""
    run("memory", "usage", "--action", "delete", *words, check=True)
    assert run("memory", "usage", "--action", "get", *words).returncode == 1
    assert "Status: ok" in run("memory", "usage", "--quick-check", check=True).stdout
    assert run("memory", "usage", "--detailed", check=True).stdout.startswith("Total entries: 0\n")
    for words in (
        ["--by-namespace"],
        ["--report"],
        ["--detail", "by-agent"],
        ["--percentage"],
        ["--verbose-breakdown"],
    ):
        assert run("memory", "usage", *words, check=True).stdout.startswith("Total entries: 0\n"), words
    assert run("memory", "usage", "--acton", "store", "k", "v").returncode == 64
    done = run("memory", "usage", "--action", "frobnicate")
    assert done.returncode == 64 and "retrieve" in done.stderr
    done = run("memory", "usage", "--action", "store", "--kye", "k")
    assert done.returncode == 64 and "memory store has no option --kye" in done.stderr


def test_usage_prints_what_a_session_should_know(run: Run) -> None:
    run("memory", "store", "k", "known", "--session-id", "s", check=True)
    assert "| known" in run("memory", "usage", "--namespace", "n", "--restore-session", "s", check=True).stdout


@pytest.mark.parametrize("action", USAGE_ACTIONS)
def test_both_parsers_read_an_action_alike(action: str) -> None:
    line = ["memory", "usage", "--json", "--action", action]
    one, two = fast_lane.parse(line), click_app.parse(line)
    assert isinstance(one, Call) and isinstance(two, Call) and one.same(two)
    assert one.verb.name == USAGE_ACTIONS[action] and one.alias == "usage"


def test_only_usage_is_redirected() -> None:
    assert redirect("memory", "store", ["--action", "list"]) == ("store", ["--action", "list"])
    assert redirect("memory", "usage", ["k", "--", "--action", "list"]) == ("usage", ["k", "--", "--action", "list"])


# --- memory store as prompts write it ----------------------------------------------------------------------------------


def test_what_a_value_is_about_becomes_metadata(run: Run) -> None:
    words = [
        "--type",
        "decision",
        "--confidence",
        "0.9",
        "--cognitive-pattern",
        "divergent",
        "--access-level",
        "shared",
    ]
    run("memory", "store", "k", "a", "b", "c", *words, "--metadata", '{"type": "mine", "n": 1}', check=True)
    entry = json.loads(run("memory", "get", "k", "--json", check=True).stdout)["entries"][0]
    assert entry["data"] == "a b c"
    assert entry["metadata"] == {
        "confidence": 0.9, "cognitive_pattern": "divergent", "access_level": "shared", "type": "mine", "n": 1,
    }  # fmt: skip
    assert "k" in run("memory", "list", "--min-confidence", "0.8", check=True).stdout
    assert run("memory", "search", "a", "--type", "other", check=True).stdout == ""
    assert "k" in run("memory", "query", "a", "--filter", "confidence:>0.8", "--reasoningbank", check=True).stdout
    assert run("memory", "list", "--filter", "confidence:>0.95", check=True).stdout == ""
    assert run("memory", "list", "--filter", "a b:1").returncode == 64


def test_without_a_key_one_is_made_of_the_value(run: Run) -> None:
    words = ["memory", "store", "--type", "discovery", "--content", "Found it"]
    one, two = run(*words, check=True), run(*words, check=True)
    address = one.stdout.split()[2]
    assert address.startswith("discovery/") and f"kept at {address}" in one.stderr
    assert two.stdout.startswith(f"Stored successfully: {address} (revision 2, version 2)")


def test_what_is_piped_in_is_the_value(run: Run) -> None:
    big = "x" * 1_000_000 + "\n"
    run("memory", "store", "big", stdin=big, check=True)
    assert run("memory", "recall", "big", check=True).stdout == big
    assert run("memory", "store", "k", stdin="").returncode == 64
    assert run("memory", "store", stdin="lost?").returncode == 64
    assert run("memory", "store", "k", "--stdin", stdin=b"a\0b").returncode == 65


@pytest.mark.parametrize("verb", ["store", "retrieve", "get", "recall", "search", "query"])
def test_a_bare_verb_says_what_it_needs(run: Run, verb: str) -> None:
    done = run("memory", verb, "--reasoningbank")
    assert (done.returncode, done.stdout) == (64, "") and " needs " in done.stderr


def test_a_missing_entry_lets_the_shell_go_on(run: Run) -> None:
    for verb in ("recall", "retrieve", "get"):
        done = run("memory", verb, "nothing/here")
        assert (done.returncode, done.stdout) == (1, "")


def test_a_misspelt_option_stores_nothing(run: Run) -> None:
    done = run("memory", "store", "k", "v", "--namespcae", "n")
    assert done.returncode == 64 and "--namespace" in done.stderr
    assert run("memory", "recall", "k").returncode == 1
