"""`hooks pre-command`: a shell command is about to run."""

from __future__ import annotations

from hooks_cli.cli.spec import Verb
from hooks_cli.commands import shell_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

VERB = Verb(
    "hooks",
    "pre-command",
    "Record a shell command that is about to run; with --validate-safety, warn of a destructive one.",
    options=shell_lines.BEFORE,
    positionals=shell_lines.POSITIONALS,
    examples=('npx claude-flow@alpha hooks pre-command --command "rm -rf build" --validate-safety true',),
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Keep it. Raises InvalidJson, InvalidAddress (65)."""
    return shell_lines.before(call, environment)
