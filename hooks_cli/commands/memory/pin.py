"""`memory pin`: keep an address from garbage collection, whatever its age."""

from __future__ import annotations

from hooks_cli.cli.spec import Positional, Verb
from hooks_cli.commands import naming, pins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

VERB = Verb(
    "memory",
    "pin",
    "Keep an address from garbage collection, whatever its age.",
    options=(*naming.KEY_OPTIONS, *naming.WHO_OPTIONS),
    positionals=(Positional("key", "The address."),),
    examples=('hooks-cli memory pin "decisions/auth"',),
    details='What fits a glob is kept by a rule in the settings (hooks-cli config path): [memory.gc.rules."decisions/*"] keep = true.',
)


def run(call: Call, environment: Environment) -> int:
    """Pin the address. Raises NotFound (1)."""
    return pins.change(call, environment, True)
