"""`hooks post-command`: a shell command has ended."""

from __future__ import annotations

from hooks_cli.cli.spec import Verb
from hooks_cli.commands import shell_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

VERB = Verb(
    "hooks",
    "post-command",
    "Record how a shell command ended: its exit code, success, duration.",
    options=shell_lines.AFTER,
    positionals=shell_lines.POSITIONALS,
    examples=('npx claude-flow@alpha hooks post-command --command "npm test" --exit-code 0',),
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Keep it. Raises InvalidJson, InvalidAddress (65)."""
    return shell_lines.after(call, environment)
