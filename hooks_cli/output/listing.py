"""Prints entries as lines of tab-separated columns, safe for a terminal and for `cut`."""

from __future__ import annotations

from hooks_cli.model.address import is_control
from hooks_cli.model.entry import Entry, shown

PREVIEW_CHARACTERS = 200


def one_line(text: str, width: int = PREVIEW_CHARACTERS) -> str:
    """The beginning of a text on one line: white space folded, control characters shown as `\\x1b`, what is cut marked by `…`.

    >>> one_line("a\\n  b\\x1b[31m", 20)
    'a b\\\\x1b[31m'
    """
    piece = text[: width * 2]
    line = " ".join(piece.split()) if not piece.isprintable() or "  " in piece else piece
    if not line.isprintable():
        line = "".join([f"\\x{ord(c):02x}" if is_control(c) or is_direction(c) else c for c in line])
    cut = len(line) > width or len(text) > len(piece)
    return line[: width - 1] + "…" if cut else line


def is_direction(character: str) -> bool:
    """Whether it changes the direction of the text around it, or is invisible: what could hide or disguise the rest of a line."""
    code = ord(character)
    return (
        code in (0x061C, 0xFEFF, 0x2060)
        or 0x200B <= code <= 0x200F
        or 0x202A <= code <= 0x202E
        or 0x2066 <= code <= 0x2069
    )


def entry_lines(entries: list[Entry]) -> str:
    """`ADDRESS TAB VALUE` a line."""
    return "".join([f"{one_line(entry.address, 1024)}\t{one_line(shown(entry))}\n" for entry in entries])
