"""`hooks pre-bash`: a shell command is about to run, under its tool's name."""

from __future__ import annotations

from hooks_cli.cli.spec import Verb
from hooks_cli.commands import shell_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

VERB = Verb(
    "hooks",
    "pre-bash",
    "The same as pre-command, under the name of the agent's tool.",
    options=shell_lines.BEFORE,
    positionals=shell_lines.POSITIONALS,
    examples=('npx claude-flow@alpha hooks pre-bash --command "npm test" --validate-safety true',),
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Keep it. Raises InvalidJson, InvalidAddress (65)."""
    return shell_lines.before(call, environment)
