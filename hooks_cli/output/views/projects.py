"""Terminal view of projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from hooks_cli.output.views.safe_text import line, text
from hooks_cli.text.units import size_in_words

if TYPE_CHECKING:
    from rich.console import Console


def show_projects(console: Console, rows: list[dict[str, Any]]) -> None:
    """The projects that have a store; the present one is marked, one that was moved too."""
    table = Table(box=None, pad_edge=False, header_style="heading", expand=True)
    table.add_column("", no_wrap=True)
    table.add_column("Project", no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_column("Size", justify="right", no_wrap=True)
    table.add_column("Changed", no_wrap=True, width=10)
    table.add_column("Folder", no_wrap=True, overflow="ellipsis", ratio=2)
    for row in rows:
        current = bool(row["current"])
        table.add_row(
            Text("●" if current else "", "good"),
            text(str(row["name"]), "folder" if current else "key"),
            Text(size_in_words(int(row["size"])), "number"),
            Text(str(row["changed_at"])[:10], "when"),
            line(text(str(row["path"] or "?")), ("moved" if row["moved"] else "", "warn")),
        )
    console.print(table)


def show_project(console: Console, facts: dict[str, str], there: dict[str, bool]) -> None:
    """The present project: why it is this one, and where everything of it lies."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="faint", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts.items():
        if not value or name == "name":
            continue
        shown = text(value, "key" if "/" in value else "", 4096)
        shown.no_wrap, shown.overflow = False, "fold"
        if name in there and not there[name]:
            shown.append("  not there", "faint")
        table.add_row(name.replace("_", " "), shown)
    console.print(text(facts["name"], "folder"))
    console.print(table)
