"""`memory watch`: prints each change as it is committed."""

from __future__ import annotations

import time

from hooks_cli.commands.options import shared
from hooks_cli.errors import UsageError
from hooks_cli.features.watch import Feed
from hooks_cli.model import address as addresses
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output import envelope
from hooks_cli.output.envelope import moment
from hooks_cli.output.listing import one_line
from hooks_cli.text.json_writer import Raw, object_text
from hooks_cli.text.units import SECOND, parse_duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.entry import Entry
    from hooks_cli.model.verb import Call

CHANGES = ("stored", "stored", "deleted", "destroyed")

VERB = Verb(
    "memory",
    "watch",
    "Print each change to the addresses of a glob as it is committed, by any process.",
    options=(
        shared.namespace(),
        Option("since", ("--since",), "First what changed after this revision.", "integer", metavar="REV"),
        shared.timeout(),
        Option("once", ("--once",), "End after the first change.", "switch"),
    ),
    positionals=(Positional("pattern", "A glob; everything without one."),),
    examples=('hooks-cli memory watch "swarm/*" --timeout 300 --format ndjson',),
    details="Each version is printed once, in the order of the revisions. To resume, give the last revision that was seen to --since. "
    "With --json or --format ndjson, one object a line.",
)


def run(call: Call, environment: Environment) -> int:
    """Watch until the time is up, the reader is gone, or for ever. Raises RevisionCollected (1), UsageError (64)."""
    pattern, namespace = call.text("pattern"), call.text("namespace")
    glob = addresses.join(namespace, pattern) if pattern else addresses.under(namespace)
    deadline = None
    if call.text("timeout"):
        deadline = time.monotonic() + parse_duration(call.text("timeout"), "--timeout", bare=SECOND) / 1000
    since = call.integer("since", 0) if "since" in call.values else None
    feed = Feed(environment, glob, since)
    newest = feed.newest()
    if since is not None and not 0 <= since <= newest:
        raise UsageError(f"--since {since}: the store is at revision {newest}.")
    version = str(environment.settings.get("memory.version"))
    while True:
        found = feed.look()
        for entry in found[:1] if call.flag("once") else found:
            environment.out(_line(entry) if call.format == "text" else _object(entry, version))
        environment.flush()
        if (found and call.flag("once")) or environment.streams.reader_gone:
            return 0
        if not feed.wait(deadline):
            return 0


def _line(entry: Entry) -> str:
    """`r42 TAB time TAB stored TAB KEY v3 TAB the value's beginning`."""
    what = CHANGES[entry.kind]
    parts = [f"r{entry.revision}", moment(entry.at), what, f"{one_line(entry.address, 1024)} v{entry.version}"]
    if entry.value is not None:
        parts.append(one_line(entry.value))
    return "\t".join(parts) + "\n"


def _object(entry: Entry, version: str) -> str:
    body: dict[str, object] = {
        "schema_version": envelope.SCHEMA_VERSION,
        "change": CHANGES[entry.kind],
        "revision": entry.revision,
        "entry": Raw(envelope.envelope(entry, version)),
    }
    return object_text(body) + "\n"
