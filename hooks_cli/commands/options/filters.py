"""The filter options that search and list share, and their meaning."""

from __future__ import annotations

from hooks_cli.commands.options import shared
from hooks_cli.errors import UsageError
from hooks_cli.model import address as addresses
from hooks_cli.model.verb import Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call


_TAGS = "Only entries with one of these tags, separated by commas; given twice, with one of each."
NARROWING_OPTIONS = (
    shared.namespace("Only entries of this namespace (a glob is allowed); several are separated by commas."),
    shared.tags(_TAGS),
    shared.session_id("Only what this session wrote; latest is the newest one, current the caller's.", name="session"),
    shared.agent("Only what this agent wrote."),
    shared.since(
        "Only what was written at or after this time: 2025-10-17, 2h, yesterday.",
        "--after",
        "--created-after",
        "--from",
        "--start-date",
    ),
    shared.until("Only what was written before this time.", "--before", "--created-before", "--to", "--end-date"),
    Option(
        "between",
        ("--between",),
        "Only what was written from the one time to the other: --between A B.",
        metavar="TIME",
    ),
    Option(
        "max_age",
        ("--max-age", "--time-range", "--within", "--days", "--last"),
        "Only entries not older than this: 7d, 24h; a bare number is days.",
        metavar="AGE",
    ),
    Option("about_type", ("--type",), "Only what was stored with this --type.", metavar="WORD"),
    Option("about_category", ("--category",), "Only what was stored with this --category.", metavar="WORD"),
    Option("about_domain", ("--domain",), "Only what was stored with this --domain.", metavar="WORD"),
    Option("about_scope", ("--scope",), "Only what was stored with this --scope.", metavar="WORD"),
    Option("about_owner", ("--owner",), "Only what was stored with this --owner.", metavar="NAME"),
    Option("about_partition", ("--partition",), "Only what was stored with this --partition.", metavar="NAME"),
    Option("about_status", ("--status",), "Only what was stored with this --status.", metavar="WORD"),
    Option(
        "filters",
        ("--filter", "--where", "--filter-query", "--filters", "--contains"),
        "Only entries with: field:value, field>0.8, field~part, several with commas, a JSON object. A field is one of the metadata, or "
        "key, namespace, tags, agent, session, size, created, value.",
        "many",
        metavar="FIELD:VALUE",
    ),
    Option(
        "min_confidence",
        ("--min-confidence", "--confidence"),
        "Leave out what was stored with a lower --confidence.",
        metavar="0…1",
    ),
    Option("all_namespaces", ("--all-namespaces",), "Everything, whatever --namespace says.", "switch"),
    Option(
        "key_pattern",
        ("--key-pattern", "--key-regex"),
        "Only addresses that this regular expression finds.",
        metavar="REGEX",
    ),
    shared.exclude("Leave out this namespace, or what this glob matches; may be repeated."),
    Option("size_over", ("--size-gt", "--min-size"), "Only values larger than this number of bytes.", metavar="BYTES"),
    Option("size_under", ("--size-lt", "--max-size"), "Only values of fewer bytes.", metavar="BYTES"),
    Option("expired", ("--include-expired",), "Also what has outlived its --ttl and is not collected yet.", "switch"),
    Option(
        "group_by",
        ("--group-by", "--aggregate-by"),
        "Print how many there are of each instead: namespace, tags, agent, session, event, day, month, or a field of the metadata.",
        metavar="FIELD",
    ),
    Option(
        "kind",
        ("--kind",),
        "Only text, json or sealed values, or what one verb wrote: store, notify, post-edit.",
        metavar="KIND",
    ),
)

# The same for list, where -t is not taken by the way of searching.
LISTING_OPTIONS = tuple(shared.tags(_TAGS, "-t") if option.name == "tags" else option for option in NARROWING_OPTIONS)


def globs(call: Call) -> list[str]:
    """The globs that --namespace stands for; [] for all."""
    if call.flag("all_namespaces"):
        return []
    return [addresses.under(name.strip()) for name in call.text("namespace").split(",") if name.strip()]


