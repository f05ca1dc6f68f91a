"""Sensitive values through the installed program: sealed on the way in, masked in every output, shown only with --reveal on a terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.conftest import PROGRAM, FilledBy, Run

TOKEN = "ghp_aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5"  # made up, in the maker's shape
SECRETS = (TOKEN, "hunter2secret", "sneaky-secret", "s3same-open", "redacted-words")
MASK = "‹sealed›"


def fill(run: Run, project: Path) -> None:
    """A store with a secret in every place where one can be put."""
    run("memory", "store", "app/api_keys/github", "hunter2secret", check=True)
    run("memory", "store", "note", f"deploy with {TOKEN} now", "--tags", f"x,{TOKEN}", check=True)
    run("memory", "store", "doc", '{"credentials": {"user": "s3same-open"}, "tokens": 1523}', check=True)
    run("memory", "store", "all", "redacted-words", "--redact", check=True)
    metadata = '{"token": "s3same-open", "n": 1}'
    run("hooks", "notify", "--message", f"m {TOKEN}", "--memory-key", "a/b", "--metadata", metadata, check=True)
    run("hooks", "notify", "--message", f"m {TOKEN}", "--metadata", metadata, "--api-key", "sneaky-secret", check=True)
    run("hooks", "pre-task", "--description", f"use {TOKEN}", "--session-id", "s-1", check=True)


@pytest.fixture
def filled(filled_by: FilledBy) -> Run:
    return filled_by(fill)


def on_a_terminal(argv: list[str], environ: dict[str, str], cwd: Path) -> tuple[int, str]:
    """Run the program with a terminal as its standard output; (exit code, what the terminal got)."""
    reader, terminal = pty.openpty()
    done = subprocess.run(
        [PROGRAM, *argv], stdin=subprocess.DEVNULL, stdout=terminal, stderr=terminal, env=environ, cwd=cwd, timeout=60
    )
    os.close(terminal)
    shown = b""
    try:
        while chunk := os.read(reader, 4096):
            shown += chunk
    except OSError:
        pass
    os.close(reader)
    return done.returncode, shown.decode().replace("\r\n", "\n")


def test_a_sealed_address_gives_nothing_and_77(filled: Run) -> None:
    for key in ("app/api_keys/github", "all"):
        for extra in ((), ("--json",), ("--format", "ndjson")):
            done = filled("memory", "recall", key, *extra)
            assert (done.returncode, done.stdout) == (77, ""), (key, extra)
            assert "hunter2" not in done.stderr


def test_fields_and_pieces_are_masked_and_the_rest_is_given_back(filled: Run) -> None:
    assert filled("memory", "recall", "note", check=True).stdout == f"deploy with {MASK} now"
    shown = json.loads(filled("memory", "recall", "doc", check=True).stdout)
    assert shown == {"credentials": MASK, "tokens": 1523}
    entry = json.loads(filled("memory", "recall", "a/b", "--json", check=True).stdout)["entries"][0]
    assert entry["metadata"] == {"token": MASK, "n": 1} and entry["data"] == f"m {MASK}"


def test_no_output_of_any_verb_shows_a_secret(filled: Run, project: Path) -> None:
    calls = [
        ("memory", "list"),
        ("memory", "list", "--json"),
        ("memory", "recall", "*"),
        ("memory", "recall", "*", "--json"),
        ("memory", "search", "deploy"),
        ("memory", "search", "hunter2secret"),
        ("memory", "search", TOKEN),
        ("memory", "history", "note"),
        ("memory", "history", "all", "--json"),
        ("memory", "show", "note"),
        ("memory", "log"),
        ("memory", "log", "--json"),
        ("memory", "export", "--format", "json"),
        ("memory", "export", "--format", "ndjson"),
        ("memory", "export", "--format", "markdown"),
        ("memory", "export", "--format", "csv"),
        ("memory", "export", "--format", "sqlite", "--output", "out.sqlite"),
        ("memory", "stats"),
        ("hooks", "session-restore"),
        ("hooks", "session-restore", "--session-id", "s-1"),
        ("hooks", "session-end", "--session-id", "s-1", "--generate-summary", "--export-metrics"),
        ("report",),
        ("doctor",),
    ]
    for argv in calls:
        done = filled(*argv)
        own = set(argv)
        for secret in SECRETS:
            if secret not in own:
                assert secret not in done.stdout, argv
                assert secret not in done.stderr, argv


def test_no_file_holds_a_secret(filled: Run, home: Path, project: Path) -> None:
    filled("memory", "export", "--format", "json", "--output", "out.json")
    filled("hooks", "session-end", "--session-id", "s-1", "--generate-summary", "--export-metrics")
    files = [path for top in (home, project) for path in top.rglob("*") if path.is_file()]
    assert any(path.name == "memory.db" for path in files)
    for path in files:
        content = path.read_bytes()
        for secret in (*SECRETS, "api_keys/github"):
            if "out.json" not in path.name:
                assert secret.encode() not in content, path
        for secret in SECRETS:
            assert secret.encode() not in content, path


def test_reveal_needs_a_terminal(filled: Run, environ: dict[str, str], project: Path) -> None:
    for key in ("app/api_keys/github", "note", "doc"):
        done = filled("memory", "recall", key, "--reveal")
        assert (done.returncode, done.stdout) == (77, "")
    argv = ["memory", "recall", "app/api_keys/github", "--reveal"]
    assert on_a_terminal(argv, environ, project) == (0, "hunter2secret")
    argv = ["memory", "recall", "doc", "--reveal"]
    assert on_a_terminal(argv, environ, project) == (0, '{"credentials": {"user": "s3same-open"}, "tokens": 1523}')
    assert on_a_terminal(["memory", "recall", "all"], environ, project)[0] == 77


def test_reveal_where_the_user_allows_it(filled: Run, home: Path, project: Path) -> None:
    (project / "hooks.toml").write_text("[memory.security]\nallow_reveal = true\n")
    assert filled("memory", "recall", "all", "--reveal").returncode == 77  # a project may not loosen it
    config = home / "hooks" / "config" / "config.toml"
    config.parent.mkdir(exist_ok=True)
    config.write_text("[memory.security]\nallow_reveal = true\n")
    (project / "hooks.toml").write_text("")
    assert filled("memory", "recall", "all", "--reveal", check=True).stdout == "redacted-words"
    entries = json.loads(filled("memory", "recall", "*", "--json", "--reveal", check=True).stdout)["entries"]
    assert {e["key"]: e["data"] for e in entries}["note"] == f"deploy with {TOKEN} now"
    assert {e["key"]: e["tags"] for e in entries}["note"] == ["x", TOKEN]


def test_session_restore_never_reveals(filled: Run, home: Path) -> None:
    config = home / "hooks" / "config" / "config.toml"
    config.parent.mkdir(exist_ok=True)
    config.write_text("[memory.security]\nallow_reveal = true\n")
    done = filled("hooks", "session-restore", "--reveal")
    assert (done.returncode, done.stdout) == (77, "")


def test_what_was_sealed_is_said_after_the_write(run: Run) -> None:
    done = run("memory", "store", "note", f"deploy with {TOKEN} now", check=True)
    assert done.stdout.startswith("Stored successfully: note")
    assert "note" in done.stderr and "GitHub token" in done.stderr and TOKEN not in done.stderr
    assert run("memory", "store", "plain", "nothing to see", check=True).stderr == ""


def test_the_scan_can_be_switched_off_by_the_user_alone(run: Run, home: Path, project: Path) -> None:
    (project / "hooks.toml").write_text("[memory.security]\nscan = false\n")
    run("memory", "store", "a", TOKEN)
    (project / "hooks.toml").write_text("")
    assert run("memory", "recall", "a", check=True).stdout == MASK
    config = home / "hooks" / "config" / "config.toml"
    config.parent.mkdir(exist_ok=True)
    config.write_text("[memory.security]\nscan = false\n")
    run("memory", "store", "b", TOKEN, check=True)
    assert run("memory", "recall", "b", check=True).stdout == TOKEN


def test_a_project_adds_sensitive_names(run: Run, project: Path) -> None:
    (project / "hooks.toml").write_text('[memory.security]\nsensitive_keys = ["pass_words"]\n')
    run("memory", "store", "a", '{"passWord": "x", "token": "y", "n": "z"}', check=True)
    assert json.loads(run("memory", "recall", "a").stdout) == {"passWord": MASK, "token": MASK, "n": "z"}


def test_a_read_only_agent_may_not_write(run: Run, project: Path) -> None:
    run("memory", "store", "k", "v", check=True)
    (project / "hooks.toml").write_text('[agents.ro]\nmemory_access = "read-only"\n')
    for call in (
        ("memory", "store", "k", "w", "--agent", "ro"),
        ("hooks", "notify", "--message", "m", "--memory-key", "k", "--agent-id", "ro"),
    ):
        done = run(*call)
        assert (done.returncode, done.stdout) == (77, ""), call
        assert "ro" in done.stderr
    assert run("memory", "store", "k", "w", env={"HOOKS_AGENT": "ro"}).returncode == 77
    assert run("memory", "recall", "k", "--json", env={"HOOKS_AGENT": "ro"}).returncode == 0
    assert run("hooks", "notify", "--message", "m", "--agent-id", "ro").returncode == 0  # the journal is not the memory
    assert run("memory", "recall", "k", check=True).stdout == "v"
    assert run("memory", "store", "k", "w", "--agent", "rw", check=True)


def allow_reveal(home: Path) -> None:
    config = home / "hooks" / "config" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("[memory.security]\nallow_reveal = true\n")


@pytest.mark.parametrize("extension", ["json", "ndjson", "csv"])
def test_what_this_store_exported_sealed_comes_back(filled: Run, home: Path, project: Path, extension: str) -> None:
    allow_reveal(home)
    name = f"out.{extension}"
    filled("memory", "export", name, check=True)
    content = (project / name).read_text()
    assert not any(secret in content for secret in SECRETS)
    for key in ("app/api_keys/github", "note", "doc", "all", "a/b"):
        filled("memory", "destroy", key, "--yes", check=True)
    done = filled("memory", "import", name, "--strategy", "overwrite")
    assert done.returncode == 0, done.stdout + done.stderr
    for key, value in {
        "app/api_keys/github": "hunter2secret",
        "note": f"deploy with {TOKEN} now",
        "all": "redacted-words",
        "a/b": f"m {TOKEN}",
    }.items():
        assert filled("memory", "recall", key, "--reveal", check=True).stdout == value
        shown = filled("memory", "recall", key)
        assert value not in shown.stdout, key
    assert json.loads(filled("memory", "recall", "doc", "--reveal").stdout)["credentials"] == {"user": "s3same-open"}
    entry = json.loads(filled("memory", "recall", "a/b", "--json", "--reveal").stdout)["entries"][0]
    assert entry["metadata"] == {"token": "s3same-open", "n": 1}
    filled("memory", "import", name, "--namespace", "copy", check=True)
    assert filled("memory", "recall", "copy/all").returncode == 77
    assert filled("memory", "recall", "copy/all", "--reveal", check=True).stdout == "redacted-words"


def test_a_backup_of_what_was_cleared_is_no_value_elsewhere(filled: Run, project: Path) -> None:
    sealed = filled("memory", "export", "-", "--format", "json", check=True).stdout
    entries = json.loads(sealed)["entries"]
    bare = [{"key": entry["key"], "value": entry["data"]} for entry in entries if "‹sealed:v1:" in str(entry["data"])]
    assert bare
    (project / "bare.json").write_text(json.dumps(bare))
    done = filled("memory", "import", "bare.json", "--json", env={"HOOKS_STORE": str(project / "other.db")})
    assert done.returncode == 65 and json.loads(done.stdout)["imported"]["refused_total"] == len(bare)


def test_new_versions_of_a_sealed_value_are_sealed(filled: Run, home: Path) -> None:
    allow_reveal(home)
    filled("memory", "rename", "all", "plain/name", check=True)
    assert filled("memory", "recall", "plain/name").returncode == 77
    assert filled("memory", "recall", "plain/name", "--reveal", check=True).stdout == "redacted-words"
    filled("memory", "append", "note", "more", check=True)
    assert filled("memory", "recall", "note", check=True).stdout == f"deploy with {MASK} now\nmore"
    filled("memory", "revert", "note", "1", check=True)
    assert filled("memory", "recall", "note", "--reveal", check=True).stdout == f"deploy with {TOKEN} now"
    filled("memory", "patch", "doc", '{"n": 1}', check=True)
    shown = json.loads(filled("memory", "recall", "doc", "--reveal", check=True).stdout)
    assert shown == {"credentials": {"user": "s3same-open"}, "tokens": 1523, "n": 1}


def test_an_edited_file_and_an_agents_event(run: Run, project: Path) -> None:
    (project / "deploy.sh").write_text(f"#!/bin/sh\nexport T={TOKEN}\necho done\n")
    run("hooks", "post-edit", "--file", "deploy.sh", "--memory-key", "files/deploy", check=True)
    assert run("memory", "recall", "files/deploy", check=True).stdout == f"#!/bin/sh\nexport T={MASK}\necho done\n"
    event = {
        "session_id": "s-9",
        "hook_event_name": "PostToolUse",
        "tool_name": "Bash",
        "tool_input": {"command": f"curl -H 'Authorization: {TOKEN}' localhost"},
        "tool_response": {"stdout": TOKEN},
    }
    run("hooks", "event", stdin=json.dumps(event), check=True)
    prompt = {"session_id": "s-9", "hook_event_name": "UserPromptSubmit", "prompt": f"use {TOKEN}"}
    run("hooks", "event", stdin=json.dumps(prompt), check=True)
    log = run("memory", "log", "--json", check=True).stdout
    assert TOKEN not in log and log.count(MASK) >= 2
