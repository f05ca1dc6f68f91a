"""`hooks pre-bash`: another name of `hooks pre-command`."""

from __future__ import annotations

from hooks_cli.commands.hooks import _shell_events
from hooks_cli.model.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "hooks",
    "pre-bash",
    "The same as pre-command, under the name of the agent's tool.",
    options=_shell_events.BEFORE,
    positionals=_shell_events.POSITIONALS,
    examples=('npx claude-flow@alpha hooks pre-bash --command "npm test" --validate-safety true',),
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Records the event. Raises InvalidJson, InvalidAddress (65)."""
    return _shell_events.before(call, environment)
