"""`setup mcp`: writes the entry of the MCP server into the settings of agents."""

from __future__ import annotations

import os
import sys

from hooks_cli.commands.options import shared
from hooks_cli.commands.setup import _agent_setup
from hooks_cli.errors import UsageError
from hooks_cli.features.agents import mcp_setup
from hooks_cli.features.agents.catalogue import PROJECT, USER
from hooks_cli.features.agents.mcp_clients import CLIENTS, SERVER_NAME, McpClient
from hooks_cli.features.agents.setup import PROGRAM
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.system.installed_program import launcher_path, next_on_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "setup",
    "mcp",
    "Write the memory's MCP server into the settings of agents.",
    options=(
        Option("project", ("--project",), "For this project (the default): .mcp.json and the like.", "switch"),
        Option("user", ("--user",), "For all projects of yours.", "switch"),
        *_agent_setup.CHANGE_OPTIONS,
        shared.force(f"Take the name {SERVER_NAME} over from another server."),
    ),
    positionals=(Positional("clients", f"{', '.join(CLIENTS)}.", many=True, choices=tuple(CLIENTS)),),
    examples=("hooks-cli setup mcp", "hooks-cli setup mcp codex cursor --user", "hooks-cli setup mcp --check"),
    details=(
        f"The entry has the name {SERVER_NAME}, so that prompts' tool names (mcp__{SERVER_NAME}__memory_usage) fit. Without a client's "
        "name it is written for Claude Code, and for each other client whose folder is there (.codex, .gemini, .cursor, .vscode). A "
        "project's entry runs hooks-cli by its name, a user's by its absolute path. Everything else in the files stays as it is."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Plan and carry out. Raises UsageError (64) for an unknown client, OtherServer (73), NotJson, UnexpectedShape or NotToml (65)."""
    if call.flag("project") and call.flag("user"):
        raise UsageError("--project and --user exclude each other.", hint="Run the command twice to wire both.")
    scope = USER if call.flag("user") else PROJECT
    remove = call.flag("remove")
    program = "" if remove else _program(environment, scope)
    changes = [
        mcp_setup.plan(environment, client, scope, program, take_out=remove, force=call.flag("force"))
        for client in _clients(call, environment, scope, remove)
    ]
    return _agent_setup.carry_out(call, environment, "MCP", changes)


def _program(environment: Environment, scope: str) -> str:
    """The program as an entry names it: in a project, which others share, by name."""
    if scope == USER:
        return launcher_path(sys.argv[0])
    if not next_on_path(PROGRAM, environment.variables.get("PATH", os.defpath)):
        environment.err("note: hooks-cli is not on PATH, where the agents look for it")
    return PROGRAM


def _clients(call: Call, environment: Environment, scope: str, remove: bool) -> list[McpClient]:
    """The clients that are named; without a name Claude Code and those that are in use. Raises UsageError (64)."""
    names = call.words("clients")
    for name in names:
        if name not in CLIENTS:
            raise UsageError(f"setup mcp knows no client {name!r}.", hint="There are: " + ", ".join(CLIENTS))
        if not CLIENTS[name].path(environment, scope):
            raise UsageError(
                f"{CLIENTS[name].title} has no MCP settings in a project.", hint=f"hooks-cli setup mcp {name} --user"
            )
    if names:
        return [CLIENTS[name] for name in dict.fromkeys(names)]
    return [
        client
        for client in CLIENTS.values()
        if client.is_in_use(environment, scope) or (client.name == "claude-code" and not remove)
    ]
