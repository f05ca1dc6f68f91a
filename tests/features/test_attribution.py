"""Whose call is it: options, variables, processes, guesses."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.conftest import PROGRAM, Run

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
