"""`hooks neural-trained`: records that a model was trained elsewhere."""

from __future__ import annotations

from hooks_cli.commands.hooks import _plain_events
from hooks_cli.model.verb import Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = _plain_events.verb(
    "neural-trained",
    "Record that a model was trained elsewhere.",
    (
        Option("pattern", ("--pattern", "--pattern-type", "--model"), "What was trained.", metavar="NAME"),
        Option("accuracy", ("--accuracy", "--confidence"), "How well it does.", metavar="NUMBER"),
        Option("epochs", ("--epochs",), "How long it was trained.", "integer", metavar="N"),
    ),
    "npx claude-flow@alpha hooks neural-trained --pattern coordination --accuracy 0.94",
)


def run(call: Call, environment: Environment) -> int:
    """Records the event. Raises InvalidJson, InvalidAddress (65)."""
    return _plain_events.keep(call, environment)
