"""`hooks event`: recorded events of every kind of every agent, and what is kept of them."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooks_cli.features.agents.protocol.meaning import MAX_PROMPT, capped
from tests.agent_events import AGENTS, HIDDEN, check_answer, journal, recorded, settings_file
from tests.conftest import NEEDS_WHEEL, PROGRAM, TIMEOUT_SECONDS, FilledBy, Run
from tests.house.test_hot_imports import ALLOWED, PURELIB, SEES


@pytest.mark.parametrize("agent", AGENTS)
def test_every_kind_of_event(run: Run, project: Path, environ: dict[str, str], memory: Any, agent: str) -> None:
    (project / "a.txt").write_text("text of the file\n")
    settings_file(environ, '[safety]\nmode = "ask"\n')
    run("memory", "store", "known/before", "what the agent should know", check=True)
    lines = recorded(agent, project)
    for line in lines:
        argv = line.get("argv", [])
        done = run("hooks", "event", *argv, stdin=json.dumps(line["event"]))
        assert (done.returncode, done.stderr) == (0, ""), (line, done)
        answer = check_answer(AGENTS[agent], line["event"], done.stdout, argv[1] if argv else "")
        expected = line["answer"]
        if expected == "silence":
            assert answer == {} and done.stdout == ("{}\n" if agent in ("gemini", "cursor") else "")
        elif expected == "context":
            assert "what the agent should know" in done.stdout
        elif expected == "decision":
            assert "destructive" in done.stdout
        else:
            assert answer == {"continue": True}
    events = journal(memory())
    assert [event["verb"] for event in events] == [line["verb"] for line in lines]
    for event, line in zip(events, lines, strict=True):
        assert HIDDEN not in json.dumps(event["fields"]), line
        assert event["fields"]["from"] == AGENTS[agent]
    sessions = {event["session"] for event in events[:-1]}
    assert len(sessions) <= 2 and all(sessions)


def fill(run: Run, project: Path) -> None:
    (project / "a.txt").write_text("text of the file\n")
    for line in recorded("claude_code", project):
        run("hooks", "event", stdin=json.dumps(line["event"]), check=True)


def test_what_is_kept_of_an_event(filled_by: FilledBy, memory: Any) -> None:
    filled_by(fill)
    events = journal(memory())
    by_call = {event["call_id"].rpartition(":")[0]: event for event in events if event["call_id"]}
    command = by_call["PostToolUse:toolu_01ABC1231"]
    assert command["fields"]["command"] == "npm test" and command["fields"]["exit_code"] == 0
    assert command["fields"]["duration_ms"] == 812 and command["attribution"] == "event"
    failed = by_call["PostToolUseFailure:toolu_01ABC12311"]
    assert failed["fields"]["exit_code"] == 3
    edit = by_call["PostToolUse:toolu_01ABC1233"]["fields"]
    assert edit["source"]["kind"] == "file" and edit["source"]["size"] == 17
    missing = by_call["PostToolUseFailure:toolu_01ABC12312"]["fields"]
    assert (missing["success"], missing["source"]["kind"]) == (False, "missing")
    danger = by_call["PreToolUse:toolu_01ABC1232"]["fields"]
    assert danger["dangers"] == ["delete-tree"] and "decision" not in danger
    assert by_call["PostToolUse:toolu_01ABC12313"]["agent"] == "Explore"
    prompt = next(event for event in events if event["verb"] == "pre-task")
    assert prompt["fields"]["prompt"].startswith("Add a login form") and prompt["task"] == prompt["fields"]["task_id"]
    stop = next(event for event in events if event["verb"] == "post-task")
    assert stop["fields"]["task_id"] == prompt["fields"]["task_id"]
    assert command["task"] == prompt["task"]


def test_prompts_and_tool_output_never_enter_a_restore(filled_by: FilledBy, project: Path) -> None:
    run = filled_by(fill)
    for argv in (["hooks", "session-restore"], ["hooks", "session-restore", "--session-id", "latest"]):
        shown = run(*argv, check=True).stdout
        assert HIDDEN not in shown and "login form" not in shown
    start = recorded("claude_code", project)[0]["event"]
    shown = run("hooks", "event", stdin=json.dumps(start), check=True).stdout
    assert HIDDEN not in shown and "login form" not in shown


def test_an_event_that_comes_twice_is_kept_once(run: Run, project: Path, memory: Any) -> None:
    event = {"session_id": "s", "hook_event_name": "PostToolUse", "tool_name": "Bash", "tool_use_id": "t1"}
    event_text = json.dumps({**event, "tool_input": {"command": "ls"}})
    for _ in range(2):
        run("hooks", "event", stdin=event_text, check=True)
    prompt = json.dumps({"session_id": "s", "hook_event_name": "UserPromptSubmit", "prompt": "x", "prompt_id": "p1"})
    for _ in range(2):
        run("hooks", "event", stdin=prompt, check=True)
    # Some models' servers count their tool calls again in each session: that one is another.
    run("hooks", "event", stdin=event_text.replace('"s"', '"s2"'), check=True)
    store = memory()
    events = journal(store)
    assert [(event["verb"], event["session"]) for event in events] == [
        ("post-command", "s"),
        ("pre-task", "s"),
        ("post-command", "s2"),
    ]
    assert store.query("SELECT count(*) FROM task") == [(1,)]


def test_many_at_once(project: Path, environ: dict[str, str], memory: Any) -> None:
    """Hooks run in parallel, the same event perhaps from two settings files."""
    memory().close()
    started = []
    for number in range(24):
        event = {
            "session_id": "s",
            "hook_event_name": "PostToolUse",
            "tool_name": "Bash",
            "tool_use_id": f"t{number // 2}",
        }
        text = json.dumps({**event, "tool_input": {"command": f"echo {number // 2}"}}).encode()
        process = subprocess.Popen([PROGRAM, "hooks", "event"], stdin=subprocess.PIPE, env=environ, cwd=project)
        assert process.stdin is not None
        process.stdin.write(text)
        process.stdin.close()
        started.append(process)
    assert [process.wait(TIMEOUT_SECONDS) for process in started] == [0] * 24
    commands = [event["fields"]["command"] for event in journal(memory())]
    assert sorted(commands) == sorted({f"echo {number}" for number in range(12)})


def test_the_session_reaches_the_agents_shell(run: Run, project: Path, tmp_path: Path, memory: Any) -> None:
    file = tmp_path / "env file"
    file.write_text("export A=1\n")
    start = {"session_id": "it's mine", "hook_event_name": "SessionStart", "source": "startup", "cwd": str(project)}
    for _ in range(2):
        run("hooks", "event", stdin=json.dumps(start), env={"CLAUDE_ENV_FILE": str(file)}, check=True)
    assert file.read_text() == "export A=1\nexport HOOKS_SESSION_ID='it'\\''s mine'\n"
    shell = subprocess.run(["sh", "-c", f". '{file}'; printf %s \"$HOOKS_SESSION_ID\""], capture_output=True, text=True)
    assert shell.stdout == "it's mine"
    run("hooks", "notify", "--message", "from the shell", env={"HOOKS_SESSION_ID": shell.stdout}, check=True)
    assert journal(memory())[-1]["session"] == "it's mine"
    other = {"session_id": "s", "hook_event_name": "UserPromptSubmit", "prompt": "x"}
    run("hooks", "event", stdin=json.dumps(other), env={"CLAUDE_ENV_FILE": str(file)}, check=True)
    assert file.read_text().count("\n") == 2
    gone = run("hooks", "event", stdin=json.dumps(start), env={"CLAUDE_ENV_FILE": str(tmp_path / "no" / "file")})
    assert gone.returncode == 0 and "no/file" in gone.stderr


def test_stop_ends_the_turn_and_no_task_that_has_a_name(run: Run, memory: Any) -> None:
    session = {"session_id": "s"}
    run("hooks", "pre-task", "--task-id", "named", "--description", "long work", "--session-id", "s", check=True)
    for name, more in (("UserPromptSubmit", {"prompt": "x"}), ("Stop", {}), ("Stop", {})):
        run("hooks", "event", stdin=json.dumps({**session, "hook_event_name": name, **more}), check=True)
    tasks = memory().query("SELECT name, closed_at IS NULL FROM task ORDER BY id")
    assert tasks[0] == ("named", 1) and tasks[1][1] == 0 and len(tasks) == 2


def test_a_prompt_is_capped(run: Run, memory: Any) -> None:
    prompt = "é" * 20_000
    run(
        "hooks",
        "event",
        stdin=json.dumps({"session_id": "s", "hook_event_name": "UserPromptSubmit", "prompt": prompt}),
        check=True,
    )
    kept = journal(memory())[0]["fields"]["prompt"]
    assert kept == "é" * (MAX_PROMPT // 2)


def test_the_events_folder_is_where_it_happened(run: Run, project: Path, tmp_path: Path, memory: Any) -> None:
    (project / "sub").mkdir()
    (project / "sub" / "b.txt").write_text("b")
    event = {
        "sessionId": "s",
        "cwd": str(project / "sub"),
        "toolName": "create",
        "toolArgs": {"path": "b.txt"},
        "timestamp": 1,
    }
    event["toolResult"] = {"resultType": "success", "textResultForLlm": ""}
    run("hooks", "event", stdin=json.dumps(event), cwd=tmp_path, check=True)
    assert journal(memory())[0]["fields"]["source"]["kind"] == "file"


def test_the_command_line_can_name_protocol_and_event(run: Run, project: Path, environ: dict[str, str]) -> None:
    settings_file(environ, '[safety]\nmode = "deny"\n')
    text = json.dumps({"session_id": "s", "tool_name": "bash", "tool_input": {"command": "rm -rf /"}})
    done = run("hooks", "event", "--protocol", "copilot", "--event", "preToolUse", stdin=text, check=True)
    assert json.loads(done.stdout)["permissionDecision"] == "deny"
    done = run("hooks", "event", "--protocol=gemini", "--event=BeforeTool", stdin=text, check=True)
    assert json.loads(done.stdout)["decision"] == "deny"


def test_what_the_command_line_says_is_kept(run: Run, memory: Any) -> None:
    text = json.dumps({"session_id": "s", "hook_event_name": "Notification", "message": "m"})
    done = run("hooks", "event", "--session-id", "mine", "--agent", "me", "--colour", "blue", stdin=text, check=True)
    assert "--colour" in done.stderr
    event = journal(memory())[0]
    assert (event["session"], event["attribution"], event["agent"]) == ("mine", "option", "me")
    assert event["fields"]["attributes"] == {"colour": "blue"}


@NEEDS_WHEEL
def test_an_event_loads_no_more_than_a_hot_command_may(run: Run, project: Path, environ: dict[str, str]) -> None:
    time.sleep(0.15)  # settings are cached once their file is older than its clock's grain
    run("memory", "store", "k", "v", check=True)
    lines = [line for line in recorded("claude_code", project) if line["verb"] not in ("session-end",)]
    for line in lines[:1] + lines[4:21]:
        done = subprocess.run(
            [sys.executable, "-IS", "-c", SEES.format(purelib=PURELIB), "hooks", "event"],
            input=json.dumps(line["event"]),
            cwd=project,
            env=environ,
            capture_output=True,
            text=True,
        )
        code, names = json.loads(done.stderr.rpartition("LOADED")[2])
        foreign = {name for name in names if not name.startswith("hooks_cli")}
        assert code == 0 and foreign - ALLOWED <= {"select"}, (line["verb"], foreign - ALLOWED)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.integers(1, 100))
def test_capped_keeps_whole_characters(text: str, limit: int) -> None:
    kept = capped(text, limit)
    assert text.startswith(kept) and len(kept.encode()) <= limit
    assert kept == text or len((kept + text[len(kept)]).encode()) > limit


def test_a_command_that_comes_as_a_list_of_words_is_judged_like_any(
    run: Run, environ: dict[str, str], memory: Any
) -> None:
    settings_file(environ, '[safety]\nmode = "deny"\n')
    event: dict[str, Any] = {"session_id": "s", "turn_id": "t", "hook_event_name": "PreToolUse", "tool_name": "shell"}
    event["tool_input"] = {"command": ["bash", "-lc", "rm -rf 'my folder'"]}
    done = run("hooks", "event", "--protocol", "codex", stdin=json.dumps(event), check=True)
    assert json.loads(done.stdout)["hookSpecificOutput"]["permissionDecision"] == "deny"
    event["tool_input"] = {"command": ["echo", "rm -rf /", ""]}
    assert run("hooks", "event", "--protocol", "codex", stdin=json.dumps(event), check=True).stdout == ""
    kept = [shlex.split(found["fields"]["command"]) for found in journal(memory())]
    assert kept == [["bash", "-lc", "rm -rf 'my folder'"], ["echo", "rm -rf /", ""]]


def test_codex_notify_gives_its_event_as_an_argument(run: Run, project: Path, memory: Any) -> None:
    prompt = {
        "session_id": "th",
        "turn_id": "1",
        "cwd": str(project),
        "hook_event_name": "UserPromptSubmit",
        "prompt": "x",
    }
    run("hooks", "event", "--protocol", "codex", stdin=json.dumps(prompt), check=True)
    told = {"type": "agent-turn-complete", "thread-id": "th", "turn-id": "1", "cwd": str(project)}
    done = run("hooks", "event", json.dumps({**told, "last-assistant-message": HIDDEN}), check=True)
    assert (done.stdout, done.stderr) == ("", "")
    first, second = journal(memory())
    assert (first["verb"], second["verb"], second["fields"]["from"]) == ("pre-task", "post-task", "codex")
    assert second["task"] == first["task"] and HIDDEN not in str(second)
    assert run("hooks", "event", "no event").returncode == 65
