"""Reads addresses, globs, versions and times from a call, for the verbs on versions."""

from __future__ import annotations

from hooks_cli.commands.options import shared
from hooks_cli.errors import MissingArgument, UsageError
from hooks_cli.features.attribution import Caller
from hooks_cli.model import address as addresses
from hooks_cli.model.verb import Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

KEY_OPTIONS = (
    Option("key_option", ("--key", "-k", "--memory-key"), "The address, instead of the argument.", metavar="KEY"),
    shared.namespace("The namespace N: the address is N/KEY."),
)
IF_VERSION = Option(
    "if_version",
    ("--if-version",),
    "Only if this is the current version (0: no entry).",
    "integer",
    metavar="N",
)
DRY_RUN = shared.dry_run("Show what would be done, and do nothing.", "-d")
WHO_OPTIONS = shared.ATTRIBUTION


def address(call: Call) -> str:
    """The address or glob that a call names by argument or by --key, with its namespace. Raises MissingArgument (64)."""
    key = call.text("key_option") or call.text("key")
    if not key:
        raise MissingArgument(verb=call.verb.title, what=f"a key: {call.verb.title} KEY")
    return addresses.join(call.text("namespace"), key)


def who(call: Call) -> Caller:
    """Who speaks, as the options say it."""
    return Caller(*call.texts("session_id", "agent"))


def if_version(call: Call) -> int | None:
    """The version that must be current, or None for any."""
    return call.integer("if_version", 0) if "if_version" in call.values else None


def is_one_address(environment: Environment, pattern: str, live: bool) -> bool:
    """Whether the argument means one address: it is not a glob, or it is `live` as it stands (real keys contain `[agent]` and `*`)."""
    return live or not addresses.is_glob(pattern)


def time_option(call: Call, environment: Environment, name: str) -> int | None:
    """The time (ms) that an option names, or None. Raises UsageError (64)."""
    text = call.text(name)
    if not text:
        return None
    from hooks_cli.text.units import parse_time

    return parse_time(text, environment.now(), "--" + name.replace("_", "-"))


def one_of(call: Call, *names: str) -> str:
    """The one of these options that is given, or "". Raises UsageError (64) for two."""
    given = [name for name in names if name in call.values]
    if len(given) > 1:
        flags = " and ".join("--" + name.replace("_", "-") for name in given)
        raise UsageError(f"{call.verb.title}: {flags} exclude each other.")
    return given[0] if given else ""
