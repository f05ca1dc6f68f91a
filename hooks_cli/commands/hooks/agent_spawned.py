"""`hooks agent-spawned`: records that an agent was started."""

from __future__ import annotations

from hooks_cli.commands.hooks import _plain_events
from hooks_cli.model.verb import Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = _plain_events.verb(
    "agent-spawned",
    "Record that an agent was started.",
    (
        Option("name", ("--name", "--agent-name"), "Its name.", metavar="NAME"),
        Option("type", ("--type", "--agent-type"), "What it is: coder, tester …", metavar="WORD"),
        Option("swarm_id", ("--swarm-id", "--swarm"), "The swarm that it belongs to.", metavar="ID"),
    ),
    "npx claude-flow@alpha hooks agent-spawned --name coder-1 --type coder",
)


def run(call: Call, environment: Environment) -> int:
    """Records the event. Raises InvalidJson, InvalidAddress (65)."""
    return _plain_events.keep(call, environment)
