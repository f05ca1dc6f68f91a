"""Typical mistakes: what each is answered with. What was wrong, where, and what to do; never a traceback, never exit code 2."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import FilledBy, Run

# The line, its exit code, and what stderr says.
MISTAKES = [
    ("memroy store a b", 64, "Did you mean: memory?"),
    ("memory stor a b", 64, "Did you mean: memory store?"),
    ("store a b", 64, "Did you mean: memory store?"),
    ("hooks notfy --message x", 64, "Did you mean: hooks notify?"),
    ("swarm init", 64, "npx claude-flow@alpha swarm"),
    ("hive init --agents 5", 64, "npx claude-flow@alpha hive"),
    ("config set memory.gc.max_age_days 30", 64, "hooks-cli config path"),
    ("memory store", 64, "needs a key"),
    ("memory store key", 64, "needs a value"),
    ("memory store /abs v", 65, "it begins with a slash"),
    ("memory store abs/ v", 65, "it ends with a slash"),
    ("memory store a//b v", 65, "two slashes in a row"),
    ("memory store a/../b v", 65, "'..' segment"),
    ("memory store k v --metadata {bad", 65, "--metadata '{"),
    ("memory store k v --ttl soon", 64, "Write it as 90s"),
    ("memory store k v --tgas x", 64, "Did you mean: --tags?"),
    ("memory store k --file nope.txt", 66, "nope.txt"),
    ("memory store k v --if-version 3", 76, "k holds nothing now, so that it is not at version 3"),
    ("memory recall nope", 1, "There is no entry at nope"),
    ("memory recall", 64, "needs a key"),
    ("memory search x --context galaxy", 64, "session, project, all"),
    ("memory list --limit many", 64, "a whole number"),
    ("memory list --since never", 64, "Write it as 2025"),
    ("memory list --sort-by colour", 64, "Orders: newest"),
    ("memory export --format xlsx", 64, "It has: json"),
    ("memory import", 64, "needs a file"),
    ("memory usage --action fly", 64, "takes one of"),
    ("memory diff present 1 x", 64, "version numbers"),
    ("memory clear", 64, "--all"),
    ("session show nope", 1, "hooks-cli session list"),
    ("setup vim", 64, "hooks-cli setup --help"),
    ("completion tcsh", 64, "bash, zsh and fish"),
    ("report --since whenever", 64, "Write it as"),
    ("help nope", 64, "hooks-cli help"),
    ("hooks pre-task --strict --descripton x", 64, "Did you mean: --description?"),
    ("hooks notify --message m --memory-key a//b", 65, "two slashes in a row"),
]


def fill(run: Run, project: Path) -> None:
    run("memory", "store", "present", "text", check=True)


@pytest.mark.parametrize(("line", "code", "said"), MISTAKES, ids=[line for line, _, _ in MISTAKES])
def test_a_mistake_is_told_in_words_and_as_json(filled_by: FilledBy, line: str, code: int, said: str) -> None:
    run = filled_by(fill)
    done = run(*line.split())
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert done.stderr.startswith("hooks-cli: ") and said in done.stderr and "Traceback" not in done.stderr
    told = run(*line.split(), "--json")
    error = json.loads(told.stderr.splitlines()[-1])["error"]
    assert (told.returncode, told.stdout, error["code"]) == (code, "", code)
    assert said in f"{error['message']} {error['hint']}"


def test_beside_json_each_line_of_stderr_is_json_too(run: Run) -> None:
    done = run("hooks", "notify", "--invented", "1", "--memory-key", "a//b", "--json")
    note, missing, error = [json.loads(line) for line in done.stderr.splitlines()]
    assert "--invented" in note["note"] and "recorded as missing" in missing["note"]
    assert error["error"]["code"] == done.returncode == 65
    run("memory", "store", "k", "v", check=True)
    run("memory", "store", "k2", "v", check=True)
    more = run("memory", "list", "--limit", "1", "--json", check=True)
    assert all("note" in json.loads(line) for line in more.stderr.splitlines())


def test_the_key_on_paper_as_json(run: Run) -> None:
    run("memory", "store", "k", "v", check=True)
    key = json.loads(run("key", "export", "--yes", "--json", check=True).stdout)["key"]
    assert len(key["paper"].splitlines()) == 5 and key["fingerprint"]
    assert run("key", "import", stdin=key["paper"]).returncode == 0
    assert len(json.loads(run("key", "export", "--yes", "--hex", "--json", check=True).stdout)["key"]["hex"]) == 64
