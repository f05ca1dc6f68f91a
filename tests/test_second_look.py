"""What was found by reading and by trying hard, after each room had its own tests: namespaces, limits, terminals, races."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from hooks_cli.operations import pinning, remembering, removing
from hooks_cli.operations.carrying import Who
from hooks_cli.store import entries
from hooks_cli.store.embedded import EmbeddedStore
from hooks_cli.store.selection import Selection
from hooks_cli.store.transaction import Transaction
from tests.conftest import PROGRAM, Run
from tests.stores import Place

STEERING = "\x1b]0;title\x07\x1b[31mred\x9b2J"


def on_a_terminal(argv: list[str], environ: dict[str, str], cwd: Path) -> bytes:
    """What the program writes when its standard output is a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([PROGRAM, *argv], stdin=subprocess.DEVNULL, stdout=theirs, env=environ, cwd=cwd) as process:
        os.close(theirs)
        written = b""
        while True:
            try:
                part = os.read(ours, 1 << 16)
            except OSError:  # how Linux says that the other side is closed
                break
            if not part:
                break
            written += part
        assert process.wait() == 0
    os.close(ours)
    return written


def test_default_is_no_namespace_for_every_verb(run: Run) -> None:
    run("memory", "store", "k", "needle", "--namespace", "default", check=True)
    run("memory", "store", "k", "needle", "--namespace", "swarm", check=True)
    assert run("memory", "recall", "k", "--namespace", "default", check=True).stdout == "needle"
    for words in (("list",), ("search", "needle"), ("recall",)):
        found = run("memory", *words, "--namespace", "default", check=True).stdout
        assert "k\t" in found and "swarm/k" in found, words
    assert "Total entries: 2" in run("memory", "stats", "--namespace", "default", check=True).stdout
    assert '"key":"k"' in run("memory", "export", "--namespace", "default", "-o", "-", check=True).stdout.replace(
        " ", ""
    )


def test_what_takes_away_from_default_spares_the_namespaces(run: Run) -> None:
    for key in ("k", "swarm/k"):
        run("memory", "store", key, "v", check=True)
    assert run("memory", "gc", "--namespace", "default").returncode == 64
    dry = run("memory", "delete", "--namespace", "default", "--all", "--dry-run", check=True).stdout
    assert "Would delete 1 entry" in dry and "swarm/k" not in dry
    assert "Deleted 1 entry" in run("memory", "clear", "--namespace", "default/", check=True).stdout
    assert run("memory", "recall", "swarm/k", check=True).stdout == "v"


@pytest.mark.parametrize("verb", [("list",), ("log",), ("recall", "*"), ("search", "v"), ("history", "k")])
def test_a_negative_limit_is_refused_and_not_taken_for_nothing(run: Run, verb: tuple[str, ...]) -> None:
    run("memory", "store", "k", "v", check=True)
    refused = run("memory", *verb, "--limit", "-1")
    assert refused.returncode == 64 and "--limit" in refused.stderr and not refused.stdout


def test_a_stored_value_does_not_steer_the_terminal(run: Run, environ: dict[str, str], project: Path) -> None:
    run("memory", "store", "k", f"one\n{STEERING}", check=True)
    assert run("memory", "recall", "k", check=True).stdout == f"one\n{STEERING}"
    for argv in (["recall", "k"], ["get", "k"], ["wait", "k"], ["export", "-o", "-", "--format", "markdown"]):
        shown = on_a_terminal(["memory", *argv], environ, project)
        assert b"\x1b" not in shown and "\x9b".encode() not in shown and b"red" in shown, argv


def test_the_name_of_a_session_or_task_does_not_steer_the_terminal(run: Run) -> None:
    for words in (
        ("pre-task", "--session-id", STEERING, "--task-id", STEERING),
        ("session-restore", "--session-id", STEERING, "--load-memory", "false"),
        ("session-start", "--session-id", STEERING),
        ("post-task", "--task-id", STEERING),
        ("session-end", "--session-id", STEERING),
    ):
        said = run("hooks", *words, check=True).stdout
        assert "\x1b" not in said and "\x07" not in said and "red" in said, words
    ended = run("hooks", "session-end", "--session-id", STEERING, "--json", check=True).stdout
    assert json.loads(ended)["session_id"] == STEERING


