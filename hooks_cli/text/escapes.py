"""Makes stored text safe to display: escapes control characters, hidden characters and terminal sequences.

Control characters, bidirectional and other formatting characters, variation selectors, fillers and private or unassigned
code points are shown as `\\u{202e}`; a literal `\\u{` is shown as `\\u{5c}u{`, so every `\\u{…}` in the result is an escape
and the text can be restored from it. Letters, symbols, spaces and line breaks stay as they are: the wording is unaltered.
The exception is U+FE0F right after a symbol, which asks for the coloured form of it and stays.

>>> escaped("a\\u202eb\\r\\nc\\x1b[2J")
'a\\\\u{202e}b\\nc\\\\u{1b}[2J'
"""

from __future__ import annotations

_SPACES = "\n\t \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
# Printable to Python, and yet nothing is to be seen: joiners, fillers, blank pattern, variation selectors.
_UNSEEN = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
_EMOJI_FORM = "\ufe0f"
_IN_QUOTES = {"\\": "\\\\", '"': '\\"', "\n": "\\u{a}", "\t": "\\u{9}"}


def hidden(c: str) -> bool:
    """Whether the character cannot be seen or changes how others are seen. Line break, tab and spaces count as seen."""
    if c.isprintable():
        return c in _UNSEEN or "\ufe00" <= c <= "\ufe0f" or "\U000e0000" <= c <= "\U000e0fff"
    return c not in _SPACES


def escape(c: str) -> str:
    """The way in which one hidden character is shown."""
    return f"\\u{{{ord(c):x}}}"


def escaped(text: str) -> str:
    """The text with every hidden character shown. `\\r\\n` counts as a line break."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if "\\u{" in text:
        text = text.replace("\\u{", "\\u{5c}u{")
    if text.isprintable() and text.isascii():
        return text
    table = {ord(c): escape(c) for c in set(text) if hidden(c)}
    if not table:
        return text
    if ord(_EMOJI_FORM) in table and len(text) > 1:
        return _emoji(text, table)
    return text.translate(table)


def _emoji(text: str, table: dict[int, str]) -> str:
    shown = escape(_EMOJI_FORM)
    text = text.translate({code: escape for code, escape in table.items() if code != ord(_EMOJI_FORM)})
    while _EMOJI_FORM * 2 in text:
        text = text.replace(_EMOJI_FORM * 2, _EMOJI_FORM + shown)
    if text.startswith(_EMOJI_FORM):
        text = shown + text[1:]
    for last in {part[-1:] for part in text.split(_EMOJI_FORM)[:-1]}:
        if last <= "\u2000" or last.isalnum():
            text = text.replace(last + _EMOJI_FORM, last + shown)
    return text


def plain(name: str) -> bool:
    """Whether a name is made only of ASCII letters, digits and `._-/:@+%=`: it cannot be taken for anything else."""
    if not name or not name.isascii():
        return False
    return name.isalnum() or all(c.isalnum() or c in "._-/:@+%=," for c in name)


def named(name: str, limit: int = 160) -> str:
    """A name on a line with others: as it is when plain, else quoted; it takes `limit` characters, then `…`.

    >>> named("swarm/a"), named('x") by root ("')
    ('swarm/a', '"x\\\\") by root (\\\\""')
    """
    if plain(name):
        return name if len(name) <= limit else name[:limit] + "…"
    shown = ""
    for c in name:
        unit = _IN_QUOTES.get(c) or (escape(c) if hidden(c) else c)
        if len(shown) + len(unit) > limit:
            return f'"{shown}…"'
        shown += unit
    return f'"{shown}"'


def shell_word(word: str) -> str:
    """The word as a POSIX shell (bash's `$'…'` where a character is hidden) reads it back."""
    if plain(word) and not word.startswith("-"):
        return word
    if any(hidden(c) or c == "\n" for c in word):
        shown = word.replace("\\", "\\\\").replace("'", "\\'")
        return "$'" + "".join(f"\\U{ord(c):08x}" if hidden(c) or c == "\n" else c for c in shown) + "'"
    return "'" + word.replace("'", "'\\''") + "'"
