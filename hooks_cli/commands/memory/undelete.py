"""`memory undelete`: restores deleted entries."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import address_options, shared
from hooks_cli.errors import NotFound
from hooks_cli.features.entries import delete, versions
from hooks_cli.features.entries.delete import Selection, deleted_addresses
from hooks_cli.model import address as addresses
from hooks_cli.model.verb import Positional, Verb
from hooks_cli.output import changes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "memory",
    "undelete",
    "Bring back a deleted entry, or all deleted ones that a glob matches.",
    options=(
        *address_options.KEY_OPTIONS,
        shared.since("With a glob: only what was deleted since then (10m, a time)."),
        address_options.DRY_RUN,
        *address_options.WHO_OPTIONS,
    ),
    positionals=(Positional("key", "The address, or a glob."),),
    examples=("hooks-cli memory undelete 'swarm/*' --since 10m",),
    details="The entry comes back as a new version. What was destroyed or collected does not come back.",
)


def run(call: Call, environment: Environment) -> int:
    """Bring back. Raises NotFound (1) for one address where nothing is deleted, or nothing of it is left."""
    pattern = address_options.address(call)
    as_json = call.format != "text"
    since = address_options.time_option(call, environment, "since")
    store = store_access.for_changing(environment)
    if not addresses.is_glob(pattern) or versions.is_known(store, pattern):
        if call.flag("dry_run"):
            if not deleted_addresses(store, Selection(pattern), 0):
                raise NotFound(f"Nothing is deleted at {pattern}.")
            environment.out(changes.would("bring back", "restored", [pattern], as_json))
            return 0
        written = delete.undelete(store, environment, pattern, address_options.who(call))
        environment.out(changes.one("Brought back", "restored", written, as_json))
        return 0
    if call.flag("dry_run"):
        found = deleted_addresses(store, Selection(pattern), since or 0)
        environment.out(changes.would("bring back", "restored", found, as_json))
        return 0
    written_all, lost = delete.undelete_all(
        store, environment, Selection(pattern), address_options.who(call), since or 0
    )
    environment.out(changes.many("Brought back", "restored", written_all, as_json, lost=lost))
    if lost:
        environment.err(f"hooks-cli: of {changes.count(len(lost), 'entry', 'entries')} nothing is left to bring back")
    return 0
