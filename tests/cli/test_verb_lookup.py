"""The memory as scripts of other programs call it: under `hooks`, by `--memory-key`, with its namespace named twice or once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hooks_cli.cli import catalogue, foreign_verbs
from tests.agent_events import journal
from tests.conftest import Run


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        (["hooks", "memory-store", "--key", "a/b"], ["hooks", "memory-retrieve", "--key", "a/b"]),
        (["hook", "memory:store", "--memory-key", "a/b"], ["hooks", "memory:retrieve", "--memory-key", "a/b"]),
        (["hooks", "memory", "--action", "store", "--key", "a/b"], ["hooks", "memory", "retrieve", "--key", "a/b"]),
        (["hooks", "memory", "store", "--key", "b", "--namespace", "a"], ["memory", "get", "a/b"]),
    ],
)
def test_the_memory_under_hooks(run: Run, stored: list[str], read: list[str]) -> None:
    assert (
        run(*stored, "--value", '{"n": 1}', check=True).stdout == "Stored successfully: a/b (revision 1, version 1)\n"
    )
    assert run(*read, check=True).stdout == '{"n": 1}'


def test_the_memory_under_hooks_is_as_strict_as_elsewhere(run: Run) -> None:
    missing = run("hooks", "memory-retrieve", "--key", "nowhere")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert run("hooks", "memory-store", "--key", "k").returncode == 64
    assert run("hooks", "memory-nothing").returncode == 64
    assert "Total entries: 0" in run("hooks", "memory-usage", check=True).stdout


def test_values_alone(run: Run, project: Path) -> None:
    run("memory", "store", "--namespace", "budget", "--key", "one", "--value", '{"usd": 5}', check=True)
    run("memory", "store", "budget/two", "x" * 3_000, check=True)
    asked = ("memory", "retrieve", "--namespace", "budget", "--key", "one", "--value-only")
    for told in (run(*asked, check=True), run(*asked, "--format", "json", check=True)):
        assert (told.stdout, told.stderr) == ('{"usd": 5}', "")
    run(*asked, "--output", "one.json", check=True)
    assert json.loads((project / "one.json").read_text()) == {"usd": 5}
    assert run("memory", "get", "budget/*", "--value-only", check=True).stdout == "x" * 3_000 + '\n{"usd": 5}\n'


def test_a_namespace_said_twice_or_once(run: Run) -> None:
    run("memory", "store", "--namespace", "cache", "--key", "cache/x", "--value", "twice", check=True)
    run("memory", "store", "--namespace", "tasks", "--key", "y", "--value", "once", check=True)
    doubled = run("memory", "retrieve", "--key", "cache/x", check=True)
    assert doubled.stdout == "twice"
    assert doubled.stderr == "hooks-cli: nothing is at cache/x; this is cache/cache/x\n"
    listed = json.loads(run("memory", "list", "--namespace", "tasks", "--json", check=True).stdout)["entries"][0]["key"]
    again = run("memory", "retrieve", "--namespace", "tasks", "--key", listed, check=True)
    assert (again.stdout, again.stderr) == ("once", "hooks-cli: nothing is at tasks/tasks/y; this is tasks/y\n")
    assert run("memory", "retrieve", "--namespace", "cache", "--key", "cache/x", check=True).stderr == ""


def test_what_was_deleted_is_not_looked_for_elsewhere(run: Run) -> None:
    run("memory", "store", "--namespace", "a", "--key", "a/k", "--value", "inner", check=True)
    run("memory", "store", "a/k", "outer", check=True)
    run("memory", "delete", "a/k", check=True)
    gone = run("memory", "get", "a/k")
    assert (gone.returncode, gone.stdout) == (1, "")
    assert "deleted" in gone.stderr
    assert run("memory", "get", "a/none", "--default", "d", check=True).stdout == "d"


def test_namespaces_need_no_making(run: Run) -> None:
    empty = run("memory", "namespace", "list", check=True)
    assert (empty.stdout, empty.stderr) == ("", "hooks-cli: no namespace has an entry\n")
    for words in (["namespace", "--create", "swarm"], ["namespace", "create", "swarm", "--description", "for agents"]):
        assert "Nothing to make: the namespace swarm" in run("memory", *words, check=True).stdout
    assert run("memory", "namespace", "create", "a/../b").returncode == 65
    run("memory", "store", "swarm/a", "1", check=True)
    run("memory", "store", "b", "2", check=True)
    assert run("memory", "namespaces", check=True).stdout == "(none)\t1\nswarm\t1\n"
    told = json.loads(run("memory", "list-namespaces", "--namespace", "swarm", "--json", check=True).stdout)
    assert told["namespaces"] == [{"namespace": "swarm", "entries": 1, "value_bytes": 1}]
    for words in (["delete", "swarm"], ["quota"], ["create"]):
        assert run("memory", "namespace", *words).returncode == 64
    assert run("memory", "get", "swarm/a", check=True).stdout == "1"


def test_other_words_for_verbs(run: Run) -> None:
    run("memory", "store", "stale/a", "1", check=True)
    assert "Total entries: 1" in run("memory", "analytics", check=True).stdout
    assert "Would delete 1 entry" in run("memory", "purge", "--namespace", "stale", "--dry-run", check=True).stdout
    run("memory", "purge", "--namespace", "stale", "--force", check=True)
    assert run("memory", "list", check=True).stdout == ""


EVENT = json.dumps(
    {
        "session_id": "s-1",
        "hook_event_name": "PostToolUse",
        "tool_name": "Edit",
        "tool_input": {"file_path": "src/app.ts", "command": "npm test"},
    }
)


@pytest.mark.parametrize("verb", ["pre-edit", "pre-write", "post-edit"])
def test_a_placeholder_that_nobody_fills_in_is_what_the_event_says(run: Run, memory: Any, verb: str) -> None:
    run("hooks", verb, "--file", "${tool.params.file_path}", stdin=EVENT, check=True)
    run("hooks", verb, "--file", "${tool.params.file_path}", stdin="", check=True)
    told, literal = journal(memory())
    assert (told["fields"]["file"], told["session"]) == ("src/app.ts", "s-1")
    assert literal["fields"]["file"] == "${tool.params.file_path}"


def test_the_session_of_a_placeholder(run: Run, memory: Any) -> None:
    run("hooks", "session-start", "--session-id", "${session.id}", stdin=EVENT, check=True)
    run("hooks", "pre-bash", "--command", "${tool.params.command}", stdin=EVENT, check=True)
    assert [event["session"] for event in journal(memory())] == ["s-1", "s-1"]


@pytest.mark.parametrize(
    "words",
    [["post-edit", "--file", "a.txt"], ["post-command", "-c", "npm test"], ["post-bash", "-c", "npm test"]],
)
def test_a_short_s_is_the_success(run: Run, memory: Any, words: list[str]) -> None:
    run("hooks", *words, "-s", "false", check=True)
    run("hooks", *words, "-s", "hive-1", check=True)
    without, within = journal(memory())
    assert without["fields"]["success"] is False
    assert "session_id" not in without["fields"] and without["session"] != "false"
    assert within["session"] == "hive-1"


def test_a_short_s_of_tasks_and_sessions(run: Run, memory: Any) -> None:
    run("hooks", "pre-task", "-i", "t1", "-d", "x", "--session-id", "s-9", check=True)
    run("hooks", "post-task", "-i", "t1", "-s", "true", check=True)
    run("hooks", "session-end", "-s", "true", check=True)
    assert [event["session"] for event in journal(memory())] == ["s-9", "s-9", "s-9"]
    shown = json.loads(run("task", "list", "--json", check=True).stdout)
    assert shown["tasks"][0]["outcome"] == "success"


def test_an_empty_variable_in_a_key(run: Run) -> None:
    done = run("memory", "store", "--key", "todos/", "--value", "x", "--namespace", "tasks")
    assert done.returncode == 65 and "is a variable in it empty?" in done.stderr


def test_an_event_of_another_name_is_kept_under_it(run: Run, memory: Any) -> None:
    done = run("hooks", "post-deploy", "to", "--env", "prod", "--file", "a.yml", check=True)
    assert done.stdout == "Recorded: post-deploy (revision 1)\n"
    assert "there is no hooks verb post-deploy: kept as an event of that name, nothing else is done" in done.stderr
    told = run("hooks", "custom", "on-error", "-m", "it broke", "--memory-key", "errors/1", check=True)
    assert (told.stdout, told.stderr) == ("Stored successfully: errors/1 (revision 2, version 1)\n", "")
    run("hook", "task-completed", "--task-id", "t5", stdin=EVENT, check=True)
    run("hooks", "post-push", check=True)  # two letters from post-bash, and yet no slip
    first, second, third, _ = journal(memory())
    assert (first["verb"], first["fields"]["file"]) == ("post-deploy", "a.yml")
    assert first["fields"]["attributes"] == {"env": "prod", "argument": "to"}
    assert second["verb"] == "on-error"
    assert (third["verb"], third["session"], third["fields"]["task_id"]) == ("task-completed", "s-1", "t5")


def test_an_event_of_another_name_is_about_what_the_agent_tells(run: Run, memory: Any) -> None:
    done = run("hooks", "modify-bash", stdin=EVENT, check=True)
    assert done.stdout == "Recorded: modify-bash (revision 1)\n"
    (told,) = journal(memory())
    assert (told["verb"], told["fields"]["command"], told["session"]) == ("modify-bash", "npm test", "s-1")


@pytest.mark.parametrize("words", [["post-taks"], ["task-list"], ["custom"], ["custom", "Foo!"], ["on-"], ["pre-a_b"]])
def test_what_is_no_name_of_an_event(run: Run, words: list[str]) -> None:
    done = run("hooks", *words)
    assert (done.returncode, done.stdout) == (64, "")


@pytest.mark.parametrize("group", ["hooks", "memory"])
def test_verbs_that_only_claude_flow_has_are_explained(run: Run, group: str) -> None:
    words = [word for _, _, row in foreign_verbs.TABLES[group] for word in row.split()]
    assert len(words) == len(set(words)) > 20
    for word in words:
        assert catalogue.load(group, word) is None, word
    for line in ([words[0], "--task", "x"], [words[-1], "-b", "5", "a b"], [words[0], "--help"]):
        done = run(group, *line)
        assert (done.returncode, done.stdout) == (64, "")
        assert done.stderr.startswith(f"hooks-cli: There is no command {group} {line[0]}.\n  It is claude-flow's own")
    assert "It is claude-flow's own" in run("help", group, words[0]).stderr


def test_a_good_guess_is_told_what_comes_nearest(run: Run) -> None:
    done = run("memory", "cp", "a", "b")
    assert done.returncode == 64 and "memory store TO --stdin" in done.stderr
    for _, words in foreign_verbs._GUESSES:
        for word in words.split():
            assert catalogue.load("memory", word) is None, word


def test_settings_that_call_events_of_their_own_are_valid(run: Run, project: Path) -> None:
    (project / ".claude").mkdir()
    calls = ["hooks pre-deploy", "hooks memory-store --key k", "hooks route --task x"]
    handlers = [{"hooks": [{"type": "command", "command": f"npx claude-flow@alpha {call}"}]} for call in calls]
    (project / ".claude/settings.json").write_text(json.dumps({"hooks": {"PreToolUse": handlers}}))
    assert "There is no command hooks memory-sync." in run("hooks", "memory-sync").stderr
    done = run("hooks", "validate-config")
    assert "hooks route, which does not exist" in done.stdout
    assert "pre-deploy" not in done.stdout and "memory-store" not in done.stdout
