"""`hooks task-orchestrated`: records that a task was given to agents."""

from __future__ import annotations

from hooks_cli.commands.hooks import _plain_events
from hooks_cli.model.verb import Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = _plain_events.verb(
    "task-orchestrated",
    "Record that a task was given to agents.",
    (
        Option("task", ("--task", "--task-id", "--description", "-d"), "The task.", metavar="TEXT"),
        Option("strategy", ("--strategy",), "How it is divided: parallel, sequential …", metavar="WORD"),
        Option("agents", ("--agents", "--agent-count"), "Who works on it, or how many.", metavar="TEXT"),
    ),
    'npx claude-flow@alpha hooks task-orchestrated --task "Build the API" --strategy parallel',
)


def run(call: Call, environment: Environment) -> int:
    """Records the event. Raises InvalidJson, InvalidAddress (65)."""
    return _plain_events.keep(call, environment)
