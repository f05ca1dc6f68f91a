"""`monitor`: shows current activity in the project, updated every few seconds."""

from __future__ import annotations

import json
import time

from hooks_cli.commands import store_access
from hooks_cli.commands.options import shared
from hooks_cli.errors import NotFound
from hooks_cli.model.verb import Option, Verb
from hooks_cli.text.units import HOUR, SECOND, parse_duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.monitor.look import Seen
    from hooks_cli.features.watch import Feed
    from hooks_cli.model.verb import Call

DEFAULT_INTERVAL = "2s"
DEFAULT_ROWS = 8
# An open session in which nothing happened for longer is asleep: counted, not listed.
ACTIVE = 12 * HOUR

VERB = Verb(
    "",
    "monitor",
    "Show open sessions, running tasks, the latest notices and how fast revisions come, live.",
    options=(
        Option("interval", ("--interval", "-i"), f"How often to look ({DEFAULT_INTERVAL}).", metavar="DURATION"),
        Option("rows", ("--rows", "--limit"), f"Rows of each kind, at most ({DEFAULT_ROWS}).", "integer", metavar="N"),
        Option("once", ("--once",), "Look once and end.", "switch"),
        shared.timeout(),
    ),
    examples=("hooks-cli monitor", "hooks-cli monitor --interval 5s", "hooks-cli monitor --once --json"),
    details=(
        "On a terminal it shows a view that is updated at each change; Ctrl-C ends it. Otherwise it prints a line "
        "for each change and for each new notice; with --json one object each. It only reads: between two queries "
        "it holds neither a lock nor a transaction."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Look until told to stop. Raises UsageError (64), NotFound (1) without a store."""
    pause = parse_duration(call.text("interval") or DEFAULT_INTERVAL, "--interval", SECOND) / 1000
    rows = max(0, call.integer("rows", DEFAULT_ROWS))
    deadline = None
    if call.text("timeout"):
        deadline = time.monotonic() + parse_duration(call.text("timeout"), "--timeout", bare=SECOND) / 1000
    store = store_access.for_reading(environment)
    if store is None:
        raise NotFound(
            f"There is no store to look at yet. (Project: {environment.project.root})",
            hint="It is made by the first hook call.",
        )
    store.close()
    from hooks_cli.features.watch import Feed
    from hooks_cli.output import theme

    feed = Feed(environment, "*", None)
    try:
        if call.flag("once"):
            _tell(call, environment, _look(feed, environment, rows), None)
        elif theme.on(call, environment):
            _live(environment, feed, rows, pause, deadline)
        else:
            _lines(call, environment, feed, rows, pause, deadline)
    finally:
        feed.close()
    return 0


def _look(feed: Feed, environment: Environment, rows: int) -> Seen:
    from hooks_cli.features.monitor.look import Seen

    feed.mark()
    return Seen(feed.store, environment.now(), ACTIVE, rows)


def _rest(feed: Feed, pause: float, deadline: float | None) -> bool | None:
    """Whether something was written during a pause; None when the time is up."""
    if deadline is not None:
        pause = min(pause, deadline - time.monotonic())
        if pause <= 0:
            return None
    return feed.rest(pause)


def _lines(call: Call, environment: Environment, feed: Feed, rows: int, pause: float, deadline: float | None) -> None:
    seen = _look(feed, environment, rows)
    _tell(call, environment, seen, None)
    while not environment.streams.reader_gone:
        environment.flush()
        written = _rest(feed, pause, deadline)
        if written is None:
            return
        if written:
            before, seen = seen, _look(feed, environment, rows)
            _tell(call, environment, seen, before)


def _tell(call: Call, environment: Environment, seen: Seen, before: Seen | None) -> None:
    from hooks_cli.features.monitor import view

    if call.format == "text":
        environment.out(view.as_text(seen, environment.now(), before))
    else:
        environment.out(json.dumps(view.as_object(seen, environment.now()), ensure_ascii=False) + "\n")


def _live(environment: Environment, feed: Feed, rows: int, pause: float, deadline: float | None) -> None:
    from rich.live import Live

    from hooks_cli.features.monitor import view
    from hooks_cli.output import theme

    console = theme.console(environment)
    seen = _look(feed, environment, rows)
    shown = view.Screen(environment.project.name, seen, environment.now)
    try:
        with Live(shown, console=console, screen=True, auto_refresh=False) as live:
            while True:
                live.refresh()  # ages go on without a write
                written = _rest(feed, pause, deadline)
                if written is None:
                    return
                if written:
                    shown.seen = _look(feed, environment, rows)
    except KeyboardInterrupt:
        # That is how people end it. It may have come while the view was being set up, which rich does not undo.
        console.set_alt_screen(False)
        console.show_cursor(True)
