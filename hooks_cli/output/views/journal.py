"""Terminal view of the journal: one paragraph for each line, like `git log`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.text import Text

from hooks_cli.output.envelope import moment
from hooks_cli.output.views.safe_text import ago, line, text, who

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from hooks_cli.store.sqlite.reports.journal_log import Line

_STYLES = {
    "delete": "bad",
    "destroy": "bad",
    "clear": "bad",
    "gc": "warn",
    "pre-task": "good",
    "post-task": "good",
    "session-end": "good",
    "session-start": "good",
}


def show_log(console: Console, lines: Iterable[Line], telling: tuple[str, ...], now: int) -> None:
    """Each line of the journal: revision, verb, who, age; below it the address and what was said. `telling` are the fields that say it."""
    for shown in lines:
        head = line(
            (f"r{shown.revision}", "revision"),
            (shown.verb, _STYLES.get(shown.verb, "verb")),
            who(shown.session_shown, shown.agent),
            (ago(now - shown.at), "when"),
            (moment(shown.at)[:19].replace("T", " "), "faint"),
        )
        console.print(head)
        if shown.address is not None:
            console.print(Padding(line(text(shown.address, "key", 1024), (f"v{shown.version}", "faint")), (0, 0, 0, 4)))
        said = _said(shown, telling)
        if said is not None:
            console.print(Padding(said, (0, 0, 0, 4)))


def _said(shown: Line, telling: tuple[str, ...]) -> Text | None:
    fields = {} if shown.fields is None else json.loads(shown.fields)
    for told in (shown.said, *[fields.get(name) for name in telling]):
        if isinstance(told, str) and told and told != shown.address:
            made = text(told, "", 2_000)
            made.no_wrap, made.overflow = False, "fold"
            return made
    return None
