"""`hooks mcp-initialized`: records that an MCP server is ready."""

from __future__ import annotations

from hooks_cli.commands.hooks import _plain_events
from hooks_cli.model.verb import Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = _plain_events.verb(
    "mcp-initialized",
    "Record that an MCP server is ready.",
    (
        Option("server", ("--server", "--server-name", "--name"), "Which server.", metavar="NAME"),
        Option("version", ("--server-version",), "Its version.", metavar="VERSION"),
    ),
    "npx claude-flow@alpha hooks mcp-initialized --server claude-flow",
)


def run(call: Call, environment: Environment) -> int:
    """Records the event. Raises InvalidJson, InvalidAddress (65)."""
    return _plain_events.keep(call, environment)
