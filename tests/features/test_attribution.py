"""Whose call is it: options, variables, processes, guesses."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.conftest import PROGRAM, Run
from tests.terminals import Terminal

T0 = 1_760_702_400_000
HOUR = 3_600_000


def session_of(run: Run, key: str) -> str | None:
    return json.loads(run("memory", "recall", key, "--json", check=True).stdout)["entries"][0]["session_id"]


def shell(script: str, environ: dict[str, str], project: Path) -> subprocess.CompletedProcess[str]:
    """A process that lives longer than its commands, as an agent does."""
    return subprocess.run(["sh", "-c", script], env=environ, cwd=project, capture_output=True, text=True)


def test_two_agents_in_one_project_keep_to_their_own_sessions(run: Run, environ, project) -> None:
    for name in ("one", "two"):
        line = f"""
            {PROGRAM} hooks session-start --session-id {name} >/dev/null || exit 1
            sleep 0.5
            {PROGRAM} hooks notify --message m --memory-key from/{name} || exit 1
            sh -c '{PROGRAM} memory store nested/{name} v' || exit 1
        """
        globals().setdefault("_started", []).append(
            subprocess.Popen(["sh", "-c", line], env=environ, cwd=project, stdout=subprocess.DEVNULL)
        )
    assert [process.wait(timeout=60) for process in globals().pop("_started")] == [0, 0]
    for name in ("one", "two"):
        assert session_of(run, f"from/{name}") == name
        assert session_of(run, f"nested/{name}") == name


def test_a_guess_is_the_newest_active_session_of_the_last_twelve_hours(run: Run, environ, project) -> None:
    def call(at: int, *words: str) -> None:
        # Each in a process group of its own parent, so that nothing is bound.
        subprocess.run(
            ["setsid", "-w", PROGRAM, *words],
            env={**environ, "HOOKS_NOW": str(at)},
            cwd=project,
            check=True,
            capture_output=True,
        )

    call(T0, "hooks", "pre-task", "--description", "d", "--session-id", "old")
    call(T0 + HOUR, "hooks", "pre-task", "--description", "d", "--session-id", "newer")
    call(T0 + 2 * HOUR, "hooks", "notify", "--message", "m", "--session-id", "old", "--memory-key", "a")
    assert session_of(run, "a") == "old"


def test_ended_sessions_are_not_guessed(run: Run) -> None:
    run("hooks", "pre-task", "--description", "d", "--session-id", "s", check=True)
    run("hooks", "session-end", "--session-id", "s", check=True)
    run("hooks", "notify", "--message", "m", "--memory-key", "k", check=True)
    assert session_of(run, "k") is None


def test_twelve_hours_later_nobody_is_guessed(run: Run, environ, project) -> None:
    run("hooks", "notify", "--message", "m", "--session-id", "s", env={"HOOKS_NOW": str(T0)}, check=True)
    run("hooks", "notify", "--message", "m", "--memory-key", "k", env={"HOOKS_NOW": str(T0 + 11 * HOUR)}, check=True)
    assert session_of(run, "k") == "s"
    run("hooks", "notify", "--message", "m", "--memory-key", "l", env={"HOOKS_NOW": str(T0 + 24 * HOUR)}, check=True)
    assert session_of(run, "l") is None


def test_the_agent(run: Run) -> None:
    run("hooks", "notify", "--message", "m", "--memory-key", "a", "--agent-id", "coder", check=True)
    run("hooks", "notify", "--message", "m", "--memory-key", "b", env={"HOOKS_AGENT": "tester"}, check=True)
    run("memory", "store", "c", "v", env={"HOOKS_AGENT": "tester"}, check=True)
    agents = [json.loads(run("memory", "recall", key, "--json").stdout)["entries"][0]["agent"] for key in "abc"]
    assert agents == ["coder", "tester", "tester"]


# --- processes ---------------------------------------------------------------------------------------------------------
def detached(environ: dict[str, str], project: Path, *words: str, stdin: str = "") -> None:
    """One call in a shell of its own below this process, as a harness makes them for each agent."""
    line = f"{PROGRAM} " + " ".join(f"'{word}'" for word in words) + "; true"
    subprocess.run(
        ["setsid", "-w", "sh", "-c", line],
        env=environ,
        cwd=project,
        check=True,
        capture_output=True,
        input=stdin.encode(),
    )


def entry(run: Run, key: str) -> dict[str, Any]:
    return json.loads(run("memory", "recall", key, "--json", check=True).stdout)["entries"][0]


def test_the_shared_parent_of_two_agents_decides_nothing(run: Run, environ, project) -> None:
    for name in ("one", "two"):
        detached(environ, project, "hooks", "session-start", "--session-id", name)
    detached(environ, project, "hooks", "notify", "--message", "m", "--memory-key", "k")
    log = json.loads(run("memory", "log", "--limit", "1", "--json", check=True).stdout)["log"][0]
    assert log["attribution"] == "guessed"
    detached(environ, project, "hooks", "notify", "--message", "m", "--memory-key", "l", "--session-id", "one")
    assert entry(run, "l")["session_id"] == "one"


def test_the_only_session_of_a_process_is_bound_to_it(run: Run, environ, project) -> None:
    detached(environ, project, "hooks", "session-start", "--session-id", "one")
    detached(environ, project, "memory", "store", "k", "v")
    assert session_of(run, "k") == "one"
    assert json.loads(run("memory", "log", "--limit", "1", "--json").stdout)["log"][0]["attribution"] != "guessed"


def test_while_the_agent_lives_its_parents_other_children_are_not_it(run: Run, environ, project) -> None:
    script = f"{PROGRAM} hooks session-start --session-id one >/dev/null; echo ready; read line"
    agent = subprocess.Popen(
        ["sh", "-c", script], env=environ, cwd=project, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert agent.stdin and agent.stdout and agent.stdout.readline() == "ready\n"
    detached(environ, project, "hooks", "notify", "--message", "m", "--memory-key", "k")
    lines = json.loads(run("memory", "log", "--limit", "1", "--json").stdout)["log"]
    agent.communicate("\n", timeout=60)
    assert (lines[0]["key"], lines[0]["attribution"]) == ("k", "guessed")


def test_a_guess_is_shown_as_a_guess(run: Run, environ, project) -> None:
    for name in ("one", "two"):
        detached(environ, project, "hooks", "session-start", "--session-id", name)
    detached(environ, project, "hooks", "notify", "--message", "m", "--memory-key", "k")
    whose = entry(run, "k")
    assert whose["guessed"] is True and whose["session_id"] in ("one", "two")
    shown = "~" + whose["session_id"]
    assert f"\t{shown}" in run("memory", "log", "--limit", "1").stdout
    assert json.loads(run("memory", "log", "--limit", "1", "--json").stdout)["log"][0]["guessed"] is True
    assert f"\t{shown}\t" in run("memory", "history", "k").stdout
    assert json.loads(run("memory", "history", "k", "--json").stdout)["versions"][0]["guessed"] is True
    assert f"session_id: {shown}\n" in run("memory", "show", "k").stdout
    assert json.loads(run("memory", "search", "m", "--json").stdout)["results"][0]["guessed"] is True
    assert f"session {shown}," in run("hooks", "session-restore", "--session-id", "three").stdout
    assert shown in run("monitor", "--once").stdout
    detached(environ, project, "hooks", "notify", "--message", "n", "--memory-key", "l", "--session-id", "one")
    assert "guessed" not in entry(run, "l")
    assert "\tone\t" in run("memory", "history", "l").stdout


# --- persons -----------------------------------------------------------------------------------------------------------
def at_terminal(environ: dict[str, str], project: Path, *words: str) -> str:
    terminal = Terminal(*words, env=environ, cwd=project)
    terminal.end()
    return terminal.shown


def test_nothing_is_guessed_for_a_person(run: Run, environ, project) -> None:
    run("hooks", "session-start", "--session-id", "agents", check=True)
    at_terminal(environ, project, "memory", "store", "note", "mine")
    assert session_of(run, "note") is None
    at_terminal({**environ, "CI": "true"}, project, "memory", "store", "job", "its")
    assert session_of(run, "job") == "agents"


# --- agents' own events ------------------------------------------------------------------------------------------------
def event(name: str, session: str, **more: str) -> str:
    return json.dumps({"hook_event_name": name, "session_id": session, **more})


def test_after_clear_the_stale_variable_is_replaced(run: Run, environ, project) -> None:
    script = f"""
        say() {{ printf '%s' "$1" | {PROGRAM} hooks event >/dev/null; }}
        say '{event("SessionStart", "first", source="startup")}'
        export HOOKS_SESSION_ID=first
        {PROGRAM} memory store before v
        say '{event("SessionEnd", "first", reason="clear")}'
        say '{event("SessionStart", "second", source="clear")}'
        {PROGRAM} memory store after v
        HOOKS_SESSION_ID=sub-agent {PROGRAM} memory store named v
    """
    assert shell(script, environ, project).returncode == 0
    assert [session_of(run, key) for key in ("before", "after", "named")] == ["first", "second", "sub-agent"]


def test_a_resumed_session_replaces_one_that_never_ended(run: Run, environ, project) -> None:
    script = f"""
        say() {{ printf '%s' "$1" | {PROGRAM} hooks event >/dev/null; }}
        say '{event("SessionStart", "first", source="startup")}'
        say '{event("SessionStart", "second", source="resume")}'
        HOOKS_SESSION_ID=first {PROGRAM} memory store after v
    """
    assert shell(script, environ, project).returncode == 0
    assert session_of(run, "after") == "second"


def test_the_events_own_session_ranks_before_the_variable(run: Run) -> None:
    told = event("PostToolUse", "told", tool_name="Write")
    variable = {"HOOKS_SESSION_ID": "variable"}
    run("hooks", "session-end", stdin=event("Stop", "told"), env=variable, check=True)
    run("hooks", "event", stdin=told, env=variable, check=True)
    lines = json.loads(run("memory", "log", "--limit", "2", "--json").stdout)["log"]
    assert [line["session_id"] for line in lines] == ["told", "told"]
    run("hooks", "notify", "--message", "m", "--session-id", "option", stdin=told, env=variable, check=True)
    assert json.loads(run("memory", "log", "--limit", "1", "--json").stdout)["log"][0]["session_id"] == "option"


# --- the end of a session ----------------------------------------------------------------------------------------------
def test_calls_that_name_no_session_belong_to_the_one_that_ends(run: Run, environ, project) -> None:
    """claude-flow's settings: `jq` takes the event, and `session-end` is called at each Stop."""
    (project / "a.py").write_text("a")
    (project / "b.py").write_text("b")
    for file in ("a.py", "b.py"):
        run("hooks", "post-edit", "--file", file, "--memory-key", f"edits/{file}", check=True)
    at_terminal(environ, project, "hooks", "notify", "--message", "by hand")
    run("hooks", "session-end", stdin=event("Stop", "s"), check=True)
    metrics = json.loads(run("hooks", "metrics", "--session-id", "s", "--json", check=True).stdout)
    assert metrics["files_edited"] == 2
    assert session_of(run, "edits/a.py") == "s"
    by_hand = json.loads(run("memory", "log", "--verb", "notify", "--json").stdout)["log"]
    assert [line["session_id"] for line in by_hand] == [None]
    run("hooks", "post-edit", "--file", "a.py", check=True)
    run("hooks", "session-end", stdin=event("Stop", "other"), check=True)
    assert json.loads(run("hooks", "metrics", "--session-id", "s", "--json").stdout)["files_edited"] == 2
    assert json.loads(run("hooks", "metrics", "--session-id", "other", "--json").stdout)["files_edited"] == 1
    run("memory", "verify", check=True)


def test_tasks_end_with_their_session_and_may_be_finished_later(run: Run) -> None:
    run("hooks", "pre-task", "--task-id", "t", "--description", "d", "--session-id", "s", check=True)
    run("hooks", "session-end", "--session-id", "s", check=True)
    tasks = json.loads(run("task", "list", "--json", check=True).stdout)["tasks"]
    assert (tasks[0]["state"], tasks[0]["outcome"]) == ("abandoned", None)
    assert "\tabandoned\t" in run("task", "list").stdout
    run("hooks", "post-task", "--task-id", "t", "--session-id", "s", "--success", "true", check=True)
    tasks = json.loads(run("task", "list", "--json", check=True).stdout)["tasks"]
    assert [(task["state"], task["outcome"]) for task in tasks] == [("success", "success")]
