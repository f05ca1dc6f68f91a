"""`mcp status`: lists the MCP servers of this project that run now."""

from __future__ import annotations

from hooks_cli.model.verb import Verb
from hooks_cli.output.listing import one_line
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "mcp",
    "status",
    "List the MCP servers of this project that run now.",
    examples=("hooks-cli mcp status", "hooks-cli mcp status --json"),
    details="One line a server: process, its parent, tools, when it was started, and the client's name when it told one.",
)


def run(call: Call, environment: Environment) -> int:
    """Print them; none is an answer, too."""
    from hooks_cli.mcp import running

    found = running.servers(environment)
    if call.format != "text":
        environment.out(object_text({"schema_version": "1", "servers": found, "total": len(found)}) + "\n")
        return 0
    for facts in found:
        parts = [str(facts.get(name) or "-") for name in ("pid", "parent", "tools", "started_at", "client")]
        environment.out("\t".join([one_line(part, 200) for part in parts]) + "\n")
    if not found:
        environment.err("hooks-cli: no MCP server of this project runs")
    return 0
