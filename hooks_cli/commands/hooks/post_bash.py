"""`hooks post-bash`: another name of `hooks post-command`."""

from __future__ import annotations

from hooks_cli.commands.hooks import _shell_events
from hooks_cli.model.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "hooks",
    "post-bash",
    "The same as post-command, under the name of the agent's tool.",
    options=_shell_events.AFTER,
    positionals=_shell_events.POSITIONALS,
    examples=('npx claude-flow@alpha hooks post-bash --command "npm test" --exit-code 0 --duration 1500',),
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Records the event. Raises InvalidJson, InvalidAddress (65)."""
    return _shell_events.after(call, environment)
