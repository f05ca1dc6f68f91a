"""`hooks post-search`: a search has been made."""

from __future__ import annotations

from hooks_cli.cli.spec import Verb
from hooks_cli.commands import searches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

VERB = Verb(
    "hooks",
    "post-search",
    "Record what a search found.",
    options=searches.AFTER,
    positionals=searches.POSITIONALS,
    examples=('npx claude-flow@alpha hooks post-search --query "authentication" --results 12',),
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Keep it. Raises InvalidJson, InvalidAddress (65)."""
    return searches.announce(call, environment)
