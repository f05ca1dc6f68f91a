"""`memory revert`: make an old version the current one again."""

from __future__ import annotations

from hooks_cli.cli.spec import Option, Positional, Verb
from hooks_cli.commands import naming, opening
from hooks_cli.errors import MissingArgument, UsageError
from hooks_cli.model.visible import shell_word
from hooks_cli.operations import removing
from hooks_cli.output import changes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

VERB = Verb(
    "memory",
    "revert",
    "Write a new version with the content of an old one.",
    options=(
        *naming.KEY_OPTIONS,
        Option("version", ("--version", "--to"), "The version whose content comes back.", "integer", metavar="N"),
        naming.IF_VERSION,
        naming.DRY_RUN,
        *naming.WHO_OPTIONS,
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
    address = naming.address(call)
    number = call.integer("version", 0) or _number(call, address)
    store = opening.for_memory(environment, create=False)
    as_json = call.format != "text"
    if call.flag("dry_run"):
        removing.readable_version(store, address, number, environment.now())
        environment.out(changes.would("revert", "stored", [address], as_json, f" to version {number}"))
        return 0
    written = removing.revert(store, environment, address, number, naming.who(call), naming.if_version(call))
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
        raise UsageError(f"memory revert: {word!r} is no version number.")
    return int(word.removeprefix("v"))
