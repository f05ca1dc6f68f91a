"""Where nothing is, the program says why and what to do: at one address (exit 1), under a glob (an answer), in a folder that is gone."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.conftest import PROGRAM, Run


@pytest.mark.parametrize("verb", ["recall", "delete", "pin", "touch --ttl 1h"])
def test_a_deleted_address_says_so_and_how_to_have_it_back(
    run: Run, project: Path, environ: dict[str, str], verb: str
) -> None:
    run("memory", "store", "plan a", "text", check=True)
    run("memory", "delete", "plan a", check=True)
    name, *more = verb.split()
    done = run("memory", name, "plan a", *more)
    assert (done.returncode, done.stdout) == (1, "")
    first, hint = done.stderr.splitlines()
    assert first.startswith("hooks-cli: There is no entry at plan a: it was deleted at 20") and "(version 2)" in first
    command = hint.partition(": ")[2]
    assert command == "memory undelete 'plan a'"
    subprocess.run(["sh", "-c", f'"$0" {command}', PROGRAM], env=environ, cwd=project, check=True)
    assert run("memory", "recall", "plan a").stdout == "text"


def test_an_expired_address_says_so(run: Run) -> None:
    run("memory", "store", "k", "text", "--ttl", "1", env={"HOOKS_NOW": "2025-10-17T12:00:00Z"}, check=True)
    done = run("memory", "recall", "k", env={"HOOKS_NOW": "2025-10-17T12:01:00Z"})
    assert done.returncode == 1 and "it expired at 2025-10-17T12:00:01Z" in done.stderr


def test_a_moved_and_a_destroyed_one_say_so(run: Run) -> None:
    for key in ("a", "b"):
        run("memory", "store", key, "text", check=True)
    run("memory", "rename", "a", "c", check=True)
    run("memory", "destroy", "b", check=True)
    assert "it was moved away" in run("memory", "recall", "a").stderr
    assert "its content was destroyed" in run("memory", "recall", "b").stderr


def test_a_namespace_is_told_from_an_entry(run: Run) -> None:
    run("memory", "store", "swarm/performance/baseline", "text", check=True)
    for verb in ("recall", "show", "history"):
        done = run("memory", verb, "swarm/performance")
        assert done.returncode == 1
        assert "there are entries below it" in done.stderr and "memory list swarm/performance" in done.stderr
    error = json.loads(run("memory", "recall", "swarm", "--json").stderr)["error"]
    assert (error["code"], error["name"], error["address"]) == (1, "not-found", "swarm")
    assert run("memory", "list", "swarm/performance").stdout == "swarm/performance/baseline\ttext\n"


def test_a_glob_without_a_hit_is_an_answer_with_a_note(run: Run) -> None:
    assert run("memory", "list").stderr == "hooks-cli: the memory is empty\n"
    run("memory", "store", "k", "text", check=True)
    for words in (["recall", "x/*"], ["list", "x/*"], ["destroy", "x/*", "--yes"]):
        done = run("memory", *words, check=True)
        assert done.stdout == "" and done.stderr.startswith("hooks-cli: no entry fits")
    assert (
        "no entry fits" in run("memory", "list", "--min-impact", "0.9").stderr
    )  # an option that nobody declares narrows, too
    assert run("memory", "search", "nowhere").stderr.startswith("hooks-cli: nothing found for 'nowhere'; word* finds")
    for words in (["memory", "log", "--agent", "nobody"], ["session", "list", "--since", "now"], ["task", "list"]):
        done = run(*words, check=True)
        assert done.stdout == "" and "what was asked for" in done.stderr, words
    assert run("memory", "pin", "x/*").stderr.splitlines()[1].strip().endswith('[memory.gc.rules."x/*"] keep = true')
    assert "memory history k" in run("memory", "revert", "k").stderr
    for words in (["recall", "x/*", "--json"], ["list", "x/*", "--json"], ["destroy", "x/*", "--yes", "--json"]):
        done = run("memory", *words, check=True)
        assert json.loads(done.stdout)["total"] == 0 and done.stderr == ""


def test_a_folder_that_is_gone_still_has_its_project(run: Run, project: Path, environ: dict[str, str]) -> None:
    run("memory", "store", "k", "text", check=True)
    line = 'mkdir sub && cd sub && rmdir ../sub && "$0" memory recall k && "$0" hooks notify --message m'
    done = subprocess.run(["sh", "-c", line, PROGRAM], cwd=project, env=environ, capture_output=True, text=True)
    assert (done.returncode, done.stdout[:25]) == (0, "textNotification recorded")


def test_no_keyring_slot_says_so(run: Run) -> None:
    run("memory", "store", "k", "text", check=True)
    done = run("key", "remove", "keyring")
    assert done.returncode == 1 and "The keyring holds no key of this store" in done.stderr


def test_a_key_with_braces_is_named_as_it_is(run: Run) -> None:
    run("memory", "store", "{agent}/notes", "text", check=True)
    assert run("memory", "revert", "{agent}/notes", "9").returncode == 1
    folder = run("memory", "recall", "{agent}")
    assert folder.returncode == 1 and "{agent}" in folder.stderr
    run("memory", "delete", "{agent}/notes", check=True)
    done = run("memory", "recall", "{agent}/notes")
    assert done.returncode == 1 and "memory undelete '{agent}/notes'" in done.stderr


def test_a_key_that_was_stored_under_a_namespace(run: Run) -> None:
    run("memory", "store", "key", "v", "--namespace", "N", check=True)
    done = run("memory", "recall", "key")
    assert (done.returncode, done.stdout) == (1, "") and "memory recall N/key" in done.stderr
    loose = run("memory", "recall", "key", "--loose", check=True)
    assert loose.stdout == "v" and "N/key" in loose.stderr
    run("memory", "store", "key", "w", "--namespace", "M", check=True)
    for words in ([], ["--loose"]):
        assert "N/key" not in (done := run("memory", "recall", "key", *words)).stderr and done.returncode == 1
