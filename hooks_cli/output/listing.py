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
    if not (line.isascii() and line.isprintable()):
        line = _visible(line)
    cut = len(line) > width or len(text) > len(piece)
    return line[: width - 1] + "…" if cut else line


def _visible(line: str) -> str:
    """A line with control characters as `\\x1b`, and all others that cannot be seen or steer the text as `\\u{202e}`."""
    from hooks_cli.text.escapes import escaped, hidden

    controls = {ord(c): f"\\x{ord(c):02x}" for c in set(line) if is_control(c)}
    if controls:
        line = line.translate(controls)
    return escaped(line) if any(map(hidden, set(line))) else line


def entry_lines(entries: list[Entry]) -> str:
    """`ADDRESS TAB VALUE` a line."""
    return "".join([f"{one_line(entry.address, 1024)}\t{one_line(shown(entry))}\n" for entry in entries])
