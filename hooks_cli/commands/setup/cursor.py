"""`setup cursor`: makes Cursor's hooks call `hooks event`."""

from __future__ import annotations

from hooks_cli.commands.setup import _agent_setup
from hooks_cli.features.agents.protocol.incoming import CURSOR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = _agent_setup.verb(CURSOR)


def run(call: Call, environment: Environment) -> int:
    """Write, check, show or remove; see `wiring.run`."""
    return _agent_setup.run(call, environment, CURSOR)
