"""`hooks pre-search`: records that a search is about to be made."""

from __future__ import annotations

from hooks_cli.commands.hooks import _search_events
from hooks_cli.model.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "hooks",
    "pre-search",
    "Record a search; with --check-memory, print what the memory has on it.",
    options=_search_events.BEFORE,
    positionals=_search_events.POSITIONALS,
    examples=('npx claude-flow@alpha hooks pre-search --query "authentication" --check-memory',),
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Records the event. Raises InvalidJson, InvalidAddress (65)."""
    return _search_events.announce(call, environment)
