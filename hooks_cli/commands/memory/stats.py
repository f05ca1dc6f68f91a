"""`memory stats`: prints counts and sizes of the memory."""

from __future__ import annotations

import time

from hooks_cli.commands import store_access
from hooks_cli.commands.options import shared
from hooks_cli.features.entries import statistics
from hooks_cli.model import address as addresses
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output import changes, theme
from hooks_cli.output.plain_text import figure_lines
from hooks_cli.text.units import DAY, parse_duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

DEFAULT_PERIOD = "7d"
# On a terminal: the days whose growth is shown, and how many sessions and agents.
GROWTH = 14 * DAY
MOST_WRITERS = 10

VERB = Verb(
    "memory",
    "stats",
    "Count what the memory holds: entries, versions, namespaces, sizes.",
    options=(
        shared.STORE_PATH,
        shared.namespace("Only this namespace (a glob is allowed)."),
        shared.detailed(
            "Also sizes by namespace, the store's own size, and the journal's figures.",
            "--breakdown",
            "--full",
            "--performance",
            "--report",
        ),
        Option(
            "detail",
            ("--detail", "--details"),
            "by-agent, by-session or summary; alone or with another word the same as --detailed.",
            "optional",
            metavar="[WORD]",
        ),
        Option(
            "top",
            ("--top-keys", "--top"),
            "Also the N addresses that were written most often.",
            "integer",
            metavar="N",
        ),
        Option("trends", ("--trends",), "Also what was written on each day of --period.", "switch"),
        Option(
            "period",
            ("--period", "--time-range", "--since"),
            f"How far --trends goes back ({DEFAULT_PERIOD}).",
            metavar="DURATION",
        ),
        Option("by_session", ("--by-session",), "Also the versions that each session wrote.", "switch"),
        Option("by_agent", ("--by-agent",), "Also the versions that each agent wrote.", "switch"),
        Option("health", ("--health",), "Also the store's path, its encryption, and its last write.", "switch"),
        Option("export", ("--export", "--output", "-o"), "Write the figures to a JSON file too.", metavar="FILE"),
        Option("watch", ("--watch", "--monitor", "--live"), "On a terminal: again and again, until Ctrl-C.", "switch"),
        Option("interval", ("--interval",), "How often --watch looks (5s).", metavar="DURATION"),
    ),
    positionals=(Positional("namespace", "Only this namespace."),),
    examples=("claude-flow memory stats", "claude-flow memory stats --namespace swarm --detailed --json"),
    aliases=("analytics", "analyze"),
    strangers="note",
    prose=True,
    details="All figures are counted when they are asked for. A line of the text is `Total entries: N`.",
    actions=("report",),
)


def run(call: Call, environment: Environment) -> int:
    """Print the figures. Raises UsageError (64) for a period that is none, CannotCreate (73) for the file of --export."""
    if "store_path" in call.values:
        from hooks_cli.commands.options import store_path

        store_path.apply(call, environment)
    detail = call.text("detail").lower().replace("_", "-") or call.flag("detail")
    store = store_access.for_reading(environment)
    pattern = addresses.under(call.text("namespace"))
    since = None
    if call.flag("trends") or call.text("period"):
        since = environment.now() - parse_duration(call.text("period") or DEFAULT_PERIOD, "--period", DAY)
    pause = parse_duration(call.text("interval") or "5s", "--interval") / 1000
    seen = theme.on(call, environment)
    again = call.flag("watch") and environment.is_terminal(1)
    while True:
        figures = statistics.of_memory(
            store,
            environment.now(),
            pattern,
            detailed=call.flag("detailed") or detail not in (False, "by-agent", "by-session", "summary"),
            top=max(0, call.integer("top", 0)),
            since=environment.now() - GROWTH if seen and since is None else since,
        )
        if store is not None:
            for column in ("session", "agent"):
                if seen or call.flag(f"by_{column}") or detail == f"by-{column}":
                    figures[f"by_{column}"] = dict(statistics.by_writer(store, pattern, column, MOST_WRITERS))
        if call.flag("health"):
            figures["health"] = statistics.health(store, environment)
        if seen:
            _look(environment, figures, again)
        else:
            print_figures(call, environment, figures)
        if call.text("export"):
            _write(environment, call.text("export"), figures)
        if not again:
            return 0
        environment.flush()
        time.sleep(pause)


def _look(environment: Environment, figures: dict[str, Any], again: bool) -> None:
    """The figures for a person at a terminal; seen again and again they take each other's place."""
    from hooks_cli.output.views import figures as view

    console = theme.console(environment)
    if again:
        console.clear()
    view.show_figures(console, figures)


def print_figures(call: Call, environment: Environment, figures: dict[str, Any]) -> None:
    """Figures as text, or as one JSON object."""
    if call.format == "text":
        environment.out(figure_lines(figures))
    else:
        environment.out(changes.json_object(figures))


def _write(environment: Environment, path: str, figures: dict[str, Any]) -> None:
    import json
    import os

    from hooks_cli.system.private_files import make_parents, write_file

    place = os.path.join(environment.cwd, path)
    make_parents(place)
    content = json.dumps({"schema_version": "1", **figures}, ensure_ascii=False, indent=2) + "\n"
    write_file(place, content.encode())
    environment.err(f"hooks-cli: written to {place}")
