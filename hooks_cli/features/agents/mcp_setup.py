"""Plans the entry of this program's MCP server in a client's settings file. Everything else in the file stays as it is."""

from __future__ import annotations

import json

from hooks_cli.errors import CannotCreate, DataError
from hooks_cli.features.agents import marked_block
from hooks_cli.features.agents.file_changes import FileChange, read
from hooks_cli.features.agents.hook_handlers import UnexpectedShape
from hooks_cli.features.agents.json_edit import add, find, remove
from hooks_cli.features.agents.json_tree import parse
from hooks_cli.features.agents.mcp_clients import SERVER_NAME, TOML
from hooks_cli.system.installed_program import PROGRAM_NAMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.environment import Environment
    from hooks_cli.features.agents.mcp_clients import McpClient

WHAT = "MCP server"


class OtherServer(CannotCreate):
    """{path} is not changed: another server has the name {name} there ({command})."""

    hint = "Take it over with --force; what the file was is kept beside it."


class NotToml(DataError):
    """{path} is not TOML: {reason}. Nothing was changed."""


def plan(
    environment: Environment,
    client: McpClient,
    scope: str,
    program: str,
    *,
    take_out: bool = False,
    force: bool = False,
) -> FileChange:
    """The change that puts the entry in, or with `take_out` takes ours out.

    Raises OtherServer (73) when the name is another program's and `force` is false, NotJson, UnexpectedShape or NotToml (65).
    """
    path = client.path(environment, scope)
    before = read(path)
    change = _toml if client.form == TOML else _json
    after = change(client, path, before, None if take_out else client.entry(program), force)
    return FileChange(path, WHAT, before, after, backup=after is not None)


def is_ours(entry: object) -> bool:
    """Whether an entry starts this program's server, whatever its path and options."""
    if not isinstance(entry, dict):
        return False
    command, words = entry.get("command"), entry.get("args")
    if not isinstance(command, str) or not isinstance(words, list):
        return False
    return command.rsplit("/", 1)[-1] in PROGRAM_NAMES and words[:2] == ["mcp", "start"]


def _json(client: McpClient, path: str, before: str | None, entry: dict[str, object] | None, force: bool) -> str | None:
    text = before or ""
    if not text.strip().removeprefix("\ufeff"):
        if entry is None:
            return before
        text = f'{{\n  "{client.table}": {{}}\n}}\n'
    root = parse(text, path)
    if root.kind != "object":
        raise UnexpectedShape(path=path, where="the file", expected="an object")
    table = find(root, (client.table,))
    if table is not None and table.kind != "object":
        raise UnexpectedShape(path=path, where=client.table, expected="an object")
    node = find(root, (client.table, SERVER_NAME))
    there: Any = None if node is None else node.value
    if entry is None:
        if not is_ours(there):
            return before
        text = remove(text, (client.table, SERVER_NAME), path)
        left = parse(text, path).value
        return None if left == {client.table: {}} and "//" not in text and "/*" not in text else text
    if there == entry:
        return before
    if node is not None:
        _refuse_other(there, path, force)
        text = remove(text, (client.table, SERVER_NAME), path)
    if table is None:
        text = add(text, (), client.table, {}, path)
    return add(text, (client.table,), SERVER_NAME, entry, path)


def _toml(client: McpClient, path: str, before: str | None, entry: dict[str, object] | None, force: bool) -> str | None:
    import tomllib

    text = before or ""
    if entry is None:
        if not marked_block.is_there(text, marked_block.SHELL):
            return before
        text = marked_block.take(text, marked_block.SHELL)
        return text if text.strip() else None
    rest = marked_block.take(text, marked_block.SHELL)
    try:
        servers = tomllib.loads(rest).get(client.table)
    except tomllib.TOMLDecodeError as error:
        raise NotToml(path=path, reason=str(error)) from None
    if isinstance(servers, dict) and SERVER_NAME in servers:
        raise OtherServer(
            path=path,
            name=SERVER_NAME,
            command=_command(servers[SERVER_NAME]),
            hint=f"Take [{client.table}.{SERVER_NAME}] out of it and run the command again.",
        )
    # TOML's basic strings are written as JSON's.
    lines = [f"[{client.table}.{SERVER_NAME}]"] + [f"{name} = {json.dumps(value)}" for name, value in entry.items()]
    return marked_block.put(text, "\n".join(lines), marked_block.SHELL)


def _refuse_other(there: object, path: str, force: bool) -> None:
    if not force and not is_ours(there):
        raise OtherServer(path=path, name=SERVER_NAME, command=_command(there))


def _command(entry: object) -> str:
    """What an entry runs, in one line."""
    if not isinstance(entry, dict):
        return "no command"
    words = (
        [entry.get("command"), *(entry.get("args") or [])]
        if isinstance(entry.get("args"), list)
        else [entry.get("command")]
    )
    return " ".join([str(word) for word in words if word])[:120] or str(entry.get("url", "no command"))[:120]
