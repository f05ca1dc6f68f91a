"""`memory touch`: changes the lifetime of an entry."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import address_options, shared
from hooks_cli.errors import MissingArgument
from hooks_cli.features.entries import pins
from hooks_cli.features.entries.draft import FOR_EVER
from hooks_cli.model.verb import Positional, Verb
from hooks_cli.output import changes
from hooks_cli.output.envelope import moment
from hooks_cli.output.listing import one_line
from hooks_cli.text.units import parse_duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "memory",
    "touch",
    "Give an entry a new lifetime, counted from now, without writing a version.",
    options=(
        *address_options.KEY_OPTIONS,
        shared.ttl("Expire after this: seconds, or 90m, 12h, 7d; `none` for never."),
        *address_options.WHO_OPTIONS,
    ),
    positionals=(Positional("key", "The address."),),
    examples=('hooks-cli memory touch "locks/build" --ttl 15m',),
)


def run(call: Call, environment: Environment) -> int:
    """Set the lifetime. Raises NotFound (1), MissingArgument or UsageError (64)."""
    address = address_options.address(call)
    ttl = call.text("ttl")
    if not ttl:
        raise MissingArgument(verb=call.verb.title, what="a lifetime: --ttl 7d, or --ttl none")
    lifetime = None if ttl in FOR_EVER else parse_duration(ttl, "--ttl")
    store = store_access.for_changing(environment)
    entry = pins.touch(store, environment, address, lifetime, address_options.who(call))
    expires = None if entry.expires is None else moment(entry.expires)
    if call.format != "text":
        environment.out(changes.json_object({"key": address, "key_version": entry.version, "expires_at": expires}))
    else:
        environment.out(f"{one_line(address, 1024)} expires {'at ' + expires if expires else 'never'}\n")
    return 0
