"""`hooks event`: recorded events of every kind of every agent, what is kept of them, and that the answer is one its protocol allows."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hooks_cli.environment import Environment
from hooks_cli.integrations.protocol import answers
from hooks_cli.integrations.protocol import incoming as protocol
from hooks_cli.integrations.protocol.meaning import MAX_PROMPT, capped, meaning
from hooks_cli.store.embedded import EmbeddedStore, open_store
from hooks_cli.store.json_fields import fields
from tests.conftest import PROGRAM, Run
from tests.test_hot_imports import ALLOWED, PURELIB, SEES

FIXTURES = Path(__file__).parent / "fixtures" / "protocol"
ANSWERS = json.loads((FIXTURES / "answers.schema.json").read_text())["$defs"]
AGENTS = {
    "claude_code": "claude-code",
    "codex": "codex",
    "gemini": "gemini",
    "cursor": "cursor",
    "copilot": "copilot",
    "vscode": "vscode",
}
HIDDEN = "SECRET-TOOL-OUTPUT"


def recorded(agent: str, project: Path) -> list[dict[str, Any]]:
    text = (FIXTURES / f"{agent}.jsonl").read_text().replace("@PROJECT@", str(project))
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def memory(environ: dict[str, str], project: Path) -> Any:
    """Opens the project's store in this process; closed at the end."""
    opened: list[EmbeddedStore] = []

    def opener() -> EmbeddedStore:
        store = open_store(Environment(dict(environ), str(project)))
        opened.append(store)
        return store

    yield opener
    for store in opened:
        store.close()


def journal(store: EmbeddedStore) -> list[dict[str, Any]]:
    rows = store.query(
        "SELECT e.verb, e.fields, s.name, e.attribution, e.agent, e.call_id, t.name FROM event e "
        "LEFT JOIN session s ON s.id = e.session LEFT JOIN task t ON t.id = e.task ORDER BY e.revision"
    )
    names = ("verb", "fields", "session", "attribution", "agent", "call_id", "task")
    return [dict(zip(names, (row[0], json.loads(row[1]), *row[2:]), strict=True)) for row in rows]


def check_answer(dialect: str, event: dict[str, Any], text: str, told: str = "") -> dict[str, Any]:
    """The answer as an object, after it was held against the schema for its kind of event."""
    what = protocol.read(fields(json.dumps(event), protocol.PATHS, "event"), told)
    assert what.dialect == dialect, (what.dialect, event)
    allowed = ANSWERS[dialect].get(what.kind, ANSWERS[dialect]["other"])
    if not text:
        return {}
    assert text.startswith("{") and text.endswith("}\n") and text.count("\n") == 1
    answer: dict[str, Any] = json.loads(text)
    Draft202012Validator(allowed).validate(answer)
    return answer


def settings_file(environ: dict[str, str], text: str) -> None:
    folder = Path(environ["HOOKS_HOME"]) / "config"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(text)


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


def test_what_is_kept_of_an_event(run: Run, project: Path, memory: Any) -> None:
    (project / "a.txt").write_text("text of the file\n")
    for line in recorded("claude_code", project):
        run("hooks", "event", stdin=json.dumps(line["event"]), check=True)
    events = journal(memory())
    by_call = {event["call_id"]: event for event in events if event["call_id"]}
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


def test_prompts_and_tool_output_never_enter_a_restore(run: Run, project: Path) -> None:
    for line in recorded("claude_code", project):
        run("hooks", "event", stdin=json.dumps(line["event"]), check=True)
    for argv in (["hooks", "session-restore"], ["hooks", "session-restore", "--session-id", "latest"]):
        shown = run(*argv, check=True).stdout
        assert HIDDEN not in shown and "login form" not in shown
    start = recorded("claude_code", project)[0]["event"]
    shown = run("hooks", "event", stdin=json.dumps(start), check=True).stdout
    assert HIDDEN not in shown and "login form" not in shown


