"""`hooks post-bash`: a shell command has ended, under its tool's name."""

from __future__ import annotations

from hooks_cli.cli.spec import Verb
from hooks_cli.commands import shell_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

VERB = Verb(
    "hooks",
    "post-bash",
    "The same as post-command, under the name of the agent's tool.",
    options=shell_lines.AFTER,
    positionals=shell_lines.POSITIONALS,
    examples=('npx claude-flow@alpha hooks post-bash --command "npm test" --exit-code 0 --duration 1500',),
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Keep it. Raises InvalidJson, InvalidAddress (65)."""
    return shell_lines.after(call, environment)
