"""Plain text output: stable, without decoration, for scripts and prompts."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def duration(ms: int) -> str:
    """A duration for people, in two units at most.

    >>> duration(350), duration(45_200), duration(3_725_000), duration(190_000_000)
    ('350 ms', '45.2 s', '1 h 2 min', '2 d 4 h')
    """
    if ms < 1_000:
        return f"{ms} ms"
    if ms < 60_000:
        return f"{ms / 1000:.1f} s"
    minutes, seconds = divmod(ms // 1000, 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h"


def figures(values: dict[str, object], indent: str = "  ") -> str:
    """A dict as lines `name: value`, nested ones further in, empty ones left out."""
    lines = []
    for name, value in values.items():
        if value in (None, {}, []):
            continue
        if isinstance(value, dict):
            lines.append(f"{indent}{name}:\n{figures(value, indent + '  ')}")
        elif isinstance(value, list):
            lines.append(f"{indent}{name}: {_items(value, indent)}\n")
        elif name.endswith("duration_ms") and isinstance(value, int):
            lines.append(f"{indent}{name.removesuffix('_ms')}: {duration(value)}\n")
        else:
            lines.append(f"{indent}{name}: {value}\n")
    return "".join(lines)


def _items(values: list[object], indent: str) -> str:
    """A list on one line when all of it is short, else one item a line."""
    shown = [figures(v, indent).strip().replace("\n" + indent, "; ") if isinstance(v, dict) else str(v) for v in values]
    if all(len(text) < 30 for text in shown):
        return ", ".join(shown)
    return "".join([f"\n{indent}  - {text}" for text in shown])


def figure_lines(values: dict[str, object], indent: str = "") -> str:
    """Figures for people and for `grep`: `Total entries: 42`, nested ones further in. None is left out.

    >>> figure_lines({"total_entries": 2, "by_verb": {"notify": 1}, "encrypted": True})
    'Total entries: 2\\nBy verb:\\n  notify: 1\\nEncrypted: yes\\n'
    """
    lines = []
    for name, value in values.items():
        if value is None or value in ({}, []):
            continue
        label = (name[:1].upper() + name[1:]).replace("_", " ")
        if isinstance(value, dict):
            if indent:
                inner = ", ".join([f"{key.replace('_', ' ')} {item}" for key, item in value.items()])
                lines.append(f"{indent}{name}: {inner}\n")
            else:
                lines.append(f"{label}:\n{figure_lines(value, '  ')}")
        else:
            shown = ("yes" if value else "no") if isinstance(value, bool) else value
            lines.append(f"{indent}{name if indent else label}: {shown}\n")
    return "".join(lines)


WIDEST = 60


def columns(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A header and the rows, aligned; cells longer than 60 characters are cut with a mark.

    >>> print(columns(("a", "number"), [("x", 1.0), ("longer", None)]), end="")
    a       number
    x       1.0
    longer  -
    """
    table = [list(names), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[index]) for row in table) for index in range(len(names))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    text = "-" if value is None else str(value)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
