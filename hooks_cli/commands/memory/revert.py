"""`memory revert`: makes an old version the current one again."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import address_options
from hooks_cli.errors import MissingArgument, UsageError
from hooks_cli.features.entries import delete
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output import changes
from hooks_cli.text.escapes import shell_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "memory",
    "revert",
    "Write a new version with the content of an old one.",
    options=(
        *address_options.KEY_OPTIONS,
        Option("version", ("--version", "--to"), "The version whose content comes back.", "integer", metavar="N"),
        address_options.IF_VERSION,
        address_options.DRY_RUN,
        *address_options.WHO_OPTIONS,
    ),
    positionals=(
        Positional("key", "The address."),
        Positional("number", "The version, instead of --version."),
    ),
    examples=('hooks-cli memory revert "swarm/topology/main" --version 3',),
    details="memory history KEY lists the versions, memory diff KEY shows what the newest changed, "
    "memory recall KEY --version N reads one.",
)


def run(call: Call, environment: Environment) -> int:
    """Revert. Raises NotFound (1) when that version is not there or holds nothing, VersionConflict (76), MissingArgument (64)."""
    address = address_options.address(call)
    number = call.integer("version", 0) or _number(call, address)
    store = store_access.for_changing(environment)
    as_json = call.format != "text"
    if call.flag("dry_run"):
        delete.readable_version(store, address, number, environment.now())
        environment.out(changes.would("revert", "stored", [address], as_json, f" to version {number}"))
        return 0
    written = delete.revert(
        store, environment, address, number, address_options.who(call), address_options.if_version(call)
    )
    environment.out(changes.one("Reverted", "stored", written, as_json, content_of=number))
    return 0


def _number(call: Call, address: str) -> int:
    word = call.text("number") or (call.text("key") if call.text("key_option") else "")
    if not word:
        raise MissingArgument(
            verb=call.verb.title,
            what=f"a version: {call.verb.title} KEY --version N",
            hint=f"See which there are: memory history {shell_word(address)}",
        )
    if not (word.isascii() and word.removeprefix("v").isdigit()):
        raise UsageError(f"memory revert: {word!r} is not a version number.")
    return int(word.removeprefix("v"))
