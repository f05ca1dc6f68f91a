"""`hooks mcp-initialized`: an MCP server is ready."""

from __future__ import annotations

from hooks_cli.cli.spec import Option
from hooks_cli.commands import happenings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

VERB = happenings.verb(
    "mcp-initialized",
    "Record that an MCP server is ready.",
    (
        Option("server", ("--server", "--server-name", "--name"), "Which server.", metavar="NAME"),
        Option("version", ("--server-version",), "Its version.", metavar="VERSION"),
    ),
    "npx claude-flow@alpha hooks mcp-initialized --server claude-flow",
)


def run(call: Call, environment: Environment) -> int:
    """Keep it. Raises InvalidJson, InvalidAddress (65)."""
    return happenings.keep(call, environment)
