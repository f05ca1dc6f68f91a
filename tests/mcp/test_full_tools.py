"""The tools of `--tools full`: what they record, what they write, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.mcp_client import Client, ToolError

Environ = dict[str, str]


def test_what_starts_nothing_says_so_and_is_recorded(run: Run, project: Path, environ: Environ) -> None:
    with Client(environ, project, "--tools", "full") as client:
        swarm = client.call("swarm_init", topology="mesh", maxAgents=5, memory_key="swarm/one")
        agent = client.call("agent_spawn", agentType="coder", name="coder-1", model="x")
        task = client.call("task_orchestrate", task="Build the API", strategy="parallel")
        status = client.call("swarm_status")
        agents = client.call("agent_list")
        with pytest.raises(ToolError) as error:
            client.call("agent_spawn", name="without a type")
    for answer in (swarm, agent, task):
        assert answer["recorded"] is True and answer["executed"] is False and "Nothing was started" in answer["message"]
    assert [event["event"] for event in status["events"]] == ["task-orchestrated", "agent-spawned", "swarm-init"]
    assert status["events"][1]["said"]["attributes"] == {"model": "x"}
    assert [event["said"]["name"] for event in agents["events"]] == ["coder-1"]
    assert json.loads(run("memory", "recall", "swarm/one", check=True).stdout)["max_agents"] == 5
    assert error.value.error["code"] == 64
    assert "agent-spawned" in run("memory", "log", check=True).stdout


def test_tasks_are_read_back(project: Path, environ: Environ) -> None:
    with Client(environ, project, "--tools", "full") as client:
        client.call("hooks_pre-task", task_id="t-1", description="one")
        client.call("hooks_pre-task", task_id="t-2", description="two")
        client.call("hooks_post-task", task_id="t-1", success=False)
        one = client.call("task_status", taskId="t-1")
        both = client.call("task_status")
    assert [(task["task_id"], task["outcome"]) for task in one["tasks"]] == [("t-1", "failure")]
    assert [task["task_id"] for task in both["tasks"]] == ["t-2", "t-1"]


def test_copies_and_exports_are_new_files_in_the_project_or_the_export_folder(
    run: Run, project: Path, environ: Environ, tmp_path: Path
) -> None:
    secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
    (project / "link").symlink_to(tmp_path)
    with Client(environ, project, "--tools", "full") as client:
        client.call("memory_store", key="k", value="v")
        client.call("memory_store", key="conf/token", value=secret)
        exports = Path(environ["HOOKS_HOME"]) / "data" / "exports"
        copy = client.call("memory_backup")
        inside = client.call("memory_backup", path="sub.backup")
        exported = client.call("memory_export", path=str(project / "out.json"))
        usual = client.call("memory_export", format="csv")
        assert Path(copy["path"]).parent == exports == Path(inside["path"]).parent == Path(usual["path"]).parent
        for path in ("../x.json", "link/x.json", str(tmp_path / "x.json"), "/tmp/x.json"):
            with pytest.raises(ToolError) as error:
                client.call("memory_export", path=path)
            assert error.value.error["code"] == 77
        for tool, path in (("memory_export", str(project / "hooks.toml")), ("memory_backup", "sub.backup")):
            with pytest.raises(ToolError) as error:
                client.call(tool, path=path)
            assert error.value.error["code"] == 73
    assert secret not in Path(exported["path"]).read_text() and secret not in Path(usual["path"]).read_text()
    assert (project / "hooks.toml").read_text() == ""
    run("memory", "restore", copy["path"], "--dry-run", check=True)


def test_namespaces_are_listed_and_never_deleted(project: Path, environ: Environ) -> None:
    with Client(environ, project, "--tools", "full") as client:
        client.call("memory_store", key="a/b", value="v")
        listed = client.call("memory_namespace", action="list")
        created = client.call("memory_namespace", action="create", namespace="new")
        with pytest.raises(ToolError):
            client.call("memory_namespace", action="delete", namespace="a")
        client.call("memory_delete", key="a/b")
        client.call("memory_undelete", key="a/b")
        persisted = client.call("memory_persist", sessionId="s")
        assert client.call("memory_retrieve", key="a/b")["value"] == "v"
    assert listed["namespaces"] == [{"namespace": "a", "entries": 1, "value_bytes": 1}]
    assert created["created"] is False and created["usable"] is True
    assert persisted["persisted"] is True and persisted["executed"] is False
