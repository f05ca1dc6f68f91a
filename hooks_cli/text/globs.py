"""SQLite's GLOB as a Python function, for patterns that are matched outside SQL.

`*` is any text, slashes too; `?` one character; `[abc]`, `[a-z]`, `[^a]` one character of a set, where `]` directly after the
opening is a member. An unclosed `[` matches nothing. A test holds this to what SQLite answers.
"""

from __future__ import annotations


def glob_matches(pattern: str, text: str) -> bool:
    """Whether the whole of `text` fits `pattern`, letters counting as they are written.

    >>> glob_matches("swarm/*", "swarm/a/b"), glob_matches("log[0-9]", "log7"), glob_matches("a?", "a")
    (True, True, False)
    """
    at, here = 0, 0
    star, resume = -1, 0
    # What a set says of a character, so that a long set is gone through once for each: globs come from a project's file, too.
    known: dict[tuple[int, str], int] = {}
    while here < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, resume = at, here
            at += 1
            continue
        step = _one(pattern, at, text[here], known) if at < len(pattern) else 0
        if step:
            at += step
            here += 1
        elif star >= 0:
            resume += 1
            at, here = star + 1, resume
        else:
            return False
    return all(c == "*" for c in pattern[at:])


def _one(pattern: str, at: int, character: str, known: dict[tuple[int, str], int]) -> int:
    """How much of the pattern from `at` stands for this one character; 0 when it does not fit."""
    sign = pattern[at]
    if sign == "?":
        return 1
    if sign != "[":
        return 1 if sign == character else 0
    found = known.get((at, character))
    if found is None:
        found = known[at, character] = _set(pattern, at, character)
    return found


def _set(pattern: str, at: int, character: str) -> int:
    here = at + 1
    inverted = pattern[here : here + 1] == "^"
    if inverted:
        here += 1
    found = False
    first = True
    before = ""
    while here < len(pattern) and (first or pattern[here] != "]"):
        low = pattern[here]
        if low == "-" and not first and before and here + 1 < len(pattern) and pattern[here + 1] != "]":
            here += 1
            found = found or before <= character <= pattern[here]
            before = ""
        else:
            found = found or low == character
            before = low
        here += 1
        first = False
    if here >= len(pattern):
        return 0
    return here + 1 - at if found != inverted else 0


def literal_length(pattern: str) -> int:
    """How many characters stand before the first wildcard: what makes one rule more particular than another."""
    for at, character in enumerate(pattern):
        if character in "*?[":
            return at
    return len(pattern)
