"""`memory list`: lists entries, newest first or in another order."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import output_file, point_in_time, shared
from hooks_cli.commands.options.filters import LISTING_OPTIONS, NARROWING_OPTIONS, confidence, facts, globs, tags, times
from hooks_cli.errors import UsageError
from hooks_cli.features.entries import read
from hooks_cli.model import address as addresses
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output import envelope
from hooks_cli.output.listing import entry_lines, one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.entries.read import Found
    from hooks_cli.features.search.search import Request
    from hooks_cli.features.store_opening import Store
    from hooks_cli.model.entry import Entry
    from hooks_cli.model.verb import Call

DEFAULT_LIMIT = 100
# What --all means.
UNLIMITED = 1 << 40
_FILTERS = ("sort_by", "sort_order", *[option.name for option in NARROWING_OPTIONS if option.name != "namespace"])
# What prompts write after --sort-by, and the order that is meant (store.search.ORDERS).
_SORTS = {
    **dict.fromkeys(
        (
            "newest",
            "time",
            "timestamp",
            "date",
            "created",
            "createdat",
            "updated",
            "updatedat",
            "revision",
            "relevance",
        ),
        "newest",
    ),
    "oldest": "-newest",
    **dict.fromkeys(("key", "name", "address"), "key"),
    **dict.fromkeys(("version", "versions"), "version"),
    "size": "size",
}

VERB = Verb(
    "memory",
    "list",
    "List the entries, newest first.",
    options=(
        shared.STORE_PATH,
        *LISTING_OPTIONS,
        Option("pattern_option", ("--pattern",), "Only addresses that match this glob.", metavar="GLOB"),
        shared.limit(f"At most this many ({DEFAULT_LIMIT})."),
        shared.offset(),
        Option("all", ("--all",), "All of them, without a limit.", "switch"),
        *output_file.READING_OPTIONS,
        Option(
            "recent",
            ("--recent",),
            "Newest first (the default); with a number, at most that many.",
            "optional",
            metavar="N",
        ),
        Option("prefix", ("--prefix",), "Only addresses that begin so.", metavar="TEXT"),
        Option(
            "namespaces",
            ("--namespaces", "--list-namespaces"),
            "The same as --group-by namespace.",
            "switch",
            hidden=True,
        ),
        Option("sort_by", ("--sort-by", "--sort"), "newest, oldest, key, version or size.", metavar="ORDER"),
        Option(
            "sort_order",
            ("--sort-order", "--order"),
            "Up or down, whatever the order is.",
            "choice",
            choices=("asc", "desc"),
        ),
        shared.count_only("Print only how many there are."),
        *point_in_time.POINT_OPTIONS,
    ),
    positionals=(Positional("pattern", "A glob over the addresses, an address, or a namespace."),),
    examples=(
        "claude-flow memory list --namespace swarm --limit 20",
        "claude-flow memory list --tags auth,security --since yesterday --sort-by key",
    ),
    aliases=("ls",),
    hot=True,
    strangers="narrow",
    prose=True,
    actions=(),
)


def run(call: Call, environment: Environment) -> int:
    """Print the entries, or write them to --output."""
    return output_file.answered(call, environment, _run)


def _run(call: Call, environment: Environment) -> int:
    """Print the entries; nothing when there are none. Raises UsageError (64) for an unknown order or time."""
    store = store_access.for_reading(environment)
    usual = UNLIMITED if call.flag("all") else DEFAULT_LIMIT
    limit = call.number("limit", int(call.text("recent")) if call.text("recent").isdigit() else usual)
    offset = output_file.offset(call, limit)
    if call.flag("namespaces"):
        call.values["group_by"] = "namespace"
    if call.text("group_by"):
        from hooks_cli.commands.memory import _group_by

        return _group_by.answer(call, environment, store, _request(call, environment, limit, offset))
    found = read.Found([], 0, False) if store is None else _found(call, environment, store, limit, offset)
    if call.flag("count_only"):
        environment.out(f"{found.total}\n")
        return 0
    more = found.total > offset + len(found.entries)
    if call.format == "text":
        if call.flag("keys_only"):
            environment.out("".join([f"{one_line(entry.address, 1024)}\n" for entry in found.entries]))
        elif found.entries and environment.is_terminal(1):
            _look(call, environment, found.entries)
        else:
            environment.out(entry_lines(found.entries))
        if not found.entries and not found.total:
            asked = bool(call.strange) or any(
                name not in ("limit", "offset", "all", "output_format") for name in call.values
            )
            environment.err(f"hooks-cli: {'no entry fits what was asked for' if asked else 'the memory is empty'}")
        if more and found.entries:
            environment.err(f"hooks-cli: only {len(found.entries)} are shown; more with --limit or --offset")
        return 0
    version = str(environment.settings.get("memory.version"))
    shown = found.entries if store is None else read.whole(store, found.entries)
    if call.format == "json":
        pieces = envelope.entries_pieces(shown, len(found.entries), found.total, version, truncated=more)
    else:
        pieces = envelope.entries_lines(shown, version)
    for piece in pieces:
        environment.out(piece)
    return 0


def _look(call: Call, environment: Environment, shown: list[Entry]) -> None:
    """The entries for a person at a terminal."""
    from hooks_cli.system.python_startup import complete

    complete()
    from hooks_cli.output import theme

    if not theme.on(call, environment):
        environment.out(entry_lines(shown))
        return
    from hooks_cli.output.views import entries as view

    view.show_list(theme.console(environment), shown, environment.now())


def _found(call: Call, environment: Environment, store: Store, limit: int, offset: int) -> Found:
    if call.text("between"):
        times(call, environment)  # takes the second time from the words
    wanted = _globs(call)
    counted, short = call.format == "json" or call.flag("count_only"), call.format == "text"
    if len(wanted) == 1 and not call.strange and not any(name in call.values for name in _FILTERS):
        if point_in_time.asked(call):
            return point_in_time.read(call, environment, store, wanted[0], limit)
        if call.text("pattern") and read.current(store, wanted[0], environment.now()) is None:
            wanted = [wanted[0] if addresses.is_glob(wanted[0]) else addresses.under(wanted[0])]
        return read.recall(
            store, wanted[0], environment.now(), limit, offset, counted=counted, short=short, lazy=not short
        )
    if point_in_time.asked(call):
        raise UsageError(f"{call.verb.title}: the past is listed by one namespace or pattern alone, newest first.")
    order = _order(call.text("sort_by"), call.text("sort_order"))
    from hooks_cli.features.search.search import list_entries

    request = _request(call, environment, limit, offset)
    request.counted = counted
    return list_entries(store, environment, request, order, short=short)


def _request(call: Call, environment: Environment, limit: int, offset: int) -> Request:
    """The filters, for all that is not one glob."""
    from hooks_cli.features.search.search import Request

    since, until = times(call, environment)
    request = Request("", limit)
    request.globs, request.tags, request.offset = _globs(call), tags(call), offset
    request.session, request.agent, request.kind = call.text("session"), call.text("agent"), call.text("kind")
    request.since, request.until = since, until
    request.facts, request.min_confidence = facts(call, environment), confidence(call)
    request.expired = call.flag("expired")
    return request


def _globs(call: Call) -> list[str]:
    prefix = call.text("prefix")
    pattern = call.text("pattern") or call.text("pattern_option") or (prefix and prefix + "*")
    if not pattern:
        return globs(call) or ["*"]
    names = [name.strip() for name in call.text("namespace").split(",")]
    return [pattern if name == addresses.ALL_NAMESPACES else addresses.join(name, pattern) for name in names]


def _order(by: str, direction: str) -> str:
    """The name in store.search.ORDERS, with `-` for the other way round. `timestamp:desc` and `-key` are understood."""
    word, _, suffix = by.lower().partition(":")
    turned = word.startswith("-")
    name = word.lstrip("-").replace("_", "").replace("-", "") or "newest"
    if name not in _SORTS:
        raise UsageError(f"--sort-by {by!r} is not an order.", hint="Orders: newest, oldest, key, version, size.")
    order = _SORTS[name]
    direction = direction or suffix
    if direction:
        # Each order has its own natural direction: keys upwards, times, versions and sizes downwards.
        natural = "asc" if order == "key" else "desc"
        return order.lstrip("-") if direction == natural else "-" + order.lstrip("-")
    return ("" if order.startswith("-") else "-") + order.lstrip("-") if turned else order
