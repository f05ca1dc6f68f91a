"""The MCP clients that `setup mcp` knows: where each keeps its servers, and how an entry looks there.

Sources: code.claude.com/docs/en/mcp, developers.openai.com/codex/mcp, geminicli.com/docs/tools/mcp-server, cursor.com/docs/context/mcp,
docs.github.com/copilot (Copilot CLI, adding MCP servers), code.visualstudio.com/docs/copilot/customization/mcp-servers.
"""

from __future__ import annotations

import os
import sys

from hooks_cli.features.agents.catalogue import PROJECT, USER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment

# The key of the entry: clients make tool names of it (`mcp__claude-flow__memory_usage`), as prompts have them.
SERVER_NAME = "claude-flow"
JSON, TOML = "json", "toml"
# What these clients replace by the folder that is open; they may start a server elsewhere.
OPEN_FOLDER = "${workspaceFolder}"


class McpClient:
    """One client: its settings file below the project and below the user's home ("" where it has none), the name of the table of servers,
    further fields of an entry, and the folder whose presence tells that the client is in use.

    `variable` is (an environment variable that moves the user's files, the part of the path that it takes the place of).
    """

    __slots__ = ("extra", "form", "name", "names_folder", "places", "table", "title", "variable")

    def __init__(
        self,
        name: str,
        title: str,
        places: dict[str, str],
        table: str = "mcpServers",
        *,
        form: str = JSON,
        extra: dict[str, object] | None = None,
        names_folder: bool = False,
        variable: tuple[str, str] = ("", ""),
    ) -> None:
        self.name = name
        self.title = title
        self.places = places
        self.table = table
        self.form = form
        self.extra = extra or {}
        self.names_folder = names_folder
        self.variable = variable

    def entry(self, program: str) -> dict[str, object]:
        """The entry for a program (its name or absolute path)."""
        words = ["mcp", "start"] + (["--project", OPEN_FOLDER] if self.names_folder else [])
        return {**self.extra, "command": program, "args": words}

    def path(self, environment: Environment, scope: str) -> str:
        """The settings file in a scope, "" where the client has none."""
        named = self.places[scope]
        if not named or scope == PROJECT:
            return os.path.join(environment.project.root, named) if named else ""
        variable, part = self.variable
        moved = environment.variables.get(variable, "") if variable else ""
        if moved:
            return os.path.join(os.path.abspath(os.path.join(environment.cwd, moved)), named.removeprefix(part))
        return os.path.join(environment.folders.home, named)

    def is_in_use(self, environment: Environment, scope: str) -> bool:
        """Whether its settings file, or the folder of it, is there."""
        path = self.path(environment, scope)
        if not path:
            return False
        root = environment.project.root if scope == PROJECT else environment.folders.home
        folder = os.path.dirname(path)
        return os.path.exists(path) or (os.path.realpath(folder) != os.path.realpath(root) and os.path.isdir(folder))


_CODE = "Library/Application Support/Code/User" if sys.platform == "darwin" else ".config/Code/User"

CLIENTS = {
    client.name: client
    for client in (
        McpClient(
            "claude-code",
            "Claude Code",
            {PROJECT: ".mcp.json", USER: ".claude.json"},
            extra={"type": "stdio"},
            variable=("CLAUDE_CONFIG_DIR", ""),
        ),
        McpClient(
            "codex",
            "Codex",
            {PROJECT: ".codex/config.toml", USER: ".codex/config.toml"},
            "mcp_servers",
            form=TOML,
            variable=("CODEX_HOME", ".codex/"),
        ),
        McpClient("gemini", "Gemini CLI", {PROJECT: ".gemini/settings.json", USER: ".gemini/settings.json"}),
        McpClient("cursor", "Cursor", {PROJECT: ".cursor/mcp.json", USER: ".cursor/mcp.json"}, names_folder=True),
        McpClient(
            "copilot",
            "Copilot CLI",
            {PROJECT: "", USER: ".copilot/mcp-config.json"},
            extra={"type": "local", "tools": ["*"]},
            variable=("COPILOT_HOME", ".copilot/"),
        ),
        McpClient(
            "vscode",
            "VS Code",
            {PROJECT: ".vscode/mcp.json", USER: f"{_CODE}/mcp.json"},
            "servers",
            extra={"type": "stdio"},
            names_folder=True,
        ),
    )
}