def tags(call: Call) -> list[list[str]]:
    """One list of alternatives for each --tags."""
    groups = [[tag.strip() for tag in text.split(",") if tag.strip()] for text in call.words("tags")]
    return [group for group in groups if group]


def times(call: Call, environment: Environment) -> tuple[int | None, int | None]:
    """--since and --until in ms since the epoch. Raises UsageError (64) for what is not a time."""
    found: list[int | None] = []
    for name in ("since", "until"):
        text = call.text(name)
        if text:
            from hooks_cli.text.units import parse_time

            found.append(parse_time(text, environment.now(), f"--{name}"))
        else:
            found.append(None)
    age = call.text("max_age")
    if age:
        from hooks_cli.text.ages import parse_age

        last = age[:5].lower() == "last-"
        oldest = environment.now() - parse_age(age[5 * last :], "--max-age")
        found[0] = oldest if found[0] is None else max(found[0], oldest)
    if call.text("between"):
        start, end = _between(call, environment)
        found = [start if found[0] is None else max(found[0], start), end if found[1] is None else min(found[1], end)]
    return found[0], found[1]


def _between(call: Call, environment: Environment) -> tuple[int, int]:
    from hooks_cli.features.search import filter_syntax

    words, pattern = call.words("words"), call.text("pattern")
    following = words or ([pattern] if pattern else [])
    times = filter_syntax.between(call.text("between"), following, environment.now())
    if pattern and not following:
        del call.values["pattern"]
    call.values["between"] = f"{times[0]}..{times[1]}"  # so that asking again finds both
    return times


_FACTS = ("type", "category", "domain", "scope", "owner", "partition", "status")


def facts(call: Call, environment: Environment) -> list[tuple[str, str, str]]:
    """What the entries have to be like, as `store.sqlite.rows.filters.Filters.facts`. `--type all` is any. Raises UsageError (64)."""
    found = [(field, "=", call.text("about_" + field)) for field in _FACTS]
    found = [(field, how, value) for field, how, value in found if value and value != "all"]
    if any(name in call.values for name in ("filters", "key_pattern", "size_over", "size_under", "exclude")):
        from hooks_cli.features.search import filter_syntax

        for text in call.words("filters"):
            found += filter_syntax.facts(text, environment.now())
        found += [("namespace", "!=", name) for name in call.words("exclude")]
        found += [("key", "!=", name) for name in call.words("exclude")]
        for name, field, how in _COMPARING:
            if call.text(name):
                found.append((field, how, call.text(name)))
    if call.strange:
        from hooks_cli.cli import unknown_options

        found += unknown_options.conditions(call, environment)
    return found


_COMPARING = (
    ("key_pattern", "key", "matches"),
    ("size_over", "size", ">"),
    ("size_under", "size", "<"),
)


def words_of_filters(call: Call) -> list[str]:
    """Filters that compare nothing are words to look for; they are taken away from the call."""
    if "filters" not in call.values:
        return []
    from hooks_cli.features.search import filter_syntax

    words = [text for text in call.words("filters") if filter_syntax.is_words(text)]
    call.values["filters"] = [text for text in call.words("filters") if text not in words]
    return words


def confidence(call: Call) -> float | None:
    """--min-confidence as a number, None without one. Raises UsageError (64)."""
    text = call.text("min_confidence").strip().lstrip(">=").strip()
    if not text:
        return None
    try:
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise UsageError(f"--min-confidence {text!r} is not a number.", hint="Write a number from 0 to 1.") from None


def score(call: Call) -> float:
    """--min-score as a number from 0 to 1; a percentage is one too. Raises UsageError (64)."""
    text = call.text("min_score").strip()
    if not text:
        return 0.0
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise UsageError(
            f"--min-score {text!r} is not a score.", hint="Write a number from 0 to 1; the best result's score is 1."
        )
    return value