def test_clear_spares_what_changes_while_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two of its transactions somebody writes one of the selected addresses anew, and pins another."""
    place = Place(tmp_path / "place")
    store, environment = place.store, place.environment
    for key in ("a", "b", "c", "d"):
        remembering.store_value(store, environment, key, "old")

    def paced(store: EmbeddedStore) -> Transaction:
        if store.row("SELECT 1 FROM head WHERE address = 'a' AND live = 0") and not meanwhile:
            meanwhile.append(remembering.store_value(store, environment, "b", "new"))
            pinning.set_pinned(store, environment, "c", True, Who())
        return store.writing()

    meanwhile: list[object] = []
    monkeypatch.setattr(removing, "enough", lambda store, began: True)
    monkeypatch.setattr(removing, "paced", paced)
    removed = removing.clear(store, environment, Selection(), Who())
    assert meanwhile and [written.address for written in removed.written] == ["a", "d"]
    kept = [entries.read(store, key, place.now) for key in ("b", "c")]
    assert [entry and entry.value for entry in kept] == ["new", "old"]
    place.close()


def test_a_read_only_agent_neither_replaces_nor_collects_the_store(run: Run, home: Path, project: Path) -> None:
    config = home / "hooks" / "config"
    config.mkdir(parents=True)
    (config / "config.toml").write_text('[agents.reader]\nmemory_access = "read-only"\n')
    run("memory", "store", "k", "old", check=True)
    run("memory", "backup", "copy.bak", check=True)
    run("memory", "store", "k", "new", check=True)
    reader = {"HOOKS_AGENT": "reader"}
    for words in (("restore", "copy.bak"), ("gc",), ("cleanup", "--older-than", "1d")):
        assert run("memory", *words, env=reader).returncode == 77, words
    assert run("memory", "restore", "copy.bak", "--dry-run", env=reader).returncode == 0
    assert run("memory", "gc", "--dry-run", env=reader).returncode == 0
    assert run("memory", "recall", "k", env=reader, check=True).stdout == "new"


def test_a_file_that_is_no_store_keeps_its_mode(run: Run, project: Path) -> None:
    other = project / "notes.db"
    other.write_text("not a store\n" * 100)
    other.chmod(0o644)
    refused = run("memory", "list", env={"HOOKS_STORE": str(other)})
    assert refused.returncode == 77 and other.stat().st_mode & 0o777 == 0o644


def test_a_rename_onto_something_says_what_to_do(run: Run) -> None:
    for key in ("a", "b"):
        run("memory", "store", key, key, check=True)
    refused = run("memory", "rename", "a", "b")
    assert refused.returncode == 76 and "--overwrite" in refused.stderr and "--if-version" not in refused.stderr
    assert run("memory", "rename", "a", "b", "--overwrite", check=True).stdout
    assert run("memory", "recall", "b", check=True).stdout == "a"


def test_what_was_there_at_a_time_does_not_hang_on_revisions(run: Run, tmp_path: Path) -> None:
    """An import brings versions that are older than their revisions: a time before them must not show what was stored later."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "hooks.toml").write_text("")
    run("memory", "store", "old", "then", env={"HOOKS_NOW": "2026-01-01T00:00:00Z"}, cwd=elsewhere, check=True)
    run("memory", "export", str(tmp_path / "old.ndjson"), cwd=elsewhere, check=True)
    later = {"HOOKS_NOW": "2026-02-01T00:00:00Z"}
    run("memory", "store", "new", "now", env=later, check=True)
    run("memory", "import", str(tmp_path / "old.ndjson"), env=later, check=True)
    between = ("--as-of", "2026-01-15T00:00:00Z")
    assert run("memory", "recall", "old", *between, env=later, check=True).stdout == "then"
    assert run("memory", "recall", "new", *between, env=later).returncode == 1
    assert run("memory", "list", *between, env=later, check=True).stdout == "old\tthen\n"
    assert run("memory", "recall", "new", "--as-of", "2026-02-01T00:00:00Z", env=later, check=True).stdout == "now"
    assert run("memory", "recall", "*", "--at-revision", "1", env=later, check=True).stdout == "new\tnow\n"


def test_a_value_is_not_given_twice(run: Run, project: Path) -> None:
    (project / "f").write_text("from the file")
    for words in (("--file", "f", "argument"), ("--file", "f", "--value", "v"), ("argument", "--value", "v")):
        refused = run("memory", "store", "k", *words)
        assert refused.returncode == 64 and "Nothing was stored" in refused.stderr, words
    assert run("memory", "store", "k", "argument", "--stdin", stdin="piped").returncode == 64
    assert run("memory", "recall", "k").returncode == 1
    run("memory", "store", "--key", "k", "--file", "f", check=True)
    run("memory", "store", "k", "--value", "-", stdin="piped", check=True)
    assert run("memory", "recall", "k", check=True).stdout == "piped"


@pytest.mark.parametrize("words", [("memory", "store", "k", "v"), ("hooks", "notify", "--message", "m")])
def test_an_error_about_json_quotes_nothing_of_a_secret(run: Run, words: tuple[str, ...]) -> None:
    refused = run(*words, "--metadata", '{"token": hunter2secret}')
    assert refused.returncode == 65 and "hunter2" not in refused.stderr
    told = run(*words, "--metadata", '{"token": hunter2secret}', "--json")
    assert json.loads(told.stderr)["error"]["code"] == 65 and "hunter2" not in told.stderr
    assert (
        "hunter2" in run(*words, "--metadata", '{"name": hunter2}').stderr
    )  # where nothing is secret, the place is quoted
