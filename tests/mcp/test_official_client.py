"""The server, driven by the client of the official SDK, in both eras of the protocol."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROGRAM, Run

mcp = pytest.importorskip("mcp", reason="needs the official MCP SDK: pip install 'hooks-cli[dev]'")
MODERN, LEGACY = "auto", "legacy"
# Each tool once, with the arguments that prompts give it.
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("memory_usage", {"action": "store", "key": "k", "value": "hellö", "namespace": "swarm", "ttl": 3600}),
    ("memory_usage", {"action": "retrieve", "key": "k", "namespace": "swarm"}),
    ("memory_search", {"pattern": "hellö"}),
    ("memory_store", {"key": "object", "value": {"a": [1]}, "tags": ["x"]}),
    ("memory_retrieve", {"key": "object"}),
    ("memory_list", {"namespace": "swarm"}),
    ("memory_history", {"key": "swarm/k"}),
    ("hooks_pre-task", {"description": "d", "sessionId": "s-1", "taskId": "t-1"}),
    ("hooks_post-edit", {"filePath": "hooks.toml", "success": True}),
    ("hooks_notify", {"message": "m", "memory_key": "n/m"}),
    ("hooks_post-task", {"taskId": "t-1", "success": True, "quality": 0.9}),
    ("session_restore", {"session_id": "s-1"}),
    ("memory_delete", {"key": "object"}),
    ("memory_namespace", {"action": "list"}),
    ("memory_backup", {}),
    ("memory_export", {"format": "json"}),
    ("memory_persist", {}),
    ("memory_undelete", {"key": "object"}),
    ("swarm_init", {"topology": "mesh", "maxAgents": 5}),
    ("agent_spawn", {"type": "coder"}),
    ("task_orchestrate", {"task": "t"}),
    ("swarm_status", {}),
    ("agent_list", {}),
    ("task_status", {"taskId": "t-1"}),
]


def client(mode: str, project: Path, environ: dict[str, str], *options: str) -> Any:
    parameters = mcp.StdioServerParameters(
        command=str(PROGRAM), args=["mcp", "start", *options], env=environ, cwd=str(project)
    )
    return mcp.Client(parameters, mode=mode)


@pytest.mark.parametrize(("mode", "version"), [(MODERN, "2026-07-28"), (LEGACY, "2025-11-25")])
def test_every_tool_answers(mode: str, version: str, run: Run, project: Path, environ: dict[str, str]) -> None:
    async def drive() -> None:
        async with client(mode, project, environ, "--tools", "full") as session:
            assert session.protocol_version == version
            assert session.server_info.name == "hooks-cli"
            listed = {tool.name for tool in (await session.list_tools()).tools}
            assert listed == {name for name, _ in CALLS}
            for name, arguments in CALLS:
                result = await session.call_tool(name, arguments)
                assert not result.is_error, (name, result.structured_content)
                assert result.structured_content and result.content[0].text
            failed = await session.call_tool("memory_store", {"key": "a//b", "value": "v"})
            assert failed.is_error and failed.structured_content["error"]["code"] == 65

    asyncio.run(drive())
    assert run("memory", "recall", "swarm/k", check=True).stdout == "hellö"


@pytest.mark.parametrize("mode", [MODERN, LEGACY])
def test_calls_in_flight_are_all_answered(mode: str, run: Run, project: Path, environ: dict[str, str]) -> None:
    async def drive() -> None:
        async with client(mode, project, environ) as session:
            stored = await asyncio.gather(
                *[session.call_tool("memory_store", {"key": f"a/{n}", "value": str(n)}) for n in range(100)]
            )
            assert sorted(result.structured_content["revision"] for result in stored) == list(range(1, 101))

    asyncio.run(drive())
    assert run("memory", "stats", "--json").returncode == 0


@pytest.mark.parametrize("mode", [MODERN, LEGACY])
def test_an_unknown_tool_is_an_error_of_the_protocol(mode: str, project: Path, environ: dict[str, str]) -> None:
    async def drive() -> None:
        async with client(mode, project, environ) as session:
            with pytest.raises(mcp.MCPError) as error:
                await session.call_tool("nothing", {})
            assert error.value.code == -32602

    asyncio.run(drive())
