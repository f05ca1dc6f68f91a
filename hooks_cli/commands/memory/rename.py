"""`memory rename`: moves an entry to another address."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import address_options, shared
from hooks_cli.errors import MissingArgument, UsageError
from hooks_cli.features.entries import delete
from hooks_cli.model import address as addresses
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output import changes
from hooks_cli.output.listing import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "memory",
    "rename",
    "Move what an address holds to another address, in one step.",
    options=(
        shared.namespace("The namespace N of both: N/OLD and N/NEW."),
        Option("overwrite", ("--overwrite", "--force"), "Also when the new address holds something.", "switch"),
        address_options.DRY_RUN,
        *address_options.WHO_OPTIONS,
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
    store = store_access.for_changing(environment)
    if call.flag("dry_run"):
        delete.check_rename(store, environment, old, new, overwrite=call.flag("overwrite"))
        environment.out(changes.would("rename", "renamed", [old], call.format != "text", f" to {one_line(new, 1024)}"))
        return 0
    moved, gone = delete.rename(
        store, environment, old, new, address_options.who(call), overwrite=call.flag("overwrite")
    )
    if call.format != "text":
        environment.out(changes.one("", "stored", moved, True, deleted=changes.written_fields(gone)))
    else:
        environment.out(changes.one("Renamed", "stored", moved, False))
    return 0
