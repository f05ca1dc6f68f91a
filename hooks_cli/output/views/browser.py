"""`memory browse`: the memory to walk through, with Textual (the extra `hooks-cli[browse]`). Cold, and loaded by that command alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.console import Group, RenderableType
from rich.text import Text
from rich.theme import Theme
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import DataTable, Footer, Input, Static, TabbedContent, TabPane

from hooks_cli.model.entry import Entry
from hooks_cli.model.visible import escaped
from hooks_cli.output import theme
from hooks_cli.output.changes import state
from hooks_cli.output.envelopes import moment
from hooks_cli.output.views.entries import timeline, value_of
from hooks_cli.output.views.words import ago, line, text, who

Find = Callable[[str], list[Entry]]
Versions = Callable[[str], tuple[list[Entry], int]]
Changed = Callable[[Entry, list[Entry]], list[str]]
_DIFF = {"+": "added", "-": "removed", "~": "warn", "@": "faint"}


class Browser(App[None]):
    """Search as you type on the left; value, history and difference of what is chosen on the right."""

    CSS = """
    #search { dock: top; }
    #found { width: 2fr; }
    #chosen { width: 3fr; }
    #head { height: auto; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "search", "Search"),
        ("left_square_bracket", "older", "Older version"),
        ("right_square_bracket", "newer", "Newer version"),
        ("ctrl+r", "again", "Look again"),
        ("ctrl+q", "quit", "Quit"),
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

    def compose(self) -> ComposeResult:
        """The screen's parts."""
        yield Input(self._typed, placeholder="Search: words, the beginning of one, an address, a glob", id="search")
        with Horizontal():
            yield DataTable(id="found", cursor_type="row", zebra_stripes=True)
            with VerticalScroll(id="chosen", can_focus=False):
                yield Static(id="head")
                with TabbedContent(id="sides"):
                    for name in ("Value", "History", "Diff"):
                        with TabPane(name, id=f"side-{name.lower()}"), VerticalScroll():
                            yield Static(id=name.lower())
        yield Footer()

    def on_mount(self) -> None:
        """Begin with what there is."""
        self.console.push_theme(Theme(theme.MEANINGS))
        self.query_one("#found", DataTable).add_columns("Key", "Age", "")
        self._look_for(self._typed)
        self.query_one("#search", Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search as it is typed."""
        self._look_for(event.value)

    def on_input_submitted(self) -> None:
        """Go to what was found."""
        self.query_one("#found", DataTable).focus()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Show what the cursor is on."""
        if 0 <= event.cursor_row < len(self.found):
            self._choose(self.found[event.cursor_row].address)

    def _look_for(self, typed: str) -> None:
        table = self.query_one("#found", DataTable)
        self.found = self._find(typed)
        table.clear()
        now = self._now()
        for entry in self.found:
            table.add_row(text(entry.address, "", 200), ago(now - entry.at), f"v{entry.version}")
        if self.found:
            self._choose(self.found[0].address)
        else:
            self.history, self.current, self.shown = [], 0, 0
            self._show()

    def _choose(self, address: str) -> None:
        self.history, self.current = self._versions(address)
        self.shown = 0
        self._show()

    def action_search(self) -> None:
        """Go back to the search."""
        self.query_one("#search", Input).focus()

    def action_again(self) -> None:
        """Read everything anew."""
        self._look_for(self.query_one("#search", Input).value)

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
            self._put("head", Text("nothing was found"))
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
                who(entry.session, entry.agent),
            ),
        )
        self._put("value", value_of(entry))
        self._put("history", timeline(self.history, entry.version, self.current, now))
        lines = self._changed(entry, self.history)
        told = [Text(escaped(each), _DIFF.get(each[:1], ""), overflow="fold") for each in lines]
        self._put("diff", *(told or [Text("no difference to a version before", "faint")]))

    def _put(self, name: str, *parts: RenderableType) -> None:
        self.query_one(f"#{name}", Static).update(Group(*parts))
