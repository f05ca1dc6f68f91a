"""Options that no memory verb declares: kept by store, conditions for reading verbs, errors where something would be removed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import FilledBy, Run


def metadata_of(run: Run, key: str) -> dict[str, object]:
    entry = json.loads(run("memory", "recall", key, "--json", check=True).stdout)["entries"][0]
    metadata: dict[str, object] = entry["metadata"]
    return metadata


def test_store_keeps_them_as_metadata_and_says_so(run: Run) -> None:
    done = run(
        "memory", "store", "k", "v", "--impactScore", "0.9", "--team=core", "--reviewed", "--build", "007", check=True
    )
    assert "are not options of memory store; kept as metadata: impact_score, team, reviewed, build" in done.stderr
    assert metadata_of(run, "k") == {"impact_score": 0.9, "team": "core", "reviewed": True, "build": "007"}


def test_what_metadata_says_itself_wins(run: Run) -> None:
    run("memory", "store", "k", "v", "--team", "core", "--metadata", '{"team": "red", "x": 1}', check=True)
    assert metadata_of(run, "k") == {"team": "red", "x": 1}


@pytest.mark.parametrize("option", ["--namespcae", "--namespac", "--tgas", "--metdata", "--keys", "--vlaue"])
def test_a_slip_is_an_error_with_the_option_that_is_meant(run: Run, option: str) -> None:
    done = run("memory", "store", "k", "v", option, "x")
    assert done.returncode == 64 and f"has no option {option}" in done.stderr and "Did you mean" in done.stderr
    assert run("memory", "recall", "k").returncode == 1


def test_store_does_not_guess_what_is_the_key(run: Run) -> None:
    done = run("memory", "store", "--durable", "k", "v")
    assert done.returncode == 64 and "Is 'k' its value, or an argument?" in done.stderr
    assert run("memory", "list", "--count-only", check=True).stdout == "0\n"
    run("memory", "store", "--durable=yes", "k", "v", check=True)
    run("memory", "store", "--team", "core", "--key", "k2", "--value", "v", check=True)
    assert metadata_of(run, "k") == {"durable": "yes"} and metadata_of(run, "k2") == {"team": "core"}


def test_strict_makes_them_errors(run: Run) -> None:
    for words in (["store", "k", "v"], ["list"], ["search", "v"], ["stats"], ["export"]):
        assert run("memory", *words, "--team", "core", "--strict").returncode == 64, words
    run("memory", "store", "k", "v", "--strict", "--reasoningbank", check=True)


def fill(run: Run, project: Path) -> None:
    for name, team, impact in (("one", "core", "0.9"), ("two", "core", "0.3"), ("three", "red", "0.6")):
        run(
            "memory", "store", f"work/{name}", "a value", "--team", team, "--impact", impact, "--tags", team, check=True
        )
    run("memory", "store", "work/four", "a value", "--reviewed", check=True)


@pytest.fixture
def filled(filled_by: FilledBy) -> Run:
    return filled_by(fill)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--team", "core"], {"work/one", "work/two"}),
        (["--team=CORE", "--impact-gt", "0.5"], {"work/one"}),
        (["--min-impact", "0.6"], {"work/one", "work/three"}),
        (["--reviewed-only"], {"work/four"}),
        (["--team", "blue"], set()),
    ],
)
def test_reading_verbs_narrow_by_the_same_fields(filled: Run, project: Path, words: list[str], found: set[str]) -> None:
    listed = filled("memory", "list", *words, "--json", check=True)
    assert {entry["key"] for entry in json.loads(listed.stdout)["entries"]} == found
    assert "only entries with metadata" in listed.stderr
    searched = json.loads(filled("memory", "query", "value", *words, "--json", check=True).stdout)
    assert {hit["key"] for hit in searched["results"]} == found
    exported = json.loads(filled("memory", "export", *words, "-", check=True).stdout)
    assert {entry["key"] for entry in exported["entries"]} == found and exported["complete"] is False


def test_another_bare_option_leaves_nothing_out_and_says_so(filled: Run) -> None:
    done = filled("memory", "list", "--deep", "--count-only", check=True)
    assert done.stdout == "4\n" and "--deep has no effect on memory list" in done.stderr
    # One with a value asks for a part: never answered with everything.
    done = filled("memory", "stats", "--by-team", "core")
    assert (done.returncode, done.stdout) == (64, "") and "has no option --by-team" in done.stderr


@pytest.mark.parametrize(
    "verb", ["delete", "clear", "gc", "import", "restore", "destroy", "backup", "revert", "rename"]
)
def test_verbs_that_change_do_not_guess(filled: Run, verb: str) -> None:
    done = filled("memory", verb, "work/one", "--except-important")
    assert done.returncode == 64 and "has no option --except-important" in done.stderr
    assert filled("memory", "list", "--count-only", check=True).stdout == "4\n"


@pytest.mark.parametrize("words", [["→", "Shows", "the", "figures"], ["-", "shows", "it"], ["❌"], ["=>", "x"]])
@pytest.mark.parametrize("verb", ["stats", "status", "list"])
def test_prose_behind_a_verb_is_told_and_dropped(filled: Run, verb: str, words: list[str]) -> None:
    done = filled("memory", verb, *words, check=True)
    assert done.stdout == filled("memory", verb, check=True).stdout and "no effect" in done.stderr


def test_words_that_are_no_prose_stay_errors(filled: Run) -> None:
    assert filled("memory", "stats", "work", "one").returncode == 64
    assert filled("memory", "delete", "work/one", "→", "gone").returncode == 64
    assert filled("memory", "recall", "work/one", check=True).stdout == "a value"


def test_the_rest_of_a_usage_line_is_told_and_dropped(filled: Run) -> None:
    for words in (["get", "work/one", "[options]"], ["retrieve", "--key", "work/one", "[--namespace", "NS]"]):
        done = filled("memory", *words, check=True)
        assert done.stdout == "a value" and "no effect" in done.stderr
    assert filled("memory", "list", "work/*", "[--limit]", "[--tags]", check=True).stdout.count("\n") == 4
    assert filled("memory", "search", "value", "[options]", "--count-only", check=True).stdout == "4\n"
    filled("memory", "store", "--key", "k", "--value", "v", "[--namespace", "NS]", check=True)
    assert filled("memory", "recall", "k", check=True).stdout == "v"
    assert filled("hooks", "list", "[options]", check=True).stdout == filled("hooks", "list", check=True).stdout
    assert filled("memory", "list", "work/*", "[options]", "--strict").returncode == 64
    assert filled("memory", "list", "[--namespace", "NS]", check=True).stdout.count("\n") == 5
    assert "is there already" in filled("memory", "init", "[--force]", check=True).stdout


def test_the_rest_of_a_usage_line_is_a_value_or_an_error_where_dropping_it_would_lose_or_remove_something(
    filled: Run,
) -> None:
    filled("memory", "store", "bare", "run", "it", "[--fast]", "now", check=True)
    assert filled("memory", "recall", "bare", check=True).stdout == "run it [--fast] now"
    for words in (["delete", "work/one", "[options]"], ["clear", "work/*", "[--namespace", "N]"]):
        assert filled("memory", *words).returncode == 64, words
    assert filled("memory", "list", "work/*", "--count-only", check=True).stdout == "4\n"


def test_a_word_behind_another_programs_switch_is_no_second_value(run: Run) -> None:
    done = run("memory", "store", "--key", "k", "--value", "v", "--compress", "gzip", check=True)
    assert "--compress has no effect" in done.stderr and run("memory", "recall", "k", check=True).stdout == "v"
    run("memory", "store", "--compress", "k2", "v2", check=True)
    assert run("memory", "recall", "k2", check=True).stdout == "v2"


def test_placeholders_in_metadata_are_kept_as_text(run: Run) -> None:
    given = '{"score": ${SCORE}, "n": [$N, "$M"], "who": <agent-id>, "t": {{time}}, "sub": $(date +%s)}'
    kept = {"score": "${SCORE}", "n": ["$N", "$M"], "who": "<agent-id>", "t": "{{time}}", "sub": "$(date +%s)"}
    for words in (["memory", "store", "k", "v"], ["hooks", "notify", "--message", "m", "--memory-key", "k"]):
        done = run(*words, "--metadata", given, check=True)
        assert "no shell filled in ${SCORE}, $N, <agent-id>, {{time}}, $(date +%s)" in done.stderr
        assert metadata_of(run, "k") == kept
    run("memory", "store", "w", "v", "--metadata", "$metadata", check=True)
    assert metadata_of(run, "w") == {"unfilled": "$metadata"}
    run("memory", "store", "c", "v", "--metadata", '{"sources": N, "share": XX%, "list": [X.X, "N"]}', check=True)
    assert metadata_of(run, "c") == {"sources": "N", "share": "XX%", "list": ["X.X", "N"]}
    command = "$(cat <<EOF\n{ a: $A }\nEOF\n)"
    done = run("memory", "store", "h", "v", "--metadata", command, check=True)
    assert metadata_of(run, "h") == {"unfilled": command} and "no shell filled in $(…); kept" in done.stderr
    done = run("hooks", "notify", "--message", "m", "--metadata", '{"a": ${A}}', check=True)
    assert done.stderr.count("no shell filled in") == 1


@pytest.mark.parametrize(
    "text",
    [
        '{"a": oops}',
        '{"a": }',
        '{"a": ${A}',
        "[${A}]",
        '{"a": $}',
        "plain",
        '{"a": ${}}',
        '{"a": TRUE}',
        '{"a": N N}',
        "N",
    ],
)
def test_other_text_that_is_no_json_is_refused(run: Run, text: str) -> None:
    done = run("memory", "store", "k", "v", "--metadata", text)
    assert done.returncode == 65 and "JSON" in done.stderr
    assert run("memory", "store", "k", "v", "--metadata", '{"a": ${A}}', "--strict").returncode == 65
    assert run("memory", "recall", "k").returncode == 1


def test_get_of_a_namespace_and_a_key(run: Run) -> None:
    run("memory", "store", "swarm/state", "running", check=True)
    assert run("memory", "get", "swarm", "state", check=True).stdout == "running"
    assert run("memory", "get", "swarm", "state", "more").returncode == 64
