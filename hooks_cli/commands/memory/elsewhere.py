"""`memory elsewhere`: what claude-flow's `memory` has and this program has not. A line that calls one of these comes here."""

from __future__ import annotations

from hooks_cli.cli.spec import Positional, Verb
from hooks_cli.commands import ELSEWHERE
from hooks_cli.commands.hooks import elsewhere

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

VERB = Verb(
    "memory",
    ELSEWHERE,
    "List claude-flow's other memory commands, and what comes nearest to them here.",
    positionals=(Positional("commands", "Only what has these words.", many=True),),
    examples=("hooks-cli memory elsewhere",),
    lenient=True,
    records=False,
)


def run(call: Call, environment: Environment) -> int:
    """Print the list. Raises UnknownVerb (64) for a line that calls one of them."""
    return elsewhere.tell(call, environment)
