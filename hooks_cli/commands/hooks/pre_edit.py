"""`hooks pre-edit`: records that a file is about to be edited."""

from __future__ import annotations

from hooks_cli.commands.hooks import _file_events
from hooks_cli.model.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "hooks",
    "pre-edit",
    "Record that a file is about to be edited, with its size and digest as it is now.",
    options=_file_events.OPTIONS,
    positionals=_file_events.POSITIONALS,
    examples=('npx claude-flow@alpha hooks pre-edit --file "src/api.js" --load-context true',),
    details="It never writes the file. With --load-context it prints what is known of it, framed as data for a prompt.",
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Keep the announcement. Raises InvalidJson, InvalidAddress (65)."""
    return _file_events.announce(call, environment, "Coming edit")
