"""`memory store`: where the value comes from, and what an error may quote."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.conftest import PROGRAM, TIMEOUT_SECONDS, Run


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


@pytest.mark.parametrize("ttl", ["0", "none", "never"])
def test_no_time_limit_is_one_too(run: Run, environ: dict[str, str], ttl: str) -> None:
    config = Path(environ["HOOKS_HOME"], "config/config.toml")
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("[memory.gc]\nttl = 3600\n")
    run("memory", "store", "k", "v", "--ttl", ttl, check=True)
    run("memory", "store", "usual", "v", check=True)
    run("memory", "store", "--batch", "--stdin", stdin=f'{{"key": "b", "value": "v", "ttl": "{ttl}"}}\n', check=True)
    for key, limited in (("k", False), ("b", False), ("usual", True)):
        entry = json.loads(run("memory", "recall", key, "--json", check=True).stdout)["entries"][0]
        assert (entry["expires_at"] is not None) == limited, key


@pytest.mark.parametrize("verb", ["add", "put", "save", "set", "update"])
def test_other_words_for_it(run: Run, verb: str) -> None:
    assert run("memory", verb, "k", "v", check=True).stdout.startswith("Stored successfully: k ")
    assert run("memory", "read", "k", check=True).stdout == run("memory", "load", "k", check=True).stdout == "v"
    assert run("memory", "find", "v", "--keys-only", check=True).stdout == "k\n"
    assert "Status: ok" in run("memory", "health", check=True).stdout
    for words in (["optimize"], ["compact"], ["rebuild-index"]):
        run("memory", *words, check=True)


def test_a_closed_standard_input_is_an_empty_one(run: Run, project: Path, environ: dict[str, str]) -> None:
    """No file that the program opens itself is read in its place."""
    line = f'exec "{PROGRAM}" memory store k - <&-'
    subprocess.run(["sh", "-c", line], env=environ, cwd=project, check=True, timeout=TIMEOUT_SECONDS)
    assert run("memory", "recall", "k", check=True).stdout == ""


def test_an_agents_event_is_no_value(run: Run) -> None:
    event = json.dumps({"session_id": "s", "hook_event_name": "PostToolUse"})
    done = run("memory", "store", "--key", "k", stdin=event)
    assert done.returncode == 64 and "--stdin" in done.stderr and run("memory", "recall", "k").returncode == 1
    for words in (["--key", "k", "--stdin"], ["k", "-"]):
        run("memory", "store", *words, stdin=event, check=True)
        assert run("memory", "recall", "k", check=True).stdout == event
    for other in ('{"a": 1}', 'the word "hook_event_name"', '{"hook_event_name" is no JSON'):
        run("memory", "store", "--key", "k", stdin=other, check=True)
        assert run("memory", "recall", "k", check=True).stdout == other
