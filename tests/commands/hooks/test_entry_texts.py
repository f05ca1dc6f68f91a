"""The text of the entry at --memory-key: one list of options in every hooks verb, and no text that puts an empty one over another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hooks_cli.cli import catalogue
from tests.conftest import Run

FLAGS = ("value", "data", "content", "results", "message", "context", "change-summary", "description")
PLAIN = ("agent-spawned", "mcp-initialized", "neural-trained", "task-orchestrated", "custom")
VERBS = [
    verb.name
    for verb in catalogue.every_verb()
    if verb.group == "hooks" and any(option.name == "memory_key" for option in verb.options)
]


def test_the_verbs_that_keep_an_entry() -> None:
    assert {"post-task", "notify", "post-edit", "pre-task", "session-start", "session-end", "session-restore"} <= set(
        VERBS
    )


@pytest.mark.parametrize("verb", VERBS)
def test_each_name_of_the_text(run: Run, verb: str) -> None:
    for flag in FLAGS:
        words = [verb, *(["pre-thing"] if verb == "custom" else [])]
        done = run("hooks", *words, "--memory-key", f"k/{flag}", f"--{flag}", f"- said by {flag}", check=True)
        assert f"Stored successfully: k/{flag} " in done.stdout + done.stderr
        kept = run("memory", "recall", f"k/{flag}", check=True).stdout
        if verb in PLAIN:
            assert f"- said by {flag}" in json.loads(kept).values()
        else:
            assert kept == f"- said by {flag}"


def test_of_two_texts_the_other_stays_with_the_event(run: Run) -> None:
    run("hooks", "post-task", "--memory-key", "k", "--data", "D", "--context", "C", "--description", "E", check=True)
    assert run("memory", "recall", "k", check=True).stdout == "D"
    event = json.loads(run("memory", "log", "--format", "ndjson", check=True).stdout.splitlines()[-1])
    assert "C" in json.dumps(event) and "E" in json.dumps(event)


def test_session_end_keeps_its_metrics_at_the_key(run: Run) -> None:
    run("hooks", "session-start", "--session-id", "s", check=True)
    done = run("hooks", "session-end", "--session-id", "s", "--memory-key", "k", check=True)
    assert "Stored successfully: k " in done.stdout and "Stored successfully: sessions/s/metrics " in done.stdout
    assert json.loads(run("memory", "recall", "k", check=True).stdout)["files_edited"] == 0
    run("hooks", "session-end", "--session-id", "s", "--memory-key", "k", "--summary", "it went well", check=True)
    assert run("memory", "recall", "k", check=True).stdout == "it went well"


@pytest.mark.parametrize("made", [None, b"\xff\xfe\0binary"])
def test_a_file_without_text_keeps_what_was_there(run: Run, project: Path, made: bytes | None) -> None:
    run("memory", "store", "k", "before", check=True)
    if made is not None:
        (project / "f").write_bytes(made)
    done = run("hooks", "post-edit", "--file", "f", "--memory-key", "k", check=True)
    assert "no entry was written at k" in done.stderr and "Stored" not in done.stdout
    assert run("memory", "recall", "k", check=True).stdout == "before"
    # Where there is no text, the facts of the file are an entry as ever.
    assert (
        "Stored successfully: new "
        in run("hooks", "post-edit", "--file", "f", "--memory-key", "new", check=True).stdout
    )


def test_no_text_at_all_keeps_what_was_there(run: Run) -> None:
    run("memory", "store", "k", "before", check=True)
    for verb in ("notify", "post-task", "session-start", "session-restore", "pre-task"):
        assert "no entry was written at k" in run("hooks", verb, "--memory-key", "k", check=True).stderr, verb
    assert run("memory", "recall", "k", check=True).stdout == "before"
