"""The options of recall and list that read the past; what implements them is loaded only if one is given."""

from __future__ import annotations

from hooks_cli.errors import UsageError
from hooks_cli.model.verb import Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.entries.read import Found
    from hooks_cli.features.store_opening import Store
    from hooks_cli.model.verb import Call

POINT_OPTIONS = (
    Option("at_revision", ("--at-revision",), "As it was at this revision of the store.", "integer", metavar="REV"),
    Option("as_of", ("--as-of",), "As it was at a time: 2025-10-17T12:00:00Z, 2h, yesterday.", metavar="TIME"),
)
OPTIONS = (
    Option("version", ("--version",), "This version of the address.", "integer", metavar="N"),
    *POINT_OPTIONS,
)
# For verbs that cannot read the past: they say so, and where it is read.
REFUSED_OPTION = Option(
    "as_of", ("--as-of", "--at-revision"), "Refused: memory list GLOB --as-of TIME reads the past.", hidden=True
)
_NAMES = ("version", "at_revision", "as_of")


def asked(call: Call) -> bool:
    """Whether the call asks for the past."""
    return any(name in call.values for name in _NAMES)


def read(call: Call, environment: Environment, store: Store, pattern: str, limit: int) -> Found:
    """What was there then; one line on stderr for what is not known any more. Raises NotFound (1), UsageError (64)."""
    from hooks_cli.features.entries import history

    given = [name for name in _NAMES if name in call.values]
    if len(given) > 1:
        flags = " and ".join("--" + name.replace("_", "-") for name in given)
        raise UsageError(f"{call.verb.title}: {flags} exclude each other.")
    if given == ["version"]:
        return history.version(store, environment, pattern, call.integer("version", 0))
    revision = call.integer("at_revision", 0) if "at_revision" in call.values else None
    point = history.when(store, environment, revision, call.text("as_of"))
    found, unknown = history.recall(store, pattern, point, limit, call.number("offset", 0))
    if unknown:
        whose = "1 address" if unknown == 1 else f"{unknown} addresses"
        environment.err(f"hooks-cli: of {whose} it is not known: versions were collected, or not imported")
    return found


def refuse(call: Call, why: str) -> None:
    """Raise UsageError (64) for `REFUSED_OPTION`, with the way that there is."""
    if "as_of" in call.values:
        raise UsageError(
            f"{call.verb.title} has no --as-of and no --at-revision: {why}.",
            hint="Read the past with: memory list GLOB --as-of TIME (--format ndjson gives whole entries)",
        )