@pytest.mark.parametrize(
    ("mode", "dialect", "said"),
    [
        ("warn", "claude-code", ""),
        ("ask", "claude-code", "ask"),
        ("deny", "claude-code", "deny"),
        ("ask", "codex", "deny"),
        ("deny", "codex", "deny"),
        ("ask", "copilot", "ask"),
    ],
)
def test_safety_decides_what_a_destructive_command_is_answered(
    run: Run, project: Path, environ: dict[str, str], memory: Any, mode: str, dialect: str, said: str
) -> None:
    settings_file(environ, f'[safety]\nmode = "{mode}"\n')
    common = {"session_id": "s", "cwd": str(project), "hook_event_name": "PreToolUse", "tool_name": "Bash"}
    common |= {"codex": {"turn_id": "t"}, "copilot": {"timestamp": "2026"}}.get(dialect, {})
    for command, dangerous in (("git push --force origin main", True), ("git commit -m 'push --force'", False)):
        event = {**common, "tool_input": {"command": command}}
        if dialect != "copilot":
            event["tool_use_id"] = command
        done = run("hooks", "event", stdin=json.dumps(event), check=True)
        answer = check_answer(dialect, event, done.stdout)
        inner = answer.get("hookSpecificOutput", answer)
        assert inner.get("permissionDecision", "") == (said if dangerous else "")
        if dangerous and said:
            assert "git-force-push" in inner["permissionDecisionReason"]
            assert ("Ask the user" in inner["permissionDecisionReason"]) == (dialect == "codex" and mode == "ask")
    found = [event["fields"] for event in journal(memory())]
    assert found[0]["dangers"] == ["git-force-push"] and "dangers" not in found[1]
    assert found[0].get("decision", "warn") == mode


def test_a_project_may_only_tighten_safety(run: Run, project: Path, environ: dict[str, str]) -> None:
    settings_file(environ, '[safety]\nmode = "deny"\n')
    (project / "hooks.toml").write_text('[safety]\nmode = "warn"\n')
    event = {
        "hook_event_name": "PreToolUse",
        "tool_name": "Bash",
        "tool_input": {"command": "rm -rf x"},
        "session_id": "s",
    }
    assert '"deny"' in run("hooks", "event", stdin=json.dumps(event)).stdout


def test_an_event_that_comes_twice_is_kept_once(run: Run, project: Path, memory: Any) -> None:
    event = {"session_id": "s", "hook_event_name": "PostToolUse", "tool_name": "Bash", "tool_use_id": "t1"}
    event_text = json.dumps({**event, "tool_input": {"command": "ls"}})
    for _ in range(2):
        run("hooks", "event", stdin=event_text, check=True)
    prompt = json.dumps({"session_id": "s", "hook_event_name": "UserPromptSubmit", "prompt": "x", "prompt_id": "p1"})
    for _ in range(2):
        run("hooks", "event", stdin=prompt, check=True)
    store = memory()
    assert [event["verb"] for event in journal(store)] == ["post-command", "pre-task"]
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
    assert [process.wait(30) for process in started] == [0] * 24
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


def test_context_is_short_enough_and_data(run: Run, project: Path) -> None:
    for number in range(12):
        run("memory", "store", f"k/{number}", "\U0001f41d" * 1_500, check=True)
    start = {"session_id": "s", "hook_event_name": "SessionStart", "source": "startup"}
    answer = check_answer("claude-code", start, run("hooks", "event", stdin=json.dumps(start), check=True).stdout)
    text = answer["hookSpecificOutput"]["additionalContext"]
    assert len(text.encode("utf-16-le")) // 2 <= 10_000
    assert all(line.startswith(("[memory ", "| ", ": ", "|")) for line in text.splitlines())


def test_an_empty_memory_says_nothing(run: Run) -> None:
    start = {"session_id": "s", "hook_event_name": "SessionStart", "source": "startup"}
    assert run("hooks", "event", stdin=json.dumps(start), check=True).stdout == ""


