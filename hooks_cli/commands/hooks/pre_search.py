"""`hooks pre-search`: a search is about to be made."""

from __future__ import annotations

from hooks_cli.cli.spec import Verb
from hooks_cli.commands import searches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

VERB = Verb(
    "hooks",
    "pre-search",
    "Record a search; with --check-memory, print what the memory has on it.",
    options=searches.BEFORE,
    positionals=searches.POSITIONALS,
    examples=('npx claude-flow@alpha hooks pre-search --query "authentication" --check-memory',),
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Keep it. Raises InvalidJson, InvalidAddress (65)."""
    return searches.announce(call, environment)
