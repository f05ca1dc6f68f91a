"""The kinds of writers of a version (person, agent, import, …). The program sets them; a caller cannot."""

from __future__ import annotations

PERSON, AGENT, HOOK, IMPORT, TOOL = 1, 2, 3, 4, 5
NAMES = ("", "person", "agent", "hook", "import", "tool")


def name_of(origin: int | None) -> str | None:
    """The word for a class; None for None (format 1 kept none) and for what is not a class."""
    return NAMES[origin] if origin is not None and 0 < origin < len(NAMES) else None


def class_of(name: object) -> int | None:
    """The class of a word, None when it is none."""
    return NAMES.index(name) if isinstance(name, str) and name and name in NAMES else None
