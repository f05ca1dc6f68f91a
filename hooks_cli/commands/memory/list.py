"""`memory list`: what there is, newest first."""

from __future__ import annotations

from hooks_cli.cli.spec import Option, Positional, Verb
from hooks_cli.commands import opening, past_reading
from hooks_cli.model import address as addresses
from hooks_cli.operations import remembering
from hooks_cli.output import envelopes
from hooks_cli.output.listing import entry_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

DEFAULT_LIMIT = 100

VERB = Verb(
    "memory",
    "list",
    "List the entries, newest first.",
    options=(
        Option(
            "namespace", ("--namespace", "-n"), "Only what lies in this namespace (a glob is allowed).", metavar="N"
        ),
        Option("pattern_option", ("--pattern",), "Only addresses that match this glob.", metavar="GLOB"),
        Option("limit", ("--limit", "-l"), f"At most this many ({DEFAULT_LIMIT}).", "integer", metavar="N"),
        Option("offset", ("--offset",), "Leave out the first N.", "integer", metavar="N"),
        *past_reading.POINT_OPTIONS,
    ),
    positionals=(Positional("pattern", "A glob over the addresses."),),
    examples=("claude-flow memory list --namespace swarm --limit 20",),
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Print the entries; nothing when there are none."""
    pattern = call.text("pattern") or call.text("pattern_option")
    namespace = call.text("namespace")
    glob = (
        addresses.join(namespace, pattern) if pattern and namespace != "all" else pattern or addresses.under(namespace)
    )
    store = opening.for_reading(environment)
    limit = call.integer("limit", DEFAULT_LIMIT)
    counted = call.format == "json"
    if store is None:
        found = remembering.Found([], 0, False)
    elif past_reading.asked(call):
        found = past_reading.read(call, environment, store, glob, limit)
    else:
        found = remembering.recall(store, glob, environment.now(), limit, call.integer("offset", 0), counted=counted)
    if call.format == "text":
        environment.out(entry_lines(found.entries))
        if found.total > limit:
            environment.err(f"hooks-cli: only the newest {limit} are shown; more with --limit or --offset")
        return 0
    version = str(environment.settings.get("memory.version"))
    if call.format == "json":
        environment.out(envelopes.entries_json(found.entries, found.total, version))
    else:
        environment.out(envelopes.entries_lines(found.entries, version))
    return 0
