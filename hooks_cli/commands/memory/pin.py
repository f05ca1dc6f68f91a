"""`memory pin`: protects an address from garbage collection."""

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
    "pin",
    "Keep an address from garbage collection, whatever its age.",
    options=(*address_options.KEY_OPTIONS, *address_options.WHO_OPTIONS),
    positionals=(Positional("key", "The address."),),
    examples=('hooks-cli memory pin "decisions/auth"',),
    details='What fits a glob is kept by a rule in the settings (hooks-cli config path): [memory.gc.rules."decisions/*"] keep = true.',
)


def run(call: Call, environment: Environment) -> int:
    """Pin the address. Raises NotFound (1)."""
    return _pins.change(call, environment, True)
