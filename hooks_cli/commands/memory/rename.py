"""`memory rename`: move an entry to another address."""

from __future__ import annotations

from hooks_cli.cli.spec import Option, Positional, Verb
from hooks_cli.commands import naming, opening
from hooks_cli.errors import MissingArgument, UsageError
from hooks_cli.model import address as addresses
from hooks_cli.operations import removing
from hooks_cli.output import changes
from hooks_cli.output.listing import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

VERB = Verb(
    "memory",
    "rename",
    "Move what an address holds to another address, in one step.",
    options=(
        Option("namespace", ("--namespace", "-n", "--ns"), "The namespace N of both: N/OLD and N/NEW.", metavar="N"),
        Option("overwrite", ("--overwrite", "--force"), "Also when the new address holds something.", "switch"),
        naming.DRY_RUN,
        *naming.WHO_OPTIONS,
    ),
    positionals=(Positional("old", "The address now."), Positional("new", "The address from now on.")),
    examples=('hooks-cli memory rename "tmp/plan" "plans/auth"',),
    details="The old address keeps its history and says that it is deleted. The pin and the lifetime go along.",
    aliases=("move", "mv"),
)


def run(call: Call, environment: Environment) -> int:
    """Move. Raises NotFound (1), VersionConflict (76) when the new address holds something, UsageError (64)."""
    if not call.text("old") or not call.text("new"):
        raise MissingArgument(verb=call.verb.title, what=f"two addresses: {call.verb.title} OLD NEW")
    old, new = (addresses.join(call.text("namespace"), call.text(name)) for name in ("old", "new"))
    if old == new:
        raise UsageError(f"{one_line(old, 1024)} is both the old and the new address. Nothing was renamed.")
    store = opening.for_memory(environment, create=False)
    if call.flag("dry_run"):
        removing.check_rename(store, environment, old, new, overwrite=call.flag("overwrite"))
        environment.out(changes.would("rename", "renamed", [old], call.format != "text", f" to {one_line(new, 1024)}"))
        return 0
    moved, gone = removing.rename(store, environment, old, new, naming.who(call), overwrite=call.flag("overwrite"))
    if call.format != "text":
        environment.out(changes.one("", "stored", moved, True, deleted=changes.written_fields(gone)))
    else:
        environment.out(changes.one("Renamed", "stored", moved, False))
    return 0
