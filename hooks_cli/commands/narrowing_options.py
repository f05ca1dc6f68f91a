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
        "kind",
        ("--kind",),
        "Only text, json or sealed values, or what one verb wrote: store, notify, post-edit.",
        metavar="KIND",
    ),
)


def globs(call: Call) -> list[str]:
    """The globs that --namespace stands for; [] for all."""
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
    return found[0], found[1]


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
