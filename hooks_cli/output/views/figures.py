"""Terminal views of figures: facts, and small bars for counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from hooks_cli.output.views.safe_text import bar, text
from hooks_cli.text.units import size_in_words

if TYPE_CHECKING:
    from rich.console import Console

TITLES = {
    "by_namespace": ("By namespace", "entries", "folder"),
    "by_day": ("Growth by day", "versions", "when"),
    "by_session": ("By session", "versions", "session"),
    "by_agent": ("By agent", "versions", "agent"),
    "most_written": ("Written most", "versions", "key"),
}


def show_figures(console: Console, figures: dict[str, Any]) -> None:
    """The figures of `memory stats`: single ones as a table, the others as bars."""
    single = {name: value for name, value in figures.items() if not isinstance(value, dict)}
    _facts(console, single)
    for name, value in figures.items():
        if not isinstance(value, dict) or not value:
            continue
        title, unit, style = TITLES.get(name, (_label(name), "", ""))
        console.print(Text(f"\n{title}", "heading"))
        if name in TITLES:
            _bars(console, value, unit, style)
        else:
            _facts(console, value)


def _facts(console: Console, facts: dict[str, Any]) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="faint", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts.items():
        if value is None:
            continue
        if isinstance(value, bool):
            shown = Text("yes" if value else "no", "good" if value else "warn")
        elif isinstance(value, int):
            shown = Text(size_in_words(value) if name.endswith("bytes") else f"{value:,}", "number")
        elif isinstance(value, dict):
            shown = Text(", ".join(f"{_label(key).lower()} {item}" for key, item in value.items()))
        else:
            shown = text(str(value), "", 4096)
        table.add_row(_label(name.removesuffix("_bytes") + (" size" if name.endswith("_bytes") else "")), shown)
    console.print(table)


def _bars(console: Console, counted: dict[str, Any], unit: str, style: str) -> None:
    numbers = {name: value[unit] if isinstance(value, dict) else value for name, value in counted.items()}
    most = max([*numbers.values(), 1])
    width = max(8, min(40, console.width // 3))
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, overflow="ellipsis", max_width=max(12, console.width // 3))
    table.add_column(width=width, no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis")
    for name, number in numbers.items():
        told = counted[name]
        more = _others(told, unit) if isinstance(told, dict) else ""
        table.add_row(
            text(name, style, 300),
            Text(bar(number / most, width), "bar"),
            Text(f"{number:,}", "number"),
            Text(more, "faint"),
        )
    console.print(table)


def _others(told: dict[str, int], unit: str) -> str:
    """What else was counted beside `unit`."""
    others = {name: value for name, value in told.items() if name != unit and value}
    return ", ".join(size_in_words(v) if name.endswith("bytes") else f"{v:,} {name}" for name, v in others.items())


def _label(name: str) -> str:
    return (name[:1].upper() + name[1:]).replace("_", " ")
