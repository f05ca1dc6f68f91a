"""The contract of search (docs/search.md), line by line, with the scripts that it is made for: through the installed program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import BIN, FilledBy, Run


def fill(run: Run, project: Path) -> None:
    """Sixty entries, so that it is counted which words are frequent, and the ones that the tests ask for."""
    rows = [
        {"key": f"notes/{n}", "value": f"how the worker number {n} and the queue behave in the night"}
        for n in range(60)
    ]
    rows += [
        {"key": "cache/user-7", "value": "profile cached"},
        {"key": "swarm/checkpoint_loop1", "value": "done"},
        {"key": "swarm/checkpoint_loop2", "value": "open"},
        {"key": "decisions/redis", "value": "Redis holds sessions since the connection pool was exhausted"},
        {"key": "decisions/retry", "value": "const baseDelay = 250; doubled for every retry"},
        {"key": "people/lead", "value": {"name": "José", "log": "first line\nvalkey second"}},
        {"key": "errors/E1234", "value": "raised by the parser in src/userService.ts"},
        {"key": "notes/数据", "value": "数据库连接失败,请重试"},
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    run("memory", "store", "--batch", "-", stdin=lines, check=True)
    for name, outcome in (("a", "true"), ("b", "false"), ("c", "")):
        more = ["--success", outcome] if outcome else []
        run("memory", "store-pattern", "--task", f"migrate database {name}", "--output", name, *more, check=True)


@pytest.fixture
def filled(filled_by: FilledBy) -> Run:
    return filled_by(fill)


def keys(run: Run, *argv: str) -> list[str]:
    done = run("memory", "search", *argv, check=True)
    return [line.split("\t")[0] for line in done.stdout.splitlines()]


# --- 1: globs -----------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("argv", "found"),
    [
        (["--pattern", "cache/*"], ["cache/user-7"]),
        (["--pattern", "cache/user-?"], ["cache/user-7"]),
        (["--pattern", "cache/user-[0-9]"], ["cache/user-7"]),
        (["--pattern", "nothing/*"], []),
        (["--pattern", "cache/*", "done"], []),
        (["--pattern", "swarm/*", "done"], ["swarm/checkpoint_loop1"]),
        (["swarm/*", "done"], ["swarm/checkpoint_loop1"]),
        (["*checkpoint*", "open"], ["swarm/checkpoint_loop2"]),
        (["-n", "swarm", "*loop2"], ["swarm/checkpoint_loop2"]),
        (["nowhere/*", "done"], []),
        (["--pattern", "exhausted"], ["decisions/redis"]),
        (["exhaus*"], ["decisions/redis"]),
        (["exhausted AND pool"], ["decisions/redis"]),
    ],
)
def test_a_glob_narrows_by_address_and_falls_back_to_nothing(filled: Run, argv: list[str], found: list[str]) -> None:
    assert keys(filled, *argv) == found
    assert filled("memory", "search", *argv, "--count-only", check=True).stdout == f"{len(found)}\n"


# --- 2: one token -------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("token", "found"),
    [
        ("checkpoint_loop1", ["swarm/checkpoint_loop1"]),
        ("checkpoint_loop3", []),
        ("review_critical", []),
        ("E1234", ["errors/E1234"]),
        ("E1235", []),
        ("cache/user-7", ["cache/user-7"]),
        ("cache/user-8", []),
        ("src/userService.ts", ["errors/E1234"]),
        ("连接失败", ["notes/数据"]),
        ("连接成功", []),
    ],
)
def test_one_token_is_found_whole_or_not_at_all(filled: Run, token: str, found: list[str]) -> None:
    assert keys(filled, token) == found
    assert keys(filled, token, "--any") == found


# --- 3 and 4: several words, scores, the floor --------------------------------------------------------------------------------------
def test_an_entry_with_every_frequent_word_does_not_hide_the_others(filled: Run) -> None:
    filled("memory", "store", "noise", "how is the connection and the why of the when", check=True)
    assert keys(filled, "how was the connection pool exhausted")[0] == "decisions/redis"
    # In a store with few entries it is a list that says which words tell nothing.
    small = ["memory", "search", "what is the valkey about", "-n", "people"]
    assert filled(*small, check=True).stdout.startswith("people/lead\t")


def test_frequent_words_are_left_out_and_count_when_nothing_else_is_asked(filled: Run) -> None:
    body = json.loads(filled("memory", "search", "worker queue pool", "--json", check=True).stdout)
    assert [hit["key"] for hit in body["results"]] == ["decisions/redis"] and body["results"][0]["score"] == 1
    assert filled("memory", "search", "worker queue", "--count-only", check=True).stdout == "60\n"


def test_a_score_is_the_share_of_the_query_by_rarity_whatever_else_is_found(filled: Run) -> None:
    def score(*argv: str) -> float:
        (hit,) = json.loads(filled("memory", "search", *argv, "--json", check=True).stdout)["results"]
        return float(hit["score"])

    alone = score("redis sessions gardening", "-n", "decisions")
    assert 0.4 < alone < 0.75
    filled("memory", "store", "other/redis", "redis sessions gardening", check=True)
    assert abs(score("redis sessions gardening", "-n", "decisions") - alone) < 0.1
    (hit,) = json.loads(filled("memory", "search", "redis sessions tulips", "-n", "decisions", "--json").stdout)[
        "results"
    ]
    assert hit["words"] == ["redis", "sessions"] and hit["coverage"] == hit["score"]


def test_what_has_too_little_of_the_query_is_no_answer_and_any_lifts_that(filled: Run) -> None:
    query = ["translate the invoice template into portuguese for the retry department"]
    done = filled("memory", "search", *query, check=True)
    assert done.stdout == "" and "--any shows" in done.stderr
    assert filled("memory", "search", *query, "--count-only", check=True).stdout == "0\n"
    assert json.loads(filled("memory", "search", *query, "--json").stdout)["total"] == 0
    assert keys(filled, *query, "--any") == ["decisions/retry"]
    assert filled("memory", "search", *query, "--any", "--count-only", check=True).stdout == "1\n"


@pytest.mark.parametrize("option", ["--min-score", "--threshold", "--min-similarity"])
def test_a_score_is_cut_alike_in_what_is_counted_and_printed(filled: Run, option: str) -> None:
    query = ["redis sessions", option]
    assert keys(filled, *query, "0.9") == ["decisions/redis"]
    assert keys(filled, "redis sessions tulips", option, "0.9") == []
    assert filled("memory", "search", "redis sessions tulips", option, "0.9", "--count-only").stdout == "0\n"
    groups = filled("memory", "search", "redis sessions tulips", option, "0.9", "--group-by", "namespace")
    assert groups.stdout == ""


# --- 5: identifiers and JSON --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("asked", ["baseDelay", "base_delay", "BaseDelay", "base-delay", "base delay", "basedelay"])
def test_identifiers_are_found_whole_and_by_their_parts(filled: Run, asked: str) -> None:
    assert keys(filled, asked) == ["decisions/retry"]


def test_json_is_indexed_and_shown_decoded(filled: Run) -> None:
    for n, batch in enumerate((False, True)):
        value = json.dumps({"who": f"Zoë{n}", "log": f"up\nvalve{n}"})
        by = json.dumps({"by": f"Łukasz{n}"})
        if batch:
            row = json.dumps({"key": f"json/{n}", "value": value, "metadata": json.loads(by)})
            filled("memory", "store", "--batch", "-", stdin=row + "\n", check=True)
        else:
            filled("memory", "store", f"json/{n}", value, "--metadata", by, check=True)
        for word in (f"Zoë{n}", f"valve{n}", f"Łukasz{n}"):
            assert keys(filled, word) == [f"json/{n}"], (batch, word)
    (line,) = filled("memory", "search", "José", check=True).stdout.splitlines()
    assert "**José**" in line and "\\u00e9" not in line
    (line,) = filled("memory", "search", "valkey", check=True).stdout.splitlines()
    assert "first line **valkey**" in line


# --- 6: typos -----------------------------------------------------------------------------------------------------------------------
def test_a_word_that_no_entry_has_is_taken_for_its_neighbour_and_that_is_said(filled: Run) -> None:
    done = filled("memory", "search", "redsi exhausted", "--json", check=True)
    body = json.loads(done.stdout)
    assert [hit["key"] for hit in body["results"]] == ["decisions/redis"]
    assert body["replaced"] == {"redsi": "redis"} and "'redsi'" in done.stderr and "'redis'" in done.stderr
    assert body["results"][0]["score"] < 1


@pytest.mark.parametrize(
    ("asked", "near"),
    [("exhaustde", "exhausted"), ("checkpoint_lopo1", "checkpoint_loop1"), ("E12345", "e1234"), ('"redsi"', "")],
)
def test_nothing_is_replaced_in_a_token_or_in_quotes(filled: Run, asked: str, near: str) -> None:
    done = filled("memory", "search", asked, check=True)
    assert done.stdout == "" and (f"near it: {near}" in done.stderr) == bool(near)


def test_words_with_digits_and_signs_are_not_replaced(filled: Run) -> None:
    body = json.loads(filled("memory", "search", "E12345 parser", "--any", "--json", check=True).stdout)
    assert body["replaced"] == {} and body["unknown"] == ["E12345"]


# --- 7: outcomes, absent fields -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("verb", ["search", "query", "search-patterns"])
def test_outcomes(filled: Run, verb: str) -> None:
    def outputs(*argv: str) -> list[str]:
        body = json.loads(filled("memory", verb, "migrate database", *argv, "--json", check=True).stdout)
        return sorted(hit["snippet"].split('"output":"')[1][0] for hit in body["results"])

    assert outputs() == ["a", "b", "c"]
    for flag in ("--failures-only", "--only-failures"):
        assert outputs(flag) == ["b"], flag
    for flag in ("--success-only", "--only-successes"):
        assert outputs(flag) == ["a"], flag
    assert filled("memory", verb, "x", "--only-failures", "--success-only").returncode == 64


def test_a_field_that_no_entry_has_is_named(filled: Run) -> None:
    done = filled("memory", "search", "migrate database", "--filter", "outcom:failure", check=True)
    assert done.stdout == "" and "no entry has a field 'outcom'" in done.stderr
    done = filled("memory", "search", "migrate database", "--filter", "success:maybe", check=True)
    assert done.stdout == "" and "no entry has a field" not in done.stderr


# --- the scripts that were misled ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("script", "printed"),
    [
        # A cache check: the entry is there, or it is not.
        ("memory search --pattern 'cache/user-7*' --limit 1 | grep -q . && echo hit || echo miss", "hit"),
        ("memory search --pattern 'cache/user-8*' --limit 1 | grep -q . && echo hit || echo miss", "miss"),
        ("memory search cache/user-8 --limit 1 | grep -q . && echo hit || echo miss", "miss"),
        # A count.
        ("memory search --pattern 'swarm/*' --count-only", "2"),
        ("memory search review_critical --count-only", "0"),
        ("memory search 'review_critical deploy blocked' --count-only", "0"),
        # Whether anything is known of it.
        ('if [ -n "$(claude-flow memory search-patterns "API: login")" ]; then echo known; else echo new; fi', "new"),
        (
            'if [ -n "$(claude-flow memory search-patterns "migrate database")" ]; then echo known; else echo new; fi',
            "known",
        ),
        (
            '[ "$(claude-flow memory query "quantum teleport blueprint" --json | grep -c score)" = 0 ] && echo none',
            "none",
        ),
    ],
)
def test_scripts_are_not_misled(filled: Run, script: str, printed: str) -> None:
    line = script if "claude-flow" in script else script.replace("memory search", "claude-flow memory search", 1)
    done = filled("-c", line, program=Path("/bin/sh"), env={"PATH": f"{BIN}:/usr/bin:/bin"})
    assert done.stdout.strip() == printed, done.stderr
