"""`hooks pre-command`: records that a shell command is about to run."""

from __future__ import annotations

from hooks_cli.commands.hooks import _shell_events
from hooks_cli.model.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "hooks",
    "pre-command",
    "Record a shell command that is about to run; with --validate-safety, warn of a destructive one.",
    options=_shell_events.BEFORE,
    positionals=_shell_events.POSITIONALS,
    examples=('npx claude-flow@alpha hooks pre-command --command "rm -rf build" --validate-safety true',),
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Records the event. Raises InvalidJson, InvalidAddress (65)."""
    return _shell_events.before(call, environment)
