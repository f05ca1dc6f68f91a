"""`memory undelete`: bring back what was deleted."""

from __future__ import annotations

from hooks_cli.cli.spec import Option, Positional, Verb
from hooks_cli.commands import naming, opening
from hooks_cli.errors import NotFound
from hooks_cli.model import address as addresses
from hooks_cli.operations import removing
from hooks_cli.output import changes
from hooks_cli.store import past, selection
from hooks_cli.store.selection import Selection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

VERB = Verb(
    "memory",
    "undelete",
    "Bring back a deleted entry, or all deleted ones that a glob matches.",
    options=(
        *naming.KEY_OPTIONS,
        Option("since", ("--since",), "With a glob: only what was deleted since then (10m, a time).", metavar="TIME"),
        naming.DRY_RUN,
        *naming.WHO_OPTIONS,
    ),
    positionals=(Positional("key", "The address, or a glob."),),
    examples=("hooks-cli memory undelete 'swarm/*' --since 10m",),
    details="The entry comes back as a new version. What was destroyed or collected does not come back.",
)


def run(call: Call, environment: Environment) -> int:
    """Bring back. Raises NotFound (1) for one address where nothing is deleted, or nothing of it is left."""
    pattern = naming.address(call)
    as_json = call.format != "text"
    since = naming.time_option(call, environment, "since")
    store = opening.for_memory(environment, create=False)
    if not addresses.is_glob(pattern) or past.head_of(store, pattern) is not None:
        if call.flag("dry_run"):
            found = selection.deleted(store, Selection(pattern), 0)
            if not found:
                raise NotFound(f"Nothing is deleted at {pattern}.")
            environment.out(changes.would("bring back", "restored", [pattern], as_json))
            return 0
        written = removing.undelete(store, environment, pattern, naming.who(call))
        environment.out(changes.one("Brought back", "restored", written, as_json))
        return 0
    if call.flag("dry_run"):
        found = selection.deleted(store, Selection(pattern), since or 0)
        environment.out(changes.would("bring back", "restored", [row[0] for row in found], as_json))
        return 0
    written_all, lost = removing.undelete_all(store, environment, Selection(pattern), naming.who(call), since or 0)
    environment.out(changes.many("Brought back", "restored", written_all, as_json, lost=lost))
    if lost:
        environment.err(f"hooks-cli: of {changes.count(len(lost), 'entry', 'entries')} nothing is left to bring back")
    return 0
