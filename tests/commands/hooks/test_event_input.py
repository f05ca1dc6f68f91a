"""`hooks event`: what is not an event, what is odd and yet one, and a memory that cannot keep it."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.agent_events import check_answer, journal, settings_file
from tests.conftest import PROGRAM, TIMEOUT_SECONDS, Run


@pytest.mark.parametrize("text", ["", "  \n"])
def test_nothing_on_stdin(run: Run, text: str) -> None:
    done = run("hooks", "event", stdin=text)
    assert (done.returncode, done.stdout) == (66, "") and "No event came" in done.stderr


@pytest.mark.parametrize("text", ["{", "[1]", '"x"', "hello", "null", '{"a":1} {"b":2}', "{'a':1}"])
def test_no_json_object(run: Run, text: str) -> None:
    done = run("hooks", "event", stdin=text)
    assert (done.returncode, done.stdout) == (65, "") and "not valid JSON" in done.stderr


def test_stdin_that_is_closed_silent_or_a_terminal(project: Path, environ: dict[str, str]) -> None:
    def given(stdin: int | None, ending: str = "") -> subprocess.CompletedProcess[bytes]:
        argv = ["sh", "-c", f'exec "{PROGRAM}" hooks event {ending}']
        return subprocess.run(argv, stdin=stdin, env=environ, cwd=project, capture_output=True, timeout=TIMEOUT_SECONDS)

    closed = given(None, "<&-")
    assert closed.returncode == 66
    reading, writing = os.pipe()
    silent = given(reading)
    assert silent.returncode == 66
    # An agent that sends its event and never closes the pipe
    os.write(writing, b'{"session_id":"s","hook_event_name":"Stop"}')
    left_open = given(reading)
    assert (left_open.returncode, left_open.stderr) == (0, b"")
    os.close(reading)
    os.close(writing)
    main, terminal = pty.openpty()
    typed = given(terminal)
    assert typed.returncode == 64 and b"terminal" in typed.stderr
    os.close(main)
    os.close(terminal)


def test_too_much(run: Run) -> None:
    done = run("hooks", "event", stdin=b'{"a":"' + b"x" * (64 * 1024 * 1024) + b'"}')
    assert done.returncode == 65


def test_odd_but_valid_json(run: Run, memory: Any) -> None:
    for number, text in enumerate(
        [
            '\ufeff{"session_id":"s","hook_event_name":"Notification","message":"bom"}',
            '{"session_id":"s","hook_event_name":"Notification","message":"half \\ud83d of a pair"}',
            '{"session_id":"s","hook_event_name":"Notification","message":"nul \\u0000 here"}',
            '{"session_id":"s","hook_event_name":"Notification","message":17}',
            '{"session_id":"s","hook_event_name":"Notification","message":{"deep":[1,2]}}',
            '{"session_id":"s","hook_event_name":"Notification","message":null}',
            '{"hook_event_name":"Notification"}',
            "{}",
            '{"session_id":"","hook_event_name":"../x; rm -rf"}',
            '{"session_id":"s","hook_event_name":"Pre ToolUse","tool_input":"text","tool_name":["x"]}',
            '{"session_id":"s","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":["rm","-rf","/"]}}',
        ]
    ):
        done = run("hooks", "event", stdin=text)
        assert (done.returncode, done.stderr) == (0, ""), (number, text, done)
    events = journal(memory())
    assert len(events) == 11
    assert events[1]["fields"]["message"] == "half ? of a pair"
    assert events[7]["verb"] == "event" and events[8]["verb"] == "x-rm-rf"


def test_a_busy_store_stops_no_agent(run: Run, environ: dict[str, str], memory: Any) -> None:
    settings_file(environ, '[safety]\nmode = "deny"\n')
    store = memory()
    event = {
        "session_id": "s",
        "hook_event_name": "PreToolUse",
        "tool_name": "Bash",
        "tool_input": {"command": "rm -rf /"},
    }
    with store.writing():
        done = run("hooks", "event", stdin=json.dumps(event))
        assert done.returncode == 0 and "is locked by another process" in done.stderr and "is queued" in done.stderr
        assert check_answer("claude-code", event, done.stdout)["hookSpecificOutput"]["permissionDecision"] == "deny"
        start = {"session_id": "s2", "hook_event_name": "SessionStart", "source": "startup"}
        told = run("hooks", "event", stdin=json.dumps(start))
        assert told.returncode == 0 and "not available" in json.loads(told.stdout)["systemMessage"]
    run("hooks", "notify", "--message", "the next call", check=True)
    events = journal(store)
    assert [e["verb"] for e in events] == ["pre-command", "session-start", "notify"]
    assert events[0]["fields"]["dangers"] == ["delete-tree"] and [e["session"] for e in events[:2]] == ["s", "s2"]


def test_the_user_is_told_that_the_memory_is_locked(run: Run, environ: dict[str, str]) -> None:
    run("memory", "store", "k", "v", check=True)
    shutil.rmtree(Path(environ["HOOKS_HOME"]) / "config" / "keys")
    start = {"session_id": "s", "hook_event_name": "SessionStart", "source": "startup"}
    done = run("hooks", "event", stdin=json.dumps(start))
    assert done.returncode == 0 and "key" in done.stderr
    answer = check_answer("claude-code", start, done.stdout)
    assert "not available" in answer["systemMessage"] and "hookSpecificOutput" not in answer
    stop = run("hooks", "event", stdin='{"session_id":"s","hook_event_name":"Stop"}')
    assert (stop.returncode, stop.stdout) == (0, "")
