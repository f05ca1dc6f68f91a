"""`memory unpin`: let garbage collection decide on an address again."""

from __future__ import annotations

from hooks_cli.cli.spec import Positional, Verb
from hooks_cli.commands import naming, pins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

VERB = Verb(
    "memory",
    "unpin",
    "Let garbage collection decide on an address again.",
    options=(*naming.KEY_OPTIONS, *naming.WHO_OPTIONS),
    positionals=(Positional("key", "The address."),),
    examples=('hooks-cli memory unpin "decisions/auth"',),
)


def run(call: Call, environment: Environment) -> int:
    """Unpin the address. Raises NotFound (1)."""
    return pins.change(call, environment, False)
