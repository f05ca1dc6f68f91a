"""`memory history`: all versions of an address."""

from __future__ import annotations

from hooks_cli.cli.spec import Option, Positional, Verb
from hooks_cli.commands import naming, opening
from hooks_cli.operations import absence
from hooks_cli.output import changes
from hooks_cli.store import past

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

VERB = Verb(
    "memory",
    "history",
    "List all versions of an address, newest first: who wrote them, when, and what became of them.",
    options=(
        *naming.KEY_OPTIONS,
        Option("limit", ("--limit", "-l"), "At most this many versions.", "integer", metavar="N"),
    ),
    positionals=(Positional("key", "The address."),),
    strangers="note",
    examples=('hooks-cli memory history "swarm/performance/baseline"',),
    details="Deleted and destroyed versions are listed too. Read one: memory recall KEY --version N.",
    aliases=("versions",),
)


def run(call: Call, environment: Environment) -> int:
    """Print the versions. Raises NotFound (1) for an address that nobody ever wrote."""
    address = naming.address(call)
    store = opening.for_memory(environment, create=False)
    head = past.head_of(store, address)
    if head is None:
        raise absence.of(store, address, environment.now())
    versions = past.versions(store, address)
    now = environment.now()
    current = head[2] if head[3] and (head[5] is None or head[5] > now) else 0
    shown = versions[: call.number("limit", len(versions))]
    began = past.begins_with(store, address)
    before = began[0] - 1 if began is not None else 0
    collected = head[2] - len(versions) - before
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
        "pinned": bool(head[4]),
        "versions": objects,
        "total": len(versions),
        "truncated": len(shown) < len(versions),
        "collected": collected,
        "not_imported": before,
    }
    environment.out(changes.json_object(body))
    return 0
