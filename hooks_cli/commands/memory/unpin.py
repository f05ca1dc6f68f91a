"""`memory unpin`: removes a pin."""

from __future__ import annotations

from hooks_cli.commands.memory import _pins
from hooks_cli.commands.options import address_options
from hooks_cli.model.verb import Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "memory",
    "unpin",
    "Let garbage collection decide on an address again.",
    options=(*address_options.KEY_OPTIONS, *address_options.WHO_OPTIONS),
    positionals=(Positional("key", "The address."),),
    examples=('hooks-cli memory unpin "decisions/auth"',),
)


def run(call: Call, environment: Environment) -> int:
    """Unpin the address. Raises NotFound (1)."""
    return _pins.change(call, environment, False)
