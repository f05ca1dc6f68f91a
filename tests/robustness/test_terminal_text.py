"""Nothing that is stored or named steers a terminal: control sequences are shown, never sent."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

from tests.conftest import PROGRAM, Run

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
