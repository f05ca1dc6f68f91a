"""A server that is away or far: reads go on and say from when they are, hooks calls are queued and replayed once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.machines import Machine, Machines


@pytest.fixture
def folder(tmp_path: Path) -> Machines:
    """Machines over a log in a folder, which a test takes away and brings back."""
    (tmp_path / "log").mkdir()
    return Machines(tmp_path, f"folder:{tmp_path / 'log'}", {})


def take_away(machines: Machines) -> None:
    shutil.move(machines.folder / "log", machines.folder / "away")


def bring_back(machines: Machines) -> None:
    shutil.move(machines.folder / "away", machines.folder / "log")


def events(machine: Machine, verb: str) -> int:
    body = machine.json("memory", "log", "--limit", "1000")
    return sum(1 for event in body["log"] if event["verb"] == verb)


def test_hooks_calls_are_queued_and_replayed_once_in_order(folder: Machines) -> None:
    a = folder.first()
    b = folder.joined(a)
    take_away(folder)
    for number in range(3):
        done = a.run("hooks", "notify", "--message", f"n{number}", "--memory-key", "log/n")
        assert done.stdout == "Queued: log/n\n"
        assert "The call is queued." in done.stderr
    body = a.json("hooks", "notify", "--message", "json", "--memory-key", "log/j")
    assert body == {"schema_version": "1", "queued": True, "key": "log/j"}
    assert a.run("memory", "recall", "log/n", code=1).stdout == ""
    bring_back(folder)
    a.run("remote", "pull")
    assert len(a.json("memory", "history", "log/n")["versions"]) == 3
    b.run("remote", "pull")
    assert b.run("memory", "recall", "log/n").stdout == "n2"
    assert events(b, "notify") == 4
    a.run("remote", "pull")
    assert events(a, "notify") == 4
    folder.equal()


def test_a_queued_task_can_be_closed_by_the_name_that_was_printed(folder: Machines) -> None:
    a = folder.first()
    take_away(folder)
    name = a.run("hooks", "pre-task", "--description", "offline").stdout.split()[-1]
    assert name.startswith("task-")
    bring_back(folder)
    a.run("remote", "pull")
    a.run("hooks", "post-task", "--task-id", name, "--success", "true")
    tasks = a.json("task", "list")["tasks"]
    assert len(tasks) == 1
    assert tasks[0]["description"] == "offline"
    folder.equal()


def test_waiting_can_be_asked_for(folder: Machines) -> None:
    a = folder.first()
    config = a.home / "hooks" / "config" / "config.toml"
    config.write_text('[remote]\nhooks = "wait"\n')
    take_away(folder)
    assert a.run("hooks", "notify", "--message", "x", code=75).stdout == ""
    bring_back(folder)
    config.write_text('[remote]\nhooks = "queue"\n')
    assert a.run("hooks", "notify", "--message", "later").stdout == "queued\n"
    assert "Stored successfully" in a.run("hooks", "notify", "--message", "now", "--memory-key", "k").stdout
    a.run("remote", "pull")
    assert events(a, "notify") == 2
    folder.equal()


def test_a_project_cannot_name_the_server_or_how(folder: Machines) -> None:
    a = folder.first()
    (a.project / "hooks.toml").write_text('[remote]\nhooks = "queue"\nurl = "postgresql://elsewhere/x"\n')
    done = a.run("hooks", "notify", "--message", "x")
    assert "queued" not in done.stdout
    assert "remote.hooks" in done.stderr


def test_reads_say_from_when_they_are(folder: Machines) -> None:
    a = folder.first()
    b = folder.joined(a)
    a.run("memory", "store", "k", "new")
    b.run("remote", "pull")
    a.run("memory", "store", "k", "newer")
    body = b.json("memory", "recall", "k")
    assert body["as_of"].startswith("20")
    assert body["entries"][0]["data"] == "new"
    assert b.json("memory", "list")["as_of"] == body["as_of"]
    assert b.json("memory", "search", "new")["as_of"] == body["as_of"]
    fresh = b.json("memory", "recall", "k", "--fresh")
    assert fresh["entries"][0]["data"] == "newer"
    later = {"HOOKS_NOW": "2099-01-01T00:00:00Z"}
    old = b.run("memory", "recall", "k", env=later)
    assert "as of" in old.stderr
    assert "--fresh" in old.stderr
    take_away(folder)
    assert b.run("memory", "recall", "k").stdout == "newer"
    b.run("memory", "recall", "k", "--fresh", code=75)


def test_a_write_is_refused_not_queued_by_memory_store(folder: Machines) -> None:
    a = folder.first()
    take_away(folder)
    done = a.run("memory", "store", "k", "x", "--json", code=75)
    assert json.loads(done.stderr)["error"]["name"] == "server-unreachable"


def test_a_copy_is_not_put_in_place_of_a_shared_memory(folder: Machines) -> None:
    a = folder.first()
    a.run("memory", "backup", "copy.backup")
    done = a.run("memory", "restore", "copy.backup", code=76)
    assert "remote leave" in done.stderr
    a.run("memory", "restore", "copy.backup", "--dry-run")
