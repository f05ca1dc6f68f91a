"""`hooks event`: what an agent is answered, on safety and as context, and that its protocol allows it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hooks_cli.features.agents.protocol import answers
from hooks_cli.features.agents.protocol import incoming as protocol
from hooks_cli.features.agents.protocol.meaning import meaning
from tests.agent_events import ANSWERS, check_answer, journal, settings_file
from tests.conftest import Run


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
    assert "we use SQLite" in shown and "sessions/s5/metrics" not in shown


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
