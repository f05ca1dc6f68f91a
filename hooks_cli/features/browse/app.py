"""The Textual application of `memory browse` (the extra `hooks-cli[browse]`). Loaded by that command alone."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from typing import ClassVar

from rich.console import Group, RenderableType
from rich.text import Text
from rich.theme import Theme
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.events import Resize
from textual.timer import Timer
from textual.widgets import DataTable, Footer, Input, Static, TabbedContent, TabPane

from hooks_cli.errors import HooksError
from hooks_cli.model.entry import Entry
from hooks_cli.output import theme
from hooks_cli.output.changes import state
from hooks_cli.output.envelope import moment
from hooks_cli.output.views.entries import timeline, value_of
from hooks_cli.output.views.safe_text import ago, line, text, who
from hooks_cli.text.escapes import escaped

Find = Callable[[str], list[Entry]]
Versions = Callable[[str], tuple[list[Entry], int]]
Changed = Callable[[Entry, list[Entry]], list[str]]
# A terminal with fewer rows than SHORT gets no frame and no footer; one with fewer columns than NARROW the parts one below the other.
SHORT, NARROW = 14, 50
# A look that took longer than this waits for the end of the typing: for twice as long, at most LONGEST.
QUICK, LONGEST = 0.05, 0.5
# Who is told to end, and has not after so long, is ended.
PATIENCE_SECONDS = 2
_DIFF = {"+": "added", "-": "removed", "~": "warn", "@": "faint"}


class Browser(App[None]):
    """Search as you type on the left; value, history and difference of what is chosen on the right."""

    CSS = """
    #search { dock: top; }
    #found { width: 2fr; }
    #chosen { width: 3fr; }
    #head { height: auto; padding: 0 1; }
    .short #search, .short #search:focus { border: none; height: 1; padding: 0; }
    .short Footer { display: none; }
    .narrow #both { layout: vertical; }
    .narrow #found, .narrow #chosen { width: 100%; height: 1fr; }
    .narrow #head { padding: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "search", "Search"),
        ("left_square_bracket", "older", "Older version"),
        ("right_square_bracket", "newer", "Newer version"),
        ("ctrl+r", "again", "Look again"),
        ("ctrl+q", "quit", "Quit"),
        Binding("ctrl+c", "leave", "Quit", show=False, priority=True),
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self, find: Find, versions: Versions, changed: Changed, now: Callable[[], int], typed: str = ""
    ) -> None:
        """The ways to read, and the clock (ms): nothing of the store is held by the screen."""
        super().__init__()
        self.title = "memory"
        self._find, self._versions, self._changed, self._now = find, versions, changed, now
        self._typed = typed
        self.found: list[Entry] = []
        self.history: list[Entry] = []
        self.current = 0
        self.shown = 0
        # The signal that ended it, 0 for none; the error that did, and that is none of those that are shown.
        self.told_to_end = 0
        self.failure: Exception | None = None
        self._trouble: HooksError | None = None
        self._took = 0.0
        # Set while the typing has gone on and the search has not.
        self.waiting: Timer | None = None

    def compose(self) -> ComposeResult:
        """The screen's parts."""
        yield Input(self._typed, placeholder="Search: words, the beginning of one, an address, a glob", id="search")
        with Horizontal(id="both"):
            yield DataTable(id="found", cursor_type="row", zebra_stripes=True)
            with VerticalScroll(id="chosen", can_focus=False):
                yield Static(id="head")
                with TabbedContent(id="sides"):
                    for name in ("Value", "History", "Diff"):
                        with TabPane(name, id=f"side-{name.lower()}"), VerticalScroll():
                            yield Static(id=name.lower())
        yield Footer()

    def on_mount(self) -> None:
        """Begin with what there is. From now on the terminal is restored however the program ends."""
        if not self.is_headless:
            for number in (signal.SIGTERM, signal.SIGHUP):
                asyncio.get_running_loop().add_signal_handler(number, self._end, number)
            self.set_interval(PATIENCE_SECONDS, self._end_without_terminal)
        self.console.push_theme(Theme(theme.MEANINGS))
        self.query_one("#found", DataTable).add_columns("Key", "Age", "")
        self._look_for(self._typed)
        self.query_one("#search", Input).focus()

    def on_resize(self, event: Resize) -> None:
        """Make the best of a small terminal."""
        self.screen.set_class(event.size.height < SHORT, "short")
        self.screen.set_class(event.size.width < NARROW, "narrow")
        self.query_one("#found", DataTable).show_header = event.size.height >= SHORT

    def on_input_changed(self) -> None:
        """Search as it is typed; in a large memory, when the typing pauses."""
        if self.waiting is not None:
            self.waiting.stop()
        if self._took > QUICK:
            self.waiting = self.set_timer(min(2 * self._took, LONGEST), self.action_again)
        else:
            self.action_again()

    def on_input_submitted(self) -> None:
        """Go to what was found."""
        self.query_one("#found", DataTable).focus()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Show what the cursor is on."""
        row = event.data_table.cursor_row  # the event's may be of the rows before these
        if 0 <= row < len(self.found) and self.found[row].address != self._address:
            self._choose(self.found[row].address)

    @property
    def _address(self) -> str:
        return self.history[0].address if self.history else ""

    def _look_for(self, typed: str) -> None:
        began, chosen = time.monotonic(), self._address
        self._trouble = None
        try:
            self.found = self._find(typed)
        except HooksError as error:
            self.found, self._trouble = [], error
        table = self.query_one("#found", DataTable)
        table.clear()
        now = self._now()
        for entry in self.found:
            table.add_row(text(entry.address, "", 200), ago(now - entry.at), f"v{entry.version}")
        row = next((row for row, entry in enumerate(self.found) if entry.address == chosen), 0)
        if self.found:
            table.move_cursor(row=row)
        self._choose(self.found[row].address if self.found else "")
        self._took = time.monotonic() - began

    def _choose(self, address: str) -> None:
        self.history, self.current, self.shown = [], 0, 0
        if address:
            try:
                self.history, self.current = self._versions(address)
            except HooksError as error:
                self._trouble = error
        self._show()

    def action_search(self) -> None:
        """Go back to the search."""
        self.query_one("#search", Input).focus()

    def action_again(self) -> None:
        """Reads everything again."""
        if self.waiting is not None:
            self.waiting.stop()
            self.waiting = None
        self._look_for(self.query_one("#search", Input).value)

    def action_leave(self) -> None:
        """Ctrl-C: copy what is selected, or else end."""
        selected = getattr(self.screen, "get_selected_text", str)()
        if selected:
            self.copy_to_clipboard(selected)
        else:
            self.exit()

    def action_older(self) -> None:
        """Show the version before."""
        self._step(1)

    def action_newer(self) -> None:
        """Show the version after."""
        self._step(-1)

    def _step(self, by: int) -> None:
        if 0 <= self.shown + by < len(self.history):
            self.shown += by
            self._show()

    def _show(self) -> None:
        if not self.history:
            error = self._trouble
            told = [Text(escaped(str(error)), "bad"), Text(escaped(error.hint_text))] if error else []
            self._put("head", *(told or [Text("nothing was found")]))
            for name in ("value", "history", "diff"):
                self._put(name, Text(""))
            return
        entry, now = self.history[self.shown], self._now()
        self._put(
            "head",
            line(text(entry.address, "folder", 1024)),
            line(
                f"v{entry.version} of {self.history[0].version}",
                state(entry, self.current, now),
                (moment(entry.at), "when"),
                Text(entry.event, "verb"),
                who(entry.session_shown, entry.agent),
            ),
        )
        self._put("value", value_of(entry))
        self._put("history", timeline(self.history, entry.version, self.current, now))
        lines = self._changed(entry, self.history)
        shown = [Text(escaped(each), _DIFF.get(each[:1], ""), overflow="fold") for each in lines]
        self._put("diff", *(shown or [Text("no difference to a version before", "faint")]))

    def _end_without_terminal(self) -> None:
        """A terminal that hangs up sends a signal only to those whose controlling terminal it is; others would read its end forever."""
        if not os.isatty(0):
            self._end(signal.SIGHUP)

    def _end(self, number: int) -> None:
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGHUP):
            loop.remove_signal_handler(each)
        self.told_to_end = number
        loop.call_later(PATIENCE_SECONDS, signal.raise_signal, number)
        self.exit()

    def _handle_exception(self, error: Exception) -> None:
        """Leave the terminal as it was; the caller says what it was. (Textual's own page would show what the variables hold.)"""
        if self.is_headless:
            super()._handle_exception(error)
        self.failure = error
        self.exit()

    def _put(self, name: str, *parts: RenderableType) -> None:
        self.query_one(f"#{name}", Static).update(Group(*parts))
