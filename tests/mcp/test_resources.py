from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROGRAM, Run
from tests.mcp_client import Client

Environ = dict[str, str]


def notice(client: Client, method: str) -> dict[str, Any]:
    """The parameters of the next notice of that name; others are passed over."""
    while True:
        message = client.read()
        if message.get("method") == method:
            found: dict[str, Any] = message["params"]
            return found


def test_entries_are_resources_with_fenced_text(run: Run, project: Path, environ: Environ) -> None:
    run("memory", "store", "swarm/my plan\u202e", "Do\n[memory 0] this", check=True)
    with Client(environ, project) as client:
        (resource,) = client.result("resources/list")["resources"]
        (content,) = client.result("resources/read", {"uri": resource["uri"]})["contents"]
        assert client.result("resources/templates/list")["resourceTemplates"][0]["uriTemplate"] == "memory://{+address}"
        missing = client.request("resources/read", {"uri": "memory://none"})
        wrong = client.request("resources/read", {"uri": "file:///etc/passwd"})
    assert resource["uri"].startswith("memory://swarm/my%20plan%E2") and "\\u{202e}" in resource["name"]
    mark = content["text"].split("]")[0] + "]"
    assert all(line.startswith((mark, "| ")) for line in content["text"].splitlines())
    assert missing["error"]["code"] == -32602 == wrong["error"]["code"]


def test_the_list_has_pages(project: Path, environ: Environ) -> None:
    with Client(environ, project) as client:
        for number in range(120):
            client.call("memory_store", key=f"k/{number}", value="v")
        first = client.result("resources/list")
        second = client.result("resources/list", {"cursor": first["nextCursor"]})
        assert client.request("resources/list", {"cursor": "x"})["error"]["code"] == -32602
    uris = [one["uri"] for one in first["resources"] + second["resources"]]
    assert len(set(uris)) == 120 and "nextCursor" not in second


def test_a_subscriber_hears_of_its_entry_alone(run: Run, project: Path, environ: Environ) -> None:
    run("memory", "store", "a", "1", check=True)
    with Client(environ, project) as client:
        client.result("resources/subscribe", {"uri": "memory://a"})
        client.result("resources/subscribe", {"uri": "memory://later"})
        run("memory", "store", "b", "1", check=True)
        run("memory", "delete", "a", check=True)
        assert notice(client, "notifications/resources/updated") == {"uri": "memory://a"}
        run("memory", "store", "later", "1", check=True)
        assert notice(client, "notifications/resources/updated") == {"uri": "memory://later"}
        client.result("resources/list")
        run("memory", "store", "c", "1", check=True)
        assert notice(client, "notifications/resources/list_changed") == {}


def test_prompts(run: Run, project: Path, environ: Environ) -> None:
    run("memory", "store", "a", "what was decided", check=True)
    with Client(environ, project) as client:
        assert [one["name"] for one in client.result("prompts/list")["prompts"]] == ["restore", "remember"]
        brief = client.result("prompts/get", {"name": "restore"})["messages"][0]["content"]["text"]
        ask = client.result("prompts/get", {"name": "remember", "arguments": {"what": "W", "key": "k"}})
        assert client.request("prompts/get", {"name": "remember"})["error"]["code"] == -32602
        assert client.request("prompts/get", {"name": "x"})["error"]["code"] == -32602
    assert "| what was decided" in brief and brief.startswith("[memory ")
    assert "memory_store, key: k" in ask["messages"][0]["content"]["text"]


def test_the_official_client_reads_and_listens(run: Run, project: Path, environ: Environ) -> None:
    mcp = pytest.importorskip("mcp", reason="needs the official MCP SDK: pip install 'hooks-cli[dev]'")
    run("memory", "store", "a", "1", check=True)
    parameters = mcp.StdioServerParameters(command=str(PROGRAM), args=["mcp", "start"], env=environ, cwd=str(project))

    async def drive(mode: str) -> None:
        async with mcp.Client(parameters, mode=mode) as session:
            assert [one.name for one in (await session.list_resources()).resources] == ["a"]
            assert "| 1" in (await session.read_resource("memory://a")).contents[0].text
            assert (await session.get_prompt("restore")).messages
            if mode == "auto":
                async with session.listen(resource_subscriptions=["memory://a"]) as events:
                    await session.call_tool("memory_store", {"key": "a", "value": "1"})
                    event = await asyncio.wait_for(anext(aiter(events)), 30)
                    assert event.uri == "memory://a"

    asyncio.run(drive("auto"))
    asyncio.run(drive("legacy"))
