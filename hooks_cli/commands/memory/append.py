"""`memory append`: adds text to the end of a value."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.memory import store as store_verb
from hooks_cli.commands.options import address_options
from hooks_cli.features.entries import patch
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output import changes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "memory",
    "append",
    "Add a line to a text, or an element to a JSON array, in one step.",
    options=(
        *address_options.KEY_OPTIONS,
        *store_verb.VALUE_OPTIONS,
        Option(
            "separator",
            ("--separator",),
            "Text between the old value and the new one (default: a line break).",
            metavar="S",
        ),
        address_options.IF_VERSION,
        *address_options.WHO_OPTIONS,
    ),
    positionals=(
        Positional("key", "The address."),
        Positional("words", "The text; several words are joined by spaces.", many=True),
    ),
    examples=('hooks-cli memory append "logs/decisions" "12:40 chose JWT"',),
    details="Where the address holds nothing, the text makes a new entry. To a JSON array the text is added as JSON when it "
    "is valid JSON, else as a string. Metadata, tags and lifetime stay.",
)


def run(call: Call, environment: Environment) -> int:
    """Append. Raises DataError (65) for a JSON object, VersionConflict (76), MissingArgument (64)."""
    address = address_options.address(call)
    text = store_verb.value_of(call, environment)
    store = store_access.for_memory(environment)
    written = patch.append(
        store,
        environment,
        address,
        text,
        address_options.who(call),
        separator=call.text("separator", "\n"),
        if_version=address_options.if_version(call),
    )
    environment.out(changes.one("Stored successfully", "stored", written, call.format != "text"))
    return 0
