"""`memory recall`: prints the value of one address, or lists what a glob matches."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import output_file, point_in_time, shared
from hooks_cli.errors import MissingArgument, NotFound, UsageError
from hooks_cli.features.entries import read, reveal
from hooks_cli.model import address as addresses
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output import envelope
from hooks_cli.output.listing import entry_lines, one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.entries.read import Found
    from hooks_cli.features.store_opening import Store
    from hooks_cli.model.entry import Entry
    from hooks_cli.model.verb import Call

DEFAULT_LIMIT = 100
# What --all means.
UNLIMITED = 1 << 40

# These make a list of what a glob matches: `memory list` has more of them, and says what they mean.
_NARROWING = (
    Option(
        "filters",
        ("--filter", "--where"),
        "Of a glob, only entries with: field:value, field>0.8 …",
        "many",
        metavar="FIELD:VALUE",
    ),
    shared.tags("Of a glob, only entries with one of these tags."),
    shared.agent("Of a glob, or of everything, only what this agent wrote."),
    shared.session_id("The same of a session.", name="session"),
    shared.since("Of a glob, only what was written since: 2025-10-17, 2h, yesterday.", "--after"),
)

VERB = Verb(
    "memory",
    "recall",
    "Print the value at an address, or list the entries that a glob matches, newest first.",
    options=(
        shared.STORE_PATH,
        Option(
            "key_option",
            ("--key", "-k", "--memory-key", "--pattern"),
            "The address or glob, instead of the argument.",
            metavar="KEY",
        ),
        shared.namespace("The namespace N: the address is N/KEY; alone, all of N."),
        shared.limit(f"At most this many entries of a glob ({DEFAULT_LIMIT})."),
        shared.offset("Leave out the first N entries of a glob."),
        Option("all", ("--all",), "All entries of a glob, without a limit.", "switch"),
        *_NARROWING,
        Option(
            "default", ("--default",), "Print this if there is no entry at the address, and exit 0.", metavar="TEXT"
        ),
        Option(
            "value_only",
            ("--value-only",),
            "Only values, also with --json: of one address as ever, of a glob one on a line.",
            "switch",
        ),
        Option(
            "project",
            ("--project",),
            "In another project, by its name; else of a glob, the metadata field.",
            metavar="NAME",
        ),
        Option("loose", ("--loose",), "Where nothing is at KEY, take the only address that ends with /KEY.", "switch"),
        Option("keys_only", ("--keys-only", "--keys"), "Print the addresses alone.", "switch"),
        output_file.OUTPUT_OPTION,
        *point_in_time.OPTIONS,
        shared.REVEAL,
    ),
    positionals=(
        Positional("key", "An address, or a glob: * crosses /, ? is one character, […] a set."),
        Positional("rest", "With a second word the first one is the namespace: recall N KEY is recall N/KEY."),
    ),
    examples=(
        'claude-flow memory recall "coordination/*" --limit 10',
        'claude-flow memory recall "swarm/performance/baseline" || echo "no baseline yet"',
    ),
    details=(
        "One address: prints only the value, byte for byte. Exit 1 without output if there is no entry; exit 77 "
        "if the value is sealed and --reveal is not given."
    ),
    aliases=("retrieve", "get", "read", "load", "cat"),
    hot=True,
    strangers="note",
    prose=True,
    actions=(),
)


def run(call: Call, environment: Environment) -> int:
    """Print what is there, or write it to --output."""
    return output_file.answered(call, environment, _run)


def _run(call: Call, environment: Environment) -> int:
    """Print what is there. Raises NotFound (1) for one address without an entry, Sealed or RevealRefused (77), MissingArgument (64)."""
    if "project" in call.values:
        from hooks_cli.commands.options import other_project

        environment = other_project.apply(call, environment)
    filters = [option.flags[0] for option in _NARROWING if option.name in call.values]
    namespace, key = _asked_for(call, filters)
    pattern = addresses.join(namespace, key) if key else addresses.under(namespace)
    glob = addresses.is_glob(pattern)
    if filters:
        if glob or not key:
            return _narrowed(call, environment, pattern)
        environment.err(f"hooks-cli: {', '.join(filters)} narrows a glob; one address is read as it is")
    if call.flag("reveal"):
        reveal.allow(environment)
    limit = call.number("limit", UNLIMITED if call.flag("all") else DEFAULT_LIMIT)
    # Without a store there is no entry at an address, and nothing that a glob matches: the one is a miss, the other an answer.
    store = store_access.for_reading(environment) if glob else store_access.for_memory(environment, create=False)
    if store is None:
        found = read.Found([], 0, False)
    elif point_in_time.asked(call):
        found = point_in_time.read(call, environment, store, pattern, limit)
    else:
        found = _found(call, environment, store, namespace, key, limit)
    if found.exact and not found.entries:
        return _missing(call, environment, store, pattern)
    if store is not None and call.flag("reveal"):
        reveal.reveal(store, found.entries)
    elif found.exact:
        reveal.refuse_sealed(found.entries[0])
    if call.flag("keys_only"):
        environment.out("".join(f"{one_line(entry.address, 1024)}\n" for entry in found.entries))
    elif call.format != "text" and not call.flag("value_only"):
        _show_envelopes(call, environment, store, found)
    elif found.exact:
        _show_value(environment, found.entries[0])
    else:
        values = call.flag("value_only")
        environment.out("".join(f"{e.value or ''}\n" for e in found.entries) if values else entry_lines(found.entries))
        if not found.entries:
            environment.err(f"hooks-cli: no entry fits {one_line(pattern)!r}")
        if found.total > limit:
            environment.err(f"hooks-cli: only the newest {limit} are shown; more with --limit or --offset")
    return 0


def _asked_for(call: Call, filters: list[str]) -> tuple[str, str]:
    """(namespace, key or glob), as KEY, --namespace N KEY or N KEY say it. Raises MissingArgument or UsageError (64)."""
    key, namespace = call.text("key_option") or call.text("key"), call.text("namespace")
    if "rest" in call.values:
        if call.text("key_option") or namespace:
            raise UsageError(f"{call.verb.title} reads one key; {call.text('rest')!r} is one too many.")
        namespace, key = key, call.text("rest")
    if not key and not namespace and not filters:
        raise MissingArgument(verb=call.verb.title, what=f"a key: {call.verb.title} KEY")
    return namespace, key


def _found(call: Call, environment: Environment, store: Store, namespace: str, key: str, limit: int) -> Found:
    """What is there now. Where nothing is, what a namespace that was said twice may mean."""
    pattern = addresses.join(namespace, key) if key else addresses.under(namespace)
    values, whole_values = call.flag("value_only"), call.flag("reveal")
    as_json = call.format != "text" and not values
    found = read.recall(
        store, pattern, environment.now(), limit, call.number("offset", 0), counted=call.format == "json",
        short=not as_json and not values and not whole_values, lazy=as_json and not whole_values,
    )  # fmt: skip
    if found.exact and not found.entries:
        from hooks_cli.features.entries import missing

        found = missing.doubled(store, namespace, key, environment.now()) or found
        if not found.entries and call.flag("loose"):
            meant = missing.ending_so(store, pattern, environment.now())
            found = read.Found([meant], 1, True) if meant is not None else found
        if found.entries:
            environment.err(
                f"hooks-cli: nothing is at {one_line(pattern, 1024)}; this is {one_line(found.entries[0].address, 1024)}"
            )
    return found


def _missing(call: Call, environment: Environment, store: Store | None, address: str) -> int:
    """What stands for an entry that is not there: --default. Raises NotFound (1)."""
    if "default" in call.values:
        environment.value(call.text("default"))
        return 0
    if store is None or point_in_time.asked(call):
        raise NotFound(address=address)
    from hooks_cli.features.entries import missing

    raise missing.of(store, address, environment.now())


def _show_envelopes(call: Call, environment: Environment, store: Store | None, found: Found) -> None:
    version = str(environment.settings.get("memory.version"))
    shown = found.entries if store is None else read.whole(store, found.entries)
    if call.format == "json":
        pieces = envelope.entries_pieces(shown, len(found.entries), found.total, version)
    else:
        pieces = envelope.entries_lines(shown, version)
    for piece in pieces:
        environment.out(piece)


def _show_value(environment: Environment, entry: Entry) -> None:
    """The value alone, byte for byte; of a file without its text, why there is none."""
    environment.value(entry.value or "")
    if not entry.value and entry.source:
        from hooks_cli.features.journal.file_capture import textless_source

        if reason := textless_source(entry.source):
            environment.err(f"hooks-cli: {entry.address} has no text: its file {reason} when it was recorded")


# What stands in the pattern by then, or was done before.
_ONLY_HERE = ("key", "key_option", "rest", "namespace", "output")


def _narrowed(call: Call, environment: Environment, pattern: str) -> int:
    """What `memory list` answers to the same options. Raises UsageError (64) where it does, and for what only recall has."""
    from hooks_cli.commands.memory import list as listing
    from hooks_cli.model.verb import Call as AnyCall

    alone = [name for name in ("reveal", "version", "default") if name in call.values]
    if alone:
        raise UsageError(
            f"{call.verb.title} --{alone[0]} is for a key or glob alone, without --filter, --tags, --agent …"
        )
    values = {name: value for name, value in call.values.items() if name not in _ONLY_HERE}
    return listing.run(AnyCall(listing.VERB, {**values, "pattern_option": pattern}, [], [], call.alias), environment)
