"""Makes stored text safe for a view: no control characters, one line, no bidirectional overrides."""

from __future__ import annotations

import unicodedata

from rich.text import Text

from hooks_cli.text.escapes import escaped
from hooks_cli.text.sealed_marker import MASK

_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000
_RIGHT_TO_LEFT = ("R", "AL", "AN")
_LEFT_TO_RIGHT_MARK = "\u200e"


def safe(text: str) -> str:
    """Text on one line with nothing hidden in it (`text.escapes`). Behind right-to-left text stands a mark that keeps what follows
    in its place."""
    shown = " ".join(escaped(text).split())
    if not shown.isascii() and any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in shown):
        return shown + _LEFT_TO_RIGHT_MARK
    return shown


def text(words: str | None, style: str = "", limit: int = 400) -> Text:
    """A safe text in a style; the mask of a sealed value stands out."""
    words = words or ""
    shown = safe(words[:limit]) + ("…" if len(words) > limit else "")
    made = Text(shown, style=style, no_wrap=True, overflow="ellipsis")
    made.highlight_words([MASK], "sealed")
    return made


def line(*parts: str | Text | tuple[str, str], gap: str = "  ") -> Text:
    """Parts with gaps between, empty ones left out; a tuple is (words that are ours, style)."""
    made = Text(no_wrap=True, overflow="ellipsis")
    for part in parts:
        piece = Text(*part) if isinstance(part, tuple) else part if isinstance(part, Text) else Text(part)
        if piece.plain:
            if made.plain:
                made.append(gap)
            made.append_text(piece)
    return made


def who(session: str | None, agent: str | None) -> Text:
    """`session/agent`, either of them, or nothing."""
    parts = [text(session, "session", 60)] if session else []
    if agent:
        parts.append(text(agent, "agent", 60))
    return Text("/").join(parts)


def ago(ms: int) -> str:
    """An age in one unit.

    >>> ago(4_000), ago(180_000), ago(7_500_000), ago(172_800_000), ago(-5)
    ('now', '3 min', '2 h', '2 d', 'now')
    """
    if ms < _MINUTE:
        return "now"
    if ms < _HOUR:
        return f"{ms // _MINUTE} min"
    if ms < 2 * _DAY:
        return f"{ms // _HOUR} h"
    return f"{ms // _DAY} d"


def bar(share: float, width: int) -> str:
    """A bar of `width` characters at most, in eighths; something that is there at all has one eighth.

    >>> bar(1.0, 3), bar(0.5, 3), bar(0.001, 3), bar(0, 3)
    ('███', '█▌', '▏', '')
    """
    eighths = max(round(min(1.0, share) * width * 8), 1 if share > 0 else 0)
    return "█" * (eighths // 8) + ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")[eighths % 8]


def span(begin: int, end: int, first: int, last: int, width: int, going: bool = False) -> str:
    """A Gantt line: where (begin, end) lies within (first, last), in `width` characters; what goes on ends with an arrow.

    >>> span(0, 10, 0, 20, 8), span(10, 20, 0, 20, 8), span(5, 5, 0, 20, 8), span(10, 20, 0, 20, 8, True)
    ('━━━━', '    ━━━━', '  ━', '    ━━━▶')
    """
    whole = max(1, last - first)
    left = min(width - 1, max(0, (begin - first) * width // whole))
    right = min(width, max(left + 1, -(-(end - first) * width // whole)))
    drawn = "━" * (right - left)
    return " " * left + (drawn[:-1] + "▶" if going else drawn)
