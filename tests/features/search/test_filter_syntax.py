"""--filter, --between, --group-by and their like, on list, search and export."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import FilledBy, Run

DAYS = {"a": "2025-09-10", "b": "2025-09-20", "c": "2025-10-05"}


def fill(run: Run, project: Path) -> None:
    facts = {
        "a": ("pay/auth", "jwt tokens rotate", '{"type":"decision","score":0.9,"agent-type":"coder"}', "auth,api"),
        "b": ("pay/db", "pooled connections", '{"type":"pattern","score":0.4,"deep":{"level":3}}', "db"),
        "c": ("ops/deploy", "blue green", '{"type":"decision","score":"high"}', ""),
    }
    for name, (key, value, metadata, tags) in facts.items():
        words = ["memory", "store", key, value, "--metadata", metadata, *(["--tags", tags] if tags else [])]
        run(*words, "--agent-id", f"agent-{name}", env={"HOOKS_NOW": f"{DAYS[name]}T12:00:00Z"}, check=True)


@pytest.fixture
def filled(filled_by: FilledBy) -> Run:
    return filled_by(fill)


def keys(run: Run, *words: str) -> set[str]:
    now = {"HOOKS_NOW": "2025-10-10T00:00:00Z"}
    listed = json.loads(run("memory", "list", *words, "--json", env=now, check=True).stdout)
    exported = json.loads(run("memory", "export", *words, "-", env=now, check=True).stdout)
    found = {str(entry["key"]) for entry in listed["entries"]}
    assert {entry["key"] for entry in exported["entries"]} == found
    return found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("type:decision", {"pay/auth", "ops/deploy"}),
        ("type=Decision", {"pay/auth", "ops/deploy"}),
        ("type!=decision", {"pay/db"}),
        ("score:>0.5", {"pay/auth"}),
        ("score<=0.4", {"pay/db"}),
        ("deep.level:3", {"pay/db"}),
        ("type:decision,score:>0.5", {"pay/auth"}),
        ("type:decision AND tags:auth", {"pay/auth"}),
        ("tags:db", {"pay/db"}),
        ("namespace:pay", {"pay/auth", "pay/db"}),
        ("key:pay/*", {"pay/auth", "pay/db"}),
        ("agent-id:agent-c", {"ops/deploy"}),
        ("value~POOL", {"pay/db"}),
        ("size>15", {"pay/auth", "pay/db"}),
        ("created>2025-09-15", {"pay/db", "ops/deploy"}),
        ("jwt", {"pay/auth"}),
        ("green", {"ops/deploy"}),
        ('{"type": "decision", "createdAfter": "2025-10-01"}', {"ops/deploy"}),
        ('{"tags": ["auth", "api"]}', {"pay/auth"}),
        ('{"score": {"$gte": 0.4, "$lt": 0.9}}', {"pay/db"}),
        ('{"sizeGreaterThan": 17, "minScore": 0.1}', {"pay/db"}),
        ('{"keyPattern": "^ops/"}', {"ops/deploy"}),
        ("nobody:knows", set()),
    ],
)
def test_a_filter_means_what_it_says(filled: Run, text: str, found: set[str]) -> None:
    assert keys(filled, "--filter", text) == found


def test_several_filters_all_hold(filled: Run) -> None:
    assert keys(filled, "--filter", "type:decision", "--filter", "score>0.5") == {"pay/auth"}
    assert keys(filled, "--type", "decision", "--filter-query", '{"tags": "auth"}') == {"pay/auth"}


@pytest.mark.parametrize("text", ["{", '{"score": {"$near": 1}}', "a b:c", ":x", "created>soonish"])
def test_what_is_no_filter_is_64(filled: Run, text: str) -> None:
    for verb in ("list", "export"):
        assert filled("memory", verb, "--filter", text).returncode == 64


def test_words_of_a_filter_are_searched_for(filled: Run) -> None:
    done = filled("memory", "query", "--filter", "pooled connection", "--filter", "type:pattern", check=True)
    assert done.stdout.startswith("pay/db")


@pytest.mark.parametrize("words", [["2025-09-15", "2025-10-01"], ["2025-09-15..2025-10-01"], ["2025-09-15,2025-10-01"]])
def test_between_two_times(filled: Run, words: list[str]) -> None:
    assert keys(filled, "--between", *words) == {"pay/db"}
    now = {"HOOKS_NOW": "2025-10-10T00:00:00Z"}
    done = filled("memory", "query", "connections", "--between", *words, env=now, check=True)
    assert done.stdout.startswith("pay/db")


def test_between_needs_two(filled: Run) -> None:
    done = filled("memory", "list", "--between", "2025-09-15")
    assert done.returncode == 64 and "has no second time" in done.stderr


@pytest.mark.parametrize(
    ("field", "groups"),
    [
        ("namespace", "pay\t2\nops\t1\n"),
        ("type", "decision\t2\npattern\t1\n"),
        ("tags", "(none)\t1\napi\t1\nauth\t1\ndb\t1\n"),
        ("month", "2025-09\t2\n2025-10\t1\n"),
        ("agent", "agent-a\t1\nagent-b\t1\nagent-c\t1\n"),
        ("deep.level", "(none)\t2\n3\t1\n"),
    ],
)
def test_groups(filled: Run, field: str, groups: str) -> None:
    assert filled("memory", "list", "--group-by", field, check=True).stdout == groups
    assert filled("memory", "query", "*", "--aggregate-by", field, check=True).stdout == groups


def test_groups_of_what_is_found(filled: Run) -> None:
    assert filled("memory", "query", "connections", "--group-by", "type", check=True).stdout == "pattern\t1\n"
    body = json.loads(filled("memory", "query", "*", "--group-by", "type", "--limit", "1", "--json", check=True).stdout)
    assert body["groups"] == [{"group": "decision", "count": 2}] and (body["group_by"], body["total"]) == ("type", 3)


def test_addresses_by_a_regular_expression_and_values_by_size(filled: Run) -> None:
    assert keys(filled, "--key-pattern", "^(pay|gone)/[a-d]+$") == {"pay/db"}
    assert keys(filled, "--size-gt", "10", "--size-lt", "18") == {"pay/auth"}
    assert filled("memory", "list", "--key-pattern", "(").returncode == 64


def test_what_has_expired_is_there_on_request(run: Run) -> None:
    run("memory", "store", "short", "lived", "--ttl", "60", env={"HOOKS_NOW": "2025-10-10T00:00:00Z"}, check=True)
    later = {"HOOKS_NOW": "2025-10-10T01:00:00Z"}
    assert run("memory", "query", "lived", env=later, check=True).stdout == ""
    assert run("memory", "query", "lived", "--include-expired", env=later, check=True).stdout.startswith("short")
    assert run("memory", "list", "--include-expired", env=later, check=True).stdout.startswith("short")


def test_reindex_finds_again_what_is_there(filled: Run) -> None:
    assert filled("memory", "usage", "--action", "rebuild-index", check=True).stdout == "Indexed 3 entries.\n"
    assert filled("memory", "search", "pooled", check=True).stdout.startswith("pay/db")
    assert filled("memory", "verify").returncode == 0
