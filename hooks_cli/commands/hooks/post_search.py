"""`hooks post-search`: records that a search was made."""

from __future__ import annotations

from hooks_cli.commands.hooks import _search_events
from hooks_cli.model.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "hooks",
    "post-search",
    "Record what a search found.",
    options=_search_events.AFTER,
    positionals=_search_events.POSITIONALS,
    examples=('npx claude-flow@alpha hooks post-search --query "authentication" --results 12',),
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Records the event. Raises InvalidJson, InvalidAddress (65)."""
    return _search_events.announce(call, environment)
