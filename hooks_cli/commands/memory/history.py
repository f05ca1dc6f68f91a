"""`memory history`: lists all versions of an address."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import address_options, shared
from hooks_cli.features.entries import missing
from hooks_cli.features.entries.versions import AddressVersions, first_here
from hooks_cli.model.verb import Positional, Verb
from hooks_cli.output import changes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "memory",
    "history",
    "List all versions of an address, newest first: who wrote them, when, and their state.",
    options=(
        *address_options.KEY_OPTIONS,
        shared.limit("At most this many versions."),
    ),
    positionals=(Positional("key", "The address."),),
    strangers="note",
    examples=('hooks-cli memory history "swarm/performance/baseline"',),
    details="Deleted and destroyed versions are listed too. Read one: memory recall KEY --version N.",
    aliases=("versions",),
    actions=(),
)


def run(call: Call, environment: Environment) -> int:
    """Print the versions. Raises NotFound (1) for an address that was never written."""
    address = address_options.address(call)
    store = store_access.for_memory(environment, create=False)
    known = AddressVersions(store, address)
    if not known.is_known:
        raise missing.of(store, address, environment.now())
    versions = known.entries
    now = environment.now()
    current = known.current(now)
    shown = versions[: call.number("limit", len(versions))]
    began = first_here(store, address)
    before = began[0] - 1 if began is not None else 0
    collected = known.last - len(versions) - before
    if call.format == "text":
        environment.out(changes.history_lines(shown, current, now))
        if len(shown) < len(versions):
            environment.err(f"hooks-cli: {len(versions) - len(shown)} older versions are not shown; more with --limit")
        if before:
            environment.err(f"hooks-cli: the history here begins with version {before + 1}, which was imported")
        if collected:
            environment.err(f"hooks-cli: {changes.count(collected, 'version was', 'versions were')} collected")
        return 0
    objects = [changes.version_object(entry, current, now) for entry in shown]
    if call.format == "ndjson":
        environment.out("".join(changes.json_object({"key": address, **item}) for item in objects))
        return 0
    body = {
        "key": address,
        "current": current or None,
        "pinned": known.pinned,
        "versions": objects,
        "total": len(versions),
        "truncated": len(shown) < len(versions),
        "collected": collected,
        "not_imported": before,
    }
    environment.out(changes.json_object(body))
    return 0
