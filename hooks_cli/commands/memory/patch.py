"""`memory patch`: change members of a JSON value."""

from __future__ import annotations

from hooks_cli.cli.spec import Positional, Verb
from hooks_cli.commands import naming, opening
from hooks_cli.commands.memory import store as store_verb
from hooks_cli.operations import patching
from hooks_cli.output import changes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

VERB = Verb(
    "memory",
    "patch",
    "Merge JSON into a JSON value, in one step (RFC 7396).",
    options=(*naming.KEY_OPTIONS, *store_verb.VALUE_OPTIONS, naming.IF_VERSION, *naming.WHO_OPTIONS),
    positionals=(
        Positional("key", "The address."),
        Positional("words", "The patch: members to set; null removes one.", many=True),
    ),
    examples=("""hooks-cli memory patch "swarm/status" '{"phase": "test", "blocked_by": null}'""",),
    details="Where the address holds nothing, the patch makes a new entry. Metadata, tags and lifetime stay.",
)


def run(call: Call, environment: Environment) -> int:
    """Patch. Raises InvalidJson or DataError (65), VersionConflict (76), MissingArgument (64)."""
    address = naming.address(call)
    text = store_verb.value_of(call, environment)
    store = opening.for_memory(environment)
    written = patching.patch(store, environment, address, text, naming.who(call), naming.if_version(call))
    environment.out(changes.one("Stored successfully", "stored", written, call.format != "text"))
    return 0
