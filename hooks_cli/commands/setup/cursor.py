"""`setup cursor`: Cursor's hooks call `hooks event`."""

from __future__ import annotations

from hooks_cli.commands import wiring
from hooks_cli.integrations.protocol.incoming import CURSOR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

VERB = wiring.verb(CURSOR)


def run(call: Call, environment: Environment) -> int:
    """Write, check, show or remove; see `wiring.run`."""
    return wiring.run(call, environment, CURSOR)
