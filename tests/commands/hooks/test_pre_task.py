"""`hooks pre-task`: opens the session and a task in it."""

from __future__ import annotations

import json

from tests.conftest import Run


def log(run: Run) -> list[dict[str, object]]:
    """The journal's events, newest first."""
    return json.loads(run("memory", "log", "--json", check=True).stdout)["log"]


def test_prints_the_tasks_id_and_session(run: Run) -> None:
    done = run("hooks", "pre-task", "--description", "Build it", "--session-id", "s-1", check=True)
    assert done.stdout == "Task started: task-1 (session s-1, revision 1)\n"
    assert done.stderr == ""


def test_a_named_task(run: Run) -> None:
    told = json.loads(run("hooks", "pre-task", "--description", "d", "--task-id", "login", "--json", check=True).stdout)
    assert told["task_id"] == "login"
    assert told["session_id"] == "session-1", "without a session one is made"


def test_the_session_of_an_environment_variable(run: Run) -> None:
    done = run("hooks", "pre-task", "--description", "d", env={"HOOKS_SESSION_ID": "from-env"}, check=True)
    assert "session from-env" in done.stdout
    named = run(
        "hooks", "pre-task", "--description", "d", "--session-id", "named", env={"HOOKS_SESSION_ID": "x"}, check=True
    )
    assert "session named" in named.stdout


def test_nothing_is_required(run: Run) -> None:
    done = run("hooks", "pre-task")
    assert done.returncode == 0
    assert "no value for --description" in done.stderr


def test_bad_metadata_stores_nothing(run: Run) -> None:
    done = run("hooks", "pre-task", "--description", "d", "--metadata", "{'a': 1}")
    assert done.returncode == 65 and done.stdout == ""
    assert "character 2 " in done.stderr and "Nothing was stored" in done.stderr
    assert run("hooks", "pre-task", "--description", "d", check=True).stdout.startswith("Task started: task-1 ")


def test_an_unknown_option_is_recorded_and_strict_refuses_it(run: Run) -> None:
    done = run("hooks", "pre-task", "--description", "d", "--moon-phase", "full", check=True)
    assert done.stderr == "hooks-cli: recorded the unknown option --moon-phase\n"
    fields = json.dumps(log(run)[0])
    assert "moon-phase" in fields and "full" in fields
    refused = run("hooks", "pre-task", "--description", "d", "--moon-phase", "full", "--strict")
    assert refused.returncode == 64 and "--moon-phase" in refused.stderr


def test_load_memory_prints_the_brief(run: Run) -> None:
    run("memory", "store", "decisions/cache", "Redis", check=True)
    done = run("hooks", "pre-task", "--description", "d", "--load-memory", "true", check=True)
    assert done.stdout.startswith("Task started: ")
    assert "decisions/cache" in done.stdout and "| Redis" in done.stdout


def test_a_closed_session_is_opened_again(run: Run) -> None:
    run("hooks", "pre-task", "--description", "d", "--session-id", "s", check=True)
    run("hooks", "session-end", "--session-id", "s", check=True)
    run("hooks", "pre-task", "--description", "e", "--session-id", "s", check=True)
    assert "Session closed: s" in run("hooks", "session-end", check=True).stdout, "it is the active one again"
