"""Rows as plain text in columns, for people; control characters shown as escapes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
