"""`memory patch`: changes members of a JSON value."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.memory import store as store_verb
from hooks_cli.commands.options import address_options
from hooks_cli.features.entries import patch
from hooks_cli.model.verb import Positional, Verb
from hooks_cli.output import changes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "memory",
    "patch",
    "Merge JSON into a JSON value, in one step (RFC 7396).",
    options=(
        *address_options.KEY_OPTIONS,
        *store_verb.VALUE_OPTIONS,
        address_options.IF_VERSION,
        *address_options.WHO_OPTIONS,
    ),
    positionals=(
        Positional("key", "The address."),
        Positional("words", "The patch: members to set; null removes one.", many=True),
    ),
    examples=("""hooks-cli memory patch "swarm/status" '{"phase": "test", "blocked_by": null}'""",),
    details="Where the address holds nothing, the patch makes a new entry. Metadata, tags and lifetime stay.",
)


def run(call: Call, environment: Environment) -> int:
    """Patch. Raises InvalidJson or DataError (65), VersionConflict (76), MissingArgument (64)."""
    address = address_options.address(call)
    text = store_verb.value_of(call, environment)
    store = store_access.for_memory(environment)
    written = patch.patch(
        store, environment, address, text, address_options.who(call), address_options.if_version(call)
    )
    environment.out(changes.one("Stored successfully", "stored", written, call.format != "text"))
    return 0
