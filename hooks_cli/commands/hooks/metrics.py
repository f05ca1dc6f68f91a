"""`hooks metrics`: prints counts of the recorded hook calls."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import shared
from hooks_cli.errors import NotFound, UsageError
from hooks_cli.features.entries import statistics
from hooks_cli.features.journal import overview
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output import changes
from hooks_cli.output.plain_text import figure_lines
from hooks_cli.text.units import DAY, UNITS, parse_duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.environment import Environment
    from hooks_cli.features.store_opening import Store
    from hooks_cli.model.verb import Call

VERB = Verb(
    "hooks",
    "metrics",
    "Count what the hooks told: events by verb, tasks, commands, sessions, entries.",
    options=(
        Option(
            "period",
            ("--period", "--time-range", "--since", "--last"),
            "Only this long back: 7d, 24h, week.",
            metavar="DURATION",
        ),
        shared.CATEGORY,
        shared.detailed("Also the figures of `memory stats --detailed`."),
        Option("summary", ("--summary",), "Only the totals, without the events by verb.", "switch"),
        shared.session_id("Only this session; latest is the newest one."),
        shared.agent("Only what this agent told."),
    ),
    positionals=(Positional("session_id", "Only this session; latest is the newest one."),),
    examples=("npx claude-flow@alpha hooks metrics", "npx claude-flow@alpha hooks metrics --period 7d --format json"),
    details=(
        "All figures are counted at the time of the call. Each line of the text has the form `Total entries: N`. "
        "The call itself is not recorded."
    ),
    hot=False,
    records=False,
)


def run(call: Call, environment: Environment) -> int:
    """Print the figures. Raises NotFound (1) for a session that was never opened, UsageError (64) for a period that is none,
    or a part of a session's figures."""
    environment.lenient = True
    store = store_access.for_reading(environment)
    now = environment.now()
    if call.text("session_id"):
        _refuse_parts(call)
        figures = _of_session(store, call.text("session_id"), now)
    else:
        since = _since(call.text("period"), now, environment)
        figures = statistics.of_hooks(store, now, since, call.text("agent"))
        verbs = figures.pop("by_verb", {})
        if call.text("category"):
            verbs = {name: number for name, number in verbs.items() if call.text("category") in name}
            figures["events_in_category"] = sum(verbs.values())
        if verbs and not call.flag("summary"):
            figures["by_verb"] = verbs
    if call.flag("detailed") and store is not None:
        figures["memory"] = statistics.of_memory(store, now, detailed=True)
    if call.format == "text":
        environment.out(figure_lines(figures))
    else:
        environment.out(changes.json_object(figures))
    return 0


def _refuse_parts(call: Call) -> None:
    for option in call.verb.options:
        if option.name in ("period", "category", "summary", "agent") and call.values.get(option.name):
            raise UsageError(f"hooks metrics gives a session's figures whole; {option.flags[0]} is for all sessions.")


def _since(period: str, now: int, environment: Environment) -> int:
    if not period or period == "all":
        return 0
    if period[0] in "<[$" or period.startswith("{{"):
        environment.err(f"hooks-cli: --period: nothing was filled in for {period!r}; all is counted")
        return 0
    words = period.strip().lower().removeprefix("last-").removeprefix("last ")
    return now - (UNITS[words] if words in UNITS else parse_duration(words, "--period", DAY))


def _of_session(store: Store | None, name: str, now: int) -> dict[str, Any]:
    if store is None:
        raise NotFound(f"There is no session {name}.")
    figures = overview.figures(store, name, now)
    if figures is None:
        raise NotFound(f"There is no session {name}.", hint="See all figures: hooks metrics")
    total = statistics.of_hooks(store, now)["total_entries"]
    return {"total_entries": total, **figures}
