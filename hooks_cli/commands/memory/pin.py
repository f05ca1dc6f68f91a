"""`memory pin`: keep an address from garbage collection, whatever its age."""

from __future__ import annotations

from hooks_cli.cli.spec import Positional, Verb
from hooks_cli.commands import naming, opening
from hooks_cli.operations import pinning
from hooks_cli.output import changes
from hooks_cli.output.listing import one_line

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
)


def run(call: Call, environment: Environment) -> int:
    """Pin the address. Raises NotFound (1)."""
    address = naming.address(call)
    store = opening.for_memory(environment, create=False)
    changed = pinning.set_pinned(store, environment, address, True, naming.who(call))
    if call.format != "text":
        environment.out(changes.json_object({"key": address, "pinned": True, "changed": changed}))
    else:
        environment.out(f"{'Pinned' if changed else 'Already pinned'}: {one_line(address, 1024)}\n")
    return 0