def test_figures_of_earlier_sessions_push_nothing_out(run: Run) -> None:
    start = {"hook_event_name": "SessionStart", "source": "startup", "session_id": "s1"}
    end = {"hook_event_name": "SessionEnd", "reason": "clear", "session_id": "s1"}
    for event in (start, end, start):
        assert run("hooks", "event", stdin=json.dumps(event), check=True).stdout == ""
    run("memory", "store", "decision", "we use SQLite", check=True)
    for number in range(3, 6):
        run("hooks", "session-end", "--session-id", f"s{number}", check=True)
    shown = run("hooks", "session-restore", "--session-id", "fresh", check=True).stdout
    assert shown.index("we use SQLite") < shown.index("sessions/s5/metrics")


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


# --- what is no event, and what cannot be kept ---------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["", "  \n"])
def test_nothing_on_stdin(run: Run, text: str) -> None:
    done = run("hooks", "event", stdin=text)
    assert (done.returncode, done.stdout) == (66, "") and "No event came" in done.stderr


@pytest.mark.parametrize("text", ["{", "[1]", '"x"', "hello", "null", '{"a":1} {"b":2}', "{'a':1}"])
def test_no_json_object(run: Run, text: str) -> None:
    done = run("hooks", "event", stdin=text)
    assert (done.returncode, done.stdout) == (65, "") and "not valid JSON" in done.stderr


def test_stdin_that_is_closed_silent_or_a_terminal(project: Path, environ: dict[str, str]) -> None:
    closed = subprocess.run(
        ["sh", "-c", f'exec "{PROGRAM}" hooks event <&-'], env=environ, cwd=project, capture_output=True, timeout=20
    )
    assert closed.returncode == 66
    reading, writing = os.pipe()
    began = time.monotonic()
    silent = subprocess.run(
        [PROGRAM, "hooks", "event"], stdin=reading, env=environ, cwd=project, capture_output=True, timeout=20
    )
    assert silent.returncode == 66 and time.monotonic() - began < 15
    # An agent that sends its event and never closes the pipe
    os.write(writing, b'{"session_id":"s","hook_event_name":"Stop"}')
    left_open = subprocess.run(
        [PROGRAM, "hooks", "event"], stdin=reading, env=environ, cwd=project, capture_output=True, timeout=20
    )
    assert (left_open.returncode, left_open.stderr) == (0, b"")
    os.close(reading)
    os.close(writing)
    main, terminal = pty.openpty()
    typed = subprocess.run(
        [PROGRAM, "hooks", "event"], stdin=terminal, env=environ, cwd=project, capture_output=True, timeout=20
    )
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
        assert done.returncode == 0 and "in use" in done.stderr and "is queued" in done.stderr
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


# --- the pure part ---------------------------------------------------------------------------------------------------------
VALUES = st.one_of(st.none(), st.text(max_size=30), st.integers(-5, 5), st.floats(allow_nan=False), st.booleans())


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.sampled_from(sorted(protocol.PATHS)), VALUES),
    st.sampled_from(["", *protocol.DIALECTS]),
    st.sampled_from(["", "nonsense", *protocol.KINDS]),
    st.sampled_from(["", "ask", "deny"]),
)
def test_any_fields_make_an_event_and_an_allowed_answer(found: Any, dialect: str, name: str, decision: str) -> None:
    event = protocol.read(found, dialect, name)
    what = meaning(event)
    assert what.verb and what.verb == what.verb.lower() and len(what.call_id) <= 256
    text = answers.render(event, answers.Answer("context", decision, "because", "notice"))
    if text:
        allowed = ANSWERS[event.dialect].get(event.kind, ANSWERS[event.dialect]["other"])
        Draft202012Validator(allowed).validate(json.loads(text))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.integers(1, 100))
def test_capped_keeps_whole_characters(text: str, limit: int) -> None:
    kept = capped(text, limit)
    assert text.startswith(kept) and len(kept.encode()) <= limit
    assert kept == text or len((kept + text[len(kept)]).encode()) > limit
