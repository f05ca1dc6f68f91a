"""`monitor`: what it tells at once, as lines, as JSON and on a terminal; and that it stands in nobody's way."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import PROGRAM, FilledBy, Run

NOW = "2025-10-17T12:00:00Z"
PATIENCE_SECONDS = 30


def fill(run: Run, project: Path) -> None:
    for words in (
        (
            "pre-task",
            "--description",
            "Measure the login",
            "--session-id",
            "s-1",
            "--task-id",
            "t-1",
            "--agent-id",
            "perf",
        ),
        ("notify", "--message", "one", "--memory-key", "swarm/one", "--session-id", "s-1"),
        ("notify", "--message", "two \x1b[2J", "--session-id", "s-1", "--agent-id", "perf"),
        ("pre-task", "--description", "Old", "--session-id", "s-0"),
        ("session-end", "--session-id", "s-0"),
    ):
        run("hooks", *words, env={"HOOKS_NOW": "2025-10-17T11:59:30Z"}, check=True)


@pytest.fixture
def told(filled_by: FilledBy) -> Run:
    return filled_by(fill)


def test_once_for_programs(told: Run) -> None:
    body = json.loads(told("monitor", "--once", "--json", env={"HOOKS_NOW": NOW}, check=True).stdout)
    assert body["schema_version"] == "1"
    assert body["open_sessions"] == 1
    assert [session["session_id"] for session in body["sessions"]] == ["s-1"]
    assert body["sessions"][0]["events"] == 3
    assert [task["task_id"] for task in body["tasks"]][-1] == "t-1"
    assert [notice["message"] for notice in body["notices"]] == ["two \x1b[2J", "one"]
    assert body["notices"][1]["key"] == "swarm/one"
    assert body["revisions_last_minute"] == body["revisions_last_hour"] == body["revision"]


def test_once_for_people_and_its_limit(told: Run) -> None:
    lines = told("monitor", "--once", "--rows", "1", env={"HOOKS_NOW": NOW}, check=True).stdout.splitlines()
    assert lines[0].startswith("monitor\t2025-10-17T12:00:00.000Z\trevision ")
    assert "1 open session\t" in lines[0]
    assert [line.split("\t")[0] for line in lines] == ["monitor", "session", "task", "notice"]
    assert "two" in lines[-1] and "\x1b" not in lines[-1]


def test_what_went_to_sleep_is_counted_and_not_listed(told: Run) -> None:
    body = json.loads(told("monitor", "--once", "--json", env={"HOOKS_NOW": "2025-10-19T12:00:00Z"}, check=True).stdout)
    assert (body["open_sessions"], body["sessions"], body["revisions_last_hour"]) == (1, [], 0)


def test_sealed_messages_are_masked(run: Run) -> None:
    secret = "sk-ant-api03-" + "a1B2c3D4" * 11 + "AA"
    run("hooks", "notify", "--message", f"use {secret}", check=True)
    run("hooks", "notify", "--message", "hunter2", "--memory-key", "credentials/db", check=True)
    for words in ((), ("--json",)):
        out = run("monitor", "--once", *words, check=True).stdout
        assert secret not in out and "hunter2" not in out


def test_without_a_store_it_makes_none(run: Run, home: Path) -> None:
    done = run("monitor", "--once")
    assert (done.returncode, done.stdout) == (1, "")
    assert not (home / "hooks" / "data").exists()
    assert run("monitor", "--interval", "soon").returncode == 64


def test_lines_come_as_others_write_and_nobody_waits_for_it(
    told: Run, project: Path, environ: dict[str, str], home: Path
) -> None:
    words = [PROGRAM, "monitor", "--interval", "50ms"]
    with subprocess.Popen(words, cwd=project, env=environ, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            head = [process.stdout.readline() for _ in range(5)]
            assert head[0].startswith("monitor\t") and head[-1].startswith("notice\t")
            [lock] = (home / "hooks").rglob("memory.db.lock")
            with lock.open() as held:  # what restore and rotate need: every opener let go
                end = time.monotonic() + PATIENCE_SECONDS
                while True:
                    try:
                        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        break
                    except BlockingIOError:
                        assert time.monotonic() < end
                        time.sleep(0.003)
            told("hooks", "notify", "--message", "three", "--session-id", "s-1", check=True)
            seen = ""
            while "three" not in seen:
                seen = process.stdout.readline()
                assert seen
            assert seen.startswith("notice\t")
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_SECONDS)


def test_on_a_terminal_it_draws_and_ends_with_ctrl_c(told: Run, project: Path, environ: dict[str, str]) -> None:
    ours, theirs = pty.openpty()
    env = {**environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40", "HOOKS_NOW": NOW}
    with subprocess.Popen(
        [PROGRAM, "monitor", "--interval", "50ms"], cwd=project, env=env, stdin=theirs, stdout=theirs
    ) as process:
        os.close(theirs)
        shown = b""
        end = time.monotonic() + PATIENCE_SECONDS
        while b"Latest notices" not in shown:
            assert time.monotonic() < end, shown
            if select.select([ours], [], [], 1)[0]:
                shown += os.read(ours, 65536)
        process.send_signal(signal.SIGINT)
        while True:  # drain what it still draws
            try:
                if not select.select([ours], [], [], PATIENCE_SECONDS)[0]:
                    break
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            shown += part
        assert process.wait(PATIENCE_SECONDS) == 0
    os.close(ours)
    text = shown.decode()
    assert "Measure the login" in text and "s-1" in text
    assert "\x1b[?1049h" in text and "\x1b[?1049l" in text  # the screen that was there comes back
    assert "two \x1b[2J" not in text
