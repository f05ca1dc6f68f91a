"""`memory store-pattern`, `search-patterns`, `get-pattern-stats`: what is kept of a task is found again by its outcome."""

from __future__ import annotations

import doctest
import json

import pytest

from hooks_cli.commands.memory import get_pattern_stats
from tests.conftest import Run


@pytest.fixture
def filled(run: Run) -> Run:
    """Three patterns: one that succeeded (started before, in the same session), one that failed elsewhere, one of which nobody knows."""

    def store(*words: str) -> None:
        run("memory", "store-pattern", *words, check=True)

    login = ("--session-id", "api-1", "--task", "API: login")
    store(*login, "--input", "context", "--status", "started")
    store(*login, "--output", "two endpoints", "--reward", "0.9", "--success", "true", "--team", "core")
    failed = ("--session-id", "api-2", "--task", "API: logout", "--output", "none", "--critique", "too late")
    store(*failed, "--reward", "0.1", "--success", "false", "--namespace", "security", "--metadata", '{"reward": 0.2}')
    store("--task", "API: other", "--reward", "$REWARD", "--success", "$SUCCESS", "--tokens-used", "120")
    run("memory", "store", "other", "API notes, no pattern", check=True)
    return run


def tasks(run: Run, *words: str) -> list[str]:
    keys = run("memory", "search-patterns", *words, "--keys-only", check=True).stdout.split()
    return sorted(json.loads(run("memory", "recall", key, check=True).stdout)["task"].partition(" ")[2] for key in keys)


def test_they_are_found_by_words_and_outcome(filled: Run) -> None:
    assert tasks(filled, "API") == ["login", "logout", "other"]
    assert tasks(filled, "API login", "--k=5", "--min-reward=0.85") == ["login"]
    assert tasks(filled, "API", "--min-reward", "0.2") == ["login", "logout"]
    assert tasks(filled, "API", "--only-failures", "--k=3") == ["logout"]
    assert tasks(filled, "API", "--only-successes", "--team", "core") == ["login"]
    assert tasks(filled, "API", "--namespace=security") == ["logout"]
    assert tasks(filled, "late") == ["logout"]
    assert filled("memory", "search-patterns", "notes", "--count-only", check=True).stdout == "0\n"


def test_a_task_of_a_session_has_one_address(filled: Run) -> None:
    (key,) = filled("memory", "search-patterns", "login", "--keys-only", check=True).stdout.split()
    assert key.startswith("patterns/")
    entry = json.loads(filled("memory", "recall", key, "--json", check=True).stdout)["entries"][0]
    assert entry["data"] == {"task": "API: login", "output": "two endpoints"} and entry["key_version"] == 2
    assert entry["metadata"] == {"success": True, "reward": 0.9, "team": "core"} and entry["session_id"] == "api-1"
    first = json.loads(filled("memory", "recall", key, "--version", "1", "--json", check=True).stdout)["entries"][0]
    assert first["data"]["input"] == "context" and first["metadata"] == {"status": "started"}


def test_figures(filled: Run) -> None:
    done = filled("memory", "get-pattern-stats", "API", "--k=10", "--json", check=True)
    assert json.loads(done.stdout) == {
        "schema_version": "1", "total_patterns": 3, "successes": 1, "failures": 1, "open": 1, "success_rate": 0.5,
        "mean_reward": 0.55, "mean_tokens_used": 120.0,
    }  # fmt: skip
    text = filled("memory", "get-pattern-stats", "API", "--only-failures", check=True).stdout
    assert text.startswith("Total patterns: 1\nSuccesses: 0\nFailures: 1\n")
    assert filled("memory", "get-pattern-stats", "nowhere", check=True).stdout.startswith("Total patterns: 0\n")
    assert doctest.testmod(get_pattern_stats).failed == 0


@pytest.mark.parametrize(
    "words",
    [
        ["store-pattern"],
        ["store-pattern", "--reward", "1"],
        ["store-pattern", "--task", "t", "--sucess", "true"],
        ["search-patterns", "t", "--min-reward", "high"],
        ["search-patterns", "t", "--only-failures", "--only-successes"],
    ],
)
def test_what_is_refused(run: Run, words: list[str]) -> None:
    assert run("memory", *words).returncode == 64
    assert run("memory", "list", "--count-only", check=True).stdout == "0\n"
