"""The types of values in a settings file, and the message for a wrong one."""

from __future__ import annotations

import re

from hooks_cli.text.units import LONGEST, SECOND, duration_or_none

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.settings.settings import Value

_SIZES = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
GLOB_LENGTH = 200
GLOB_STARS = 8
GLOBS_OF_A_ROLE = 20
_EXPECTED = {
    "text": "a text",
    "whole": "a whole number of 0 or more",
    "yes": "true or false",
    "texts": "a list of texts",
    "words": 'a list of texts, such as ["pass", "show", "hooks"]',
    "size": 'a number of bytes, or a text such as "500MB"',
    "span": 'a number of seconds, or a text such as "90d" or "1h30m"',
}


class Wrong:
    """What a value should have been, in words, and what was found."""

    def __init__(self, expected: str, found: object) -> None:
        self.expected = expected
        self.found = found


def checked(kind: str | tuple[str, ...], value: object) -> Value | Wrong:
    """The value in the form that `Settings` keeps, or what is wrong with it."""
    if isinstance(kind, tuple):
        return value if isinstance(value, str) and value in kind else Wrong(" or ".join(f'"{w}"' for w in kind), value)
    if kind == "yes" and isinstance(value, bool):
        return value
    if kind == "text" and isinstance(value, str) and "\0" not in value:
        return value
    if kind in ("texts", "words") and isinstance(value, list):
        items = [item for item in value if isinstance(item, str) and item and "\0" not in item]
        if len(items) == len(value) and (items or kind == "texts"):
            return items
    if (
        kind in ("whole", "size", "span")
        and isinstance(value, int)
        and not isinstance(value, bool)
        and 0 <= value < 1 << 62
    ):
        return value
    if kind == "size" and isinstance(value, str):
        match = re.fullmatch(r"(\d{1,12}) ?(|b|[kmgt](?:i?b)?)", value.strip().lower())
        if match:
            return int(match[1]) * _SIZES[match[2][:1]]
    if kind == "span" and isinstance(value, str):
        length = duration_or_none(value, SECOND)
        if length is not None and length <= LONGEST:
            return -(-length // SECOND)
    return Wrong(_EXPECTED.get(str(kind), "a table"), value)


def shown(value: object) -> str:
    """A value from a file that may be hostile, short and without control characters."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(c if c.isprintable() else "?" for c in text[:200])
    return text if len(text) <= 80 else text[:79] + "…"


def glob_refusal(key: str, value: Value) -> str:
    """Why a project's address glob may not be this one, "" when it may: each write may have to match it.

    The glob is in the key (`memory.gc.rules.GLOB.ttl`, `schemas.patterns.GLOB`, `export.tables.GLOB`) or in the value (`restore.roles`).
    """
    globs: list[str] = []
    for table in ("memory.gc.rules.", "schemas.patterns.", "export.tables."):
        if key.startswith(table):
            name = key[len(table) :]
            globs = [name.rpartition(".")[0] if table == "memory.gc.rules." else name]
    if key.startswith("restore.roles.") and isinstance(value, list):
        globs = value
        if len(globs) > GLOBS_OF_A_ROLE:
            return f"has more than {GLOBS_OF_A_ROLE} globs"
    if any(len(glob) > GLOB_LENGTH or glob.count("*") > GLOB_STARS for glob in globs):
        return f"has a glob of more than {GLOB_LENGTH} characters or {GLOB_STARS} stars"
    return ""
