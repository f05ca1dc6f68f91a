"""`memory show`: prints everything about one address."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import address_options
from hooks_cli.errors import NotFound
from hooks_cli.features.entries import missing
from hooks_cli.features.entries.versions import AddressVersions
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output import changes, theme
from hooks_cli.output.envelope import SCHEMA_VERSION, envelope, moment
from hooks_cli.output.listing import one_line
from hooks_cli.text import trace_ids
from hooks_cli.text.escapes import escaped
from hooks_cli.text.json_writer import Raw, object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.entry import Entry
    from hooks_cli.model.verb import Call

VERB = Verb(
    "memory",
    "show",
    "Show one address from all sides: envelope, metadata, value, versions.",
    options=(
        *address_options.KEY_OPTIONS,
        Option("version", ("--version",), "This version instead of the newest.", "integer", metavar="N"),
    ),
    positionals=(Positional("key", "The address."),),
    strangers="note",
    examples=('hooks-cli memory show "swarm/performance/baseline"',),
    details="For people: JSON and Markdown are laid out on a terminal, and nothing in a value can steer it. For the value itself, byte "
    "for byte, there is memory recall.",
)


def run(call: Call, environment: Environment) -> int:
    """Show it. Raises NotFound (1) for an address or a version that is not there, MissingArgument (64)."""
    address = address_options.address(call)
    store = store_access.for_memory(environment, create=False)
    known = AddressVersions(store, address)
    versions = known.entries
    now = environment.now()
    if not versions:
        raise missing.of(store, address, now)
    current = known.current(now)
    wanted = call.integer("version", versions[0].version)
    entry = next((entry for entry in versions if entry.version == wanted), None)
    if entry is None:
        raise NotFound(
            f"There is no version {wanted} of {address}.", hint=f"See its versions: memory history '{address}'"
        )
    data_version = entry.data_version or str(environment.settings.get("memory.version"))
    if theme.on(call, environment):
        from hooks_cli.output.views import entries

        entries.show_entry(theme.console(environment), entry, versions, current, now, data_version)
    elif call.format == "text":
        environment.out(_text(entry, versions, current, now, data_version))
    else:
        trace, span = trace_ids.split(entry.trace)
        environment.out(
            object_text(
                {
                    "schema_version": SCHEMA_VERSION,
                    "entry": Raw(envelope(entry, data_version)),
                    "state": changes.state(entry, current, now),
                    "pinned": bool(entry.pinned),
                    "trace_id": trace,
                    "span_id": span,
                    "versions": [changes.version_object(each, current, now) for each in versions],
                }
            )
            + "\n"
        )
    return 0


def _text(entry: Entry, versions: list[Entry], current: int, now: int, data_version: str) -> str:
    """Facts as `name: value`, then the value and the versions, each behind an empty line."""
    trace, span = trace_ids.split(entry.trace)
    facts = {
        "key": entry.address,
        "version": str(entry.version),
        "state": changes.state(entry, current, now),
        "revision": str(entry.revision),
        "created_at": moment(entry.at),
        "expires_at": None if entry.expires is None else moment(entry.expires),
        "event": entry.event,
        "session_id": entry.session_shown,
        "agent": entry.agent,
        "data_version": data_version,
        "pinned": "yes" if entry.pinned else None,
        "tags": entry.tags,
        "source": entry.source,
        "metadata": None if entry.metadata == "{}" else entry.metadata,
        "trace_id": trace,
        "span_id": span,
    }
    lines = [f"{name}: {one_line(value, 4096)}\n" for name, value in facts.items() if value]
    value = "" if entry.value is None else "\n" + escaped(entry.value).rstrip("\n") + "\n"
    return "".join(lines) + value + "\n" + changes.history_lines(versions, current, now)
