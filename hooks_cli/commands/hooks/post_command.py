"""`hooks post-command`: records that a shell command ended."""

from __future__ import annotations

from hooks_cli.commands.hooks import _shell_events
from hooks_cli.model.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "hooks",
    "post-command",
    "Record how a shell command ended: its exit code, success, duration.",
    options=_shell_events.AFTER,
    positionals=_shell_events.POSITIONALS,
    examples=('npx claude-flow@alpha hooks post-command --command "npm test" --exit-code 0',),
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Records the event. Raises InvalidJson, InvalidAddress (65)."""
    return _shell_events.after(call, environment)
