"""The filters that search and list share: their options, and what they mean."""

from __future__ import annotations

from hooks_cli.cli.spec import Option
from hooks_cli.errors import UsageError
from hooks_cli.model import address as addresses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

NARROWING_OPTIONS = (
    Option(
        "namespace",
        ("--namespace", "-n"),
        "Only what lies in this namespace (a glob is allowed); several are separated by commas.",
        metavar="N",
    ),
    Option(
        "tags",
        ("--tags", "--tag"),
        "Only entries with one of these tags, separated by commas; given twice, with one of each.",
        "many",
        metavar="TAGS",
    ),
    Option(
        "session",
        ("--session", "--session-id", "-s"),
        "Only what this session wrote; latest is the newest one, current the caller's.",
        metavar="ID",
    ),
    Option("agent", ("--agent", "--agent-id"), "Only what this agent wrote.", metavar="NAME"),
    Option(
        "since",
        ("--since", "--after", "--created-after"),
        "Only what was written at or after this time: 2025-10-17, 2h, yesterday.",
        metavar="TIME",
    ),
    Option(
        "until",
        ("--until", "--before", "--created-before"),
        "Only what was written before this time.",
        metavar="TIME",
    ),
    Option(
        "max_age",
        ("--max-age", "--time-range", "--within"),
        "Only what is not older than this: 7d, 24h; a bare number is days.",
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
        ("--filter", "--where"),
        "Only what has this in its metadata: field:value, field:>0.8, field:<=3.",
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
        "kind",
        ("--kind",),
        "Only text, json or sealed values, or what one verb wrote: store, notify, post-edit.",
        metavar="KIND",
    ),
)


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
    """--since and --until in ms since the epoch. Raises UsageError (64) for what is no time."""
    found: list[int | None] = []
    for name in ("since", "until"):
        text = call.text(name)
        if text:
            from hooks_cli.model.times import parse_time

            found.append(parse_time(text, environment.now(), f"--{name}"))
        else:
            found.append(None)
    age = call.text("max_age")
    if age:
        from hooks_cli.model.times import DAY, parse_duration

        oldest = environment.now() - parse_duration(age.lower().removeprefix("last-"), "--max-age", DAY)
        found[0] = oldest if found[0] is None else max(found[0], oldest)
    return found[0], found[1]


_FACTS = ("type", "category", "domain", "scope", "owner", "partition", "status")
_COMPARISONS = (">=", "<=", ">", "<", "=")


def facts(call: Call) -> list[tuple[str, str, str]]:
    """What the metadata has to say, as `store.narrowing.Narrowing.facts`. `--type all` is any. Raises UsageError (64)."""
    found = [(field, "=", call.text("about_" + field)) for field in _FACTS]
    found = [(field, how, value) for field, how, value in found if value and value != "all"]
    for text in call.words("filters"):
        place = _comparison_at(text)
        if place < 0:
            continue  # words to look for: `words_of_filters`
        rest = text[place:].removeprefix(":").strip()
        how = next((sign for sign in _COMPARISONS if rest.startswith(sign)), "")
        value = rest[len(how) :].strip()
        field = text[:place].strip()
        if not all(name.replace("_", "").replace("-", "").isalnum() for name in field.split(".")) or not value:
            raise UsageError(f"--filter {text!r} is no filter.", hint="Write field:value, field>0.8 or field<=3.")
        found.append((field, how or "=", value))
    return found


def _comparison_at(text: str) -> int:
    """Where in `field:value` or `field>0.8` the comparison begins, -1 when there is none."""
    places = [place for place in map(text.find, ":=<>") if place >= 0]
    return min(places, default=-1)


def words_of_filters(call: Call) -> list[str]:
    """Filters that compare nothing are words to look for."""
    return [text for text in call.words("filters") if _comparison_at(text) < 0]


def confidence(call: Call) -> float | None:
    """--min-confidence as a number, None without one. Raises UsageError (64)."""
    text = call.text("min_confidence").strip().lstrip(">=").strip()
    if not text:
        return None
    try:
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise UsageError(f"--min-confidence {text!r} is no number.", hint="Write a number from 0 to 1.") from None


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
            f"--min-score {text!r} is no score.", hint="Write a number from 0 to 1; the best result's score is 1."
        )
    return value
