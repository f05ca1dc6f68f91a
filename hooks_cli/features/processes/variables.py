"""The environment of a started program: a short list of variables, the marks, and what its configuration lists by name.

A started program gets no key of the memory. The variables that hold one are refused even when they are listed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from hooks_cli.errors import ConfigError

MARK = "HOOKS_MARK"  # the marks of all attempts that the program runs in, outermost first, parted by colons
ATTEMPT = "HOOKS_ATTEMPT"  # the attempt's name, for people and for the program itself
KEPT = ("PATH", "HOME", "USER", "SHELL", "LANG", "TZ", "TERM", "TMPDIR")
KEPT_PREFIX = "LC_"
KEY_PREFIX = "MEMORY_ENCRYPTION_KEY"  # the key, and the variables that name its file and its command
MARK_BYTES = 16
MOST_MARKS = 16  # nested attempts; the innermost are kept


def new_mark() -> str:
    """A new mark: 128 random bits as 32 hex digits."""
    return os.urandom(MARK_BYTES).hex()


def is_mark(text: str) -> bool:
    """Whether a text has the form of a mark.

    >>> is_mark("0" * 32), is_mark("0" * 31), is_mark("G" * 32)
    (True, False, False)
    """
    return len(text) == 2 * MARK_BYTES and set(text) <= set("0123456789abcdef")


def marks_in(text: str) -> tuple[str, ...]:
    """The marks that a HOOKS_MARK variable holds; anything else in it is left out."""
    return tuple(word for word in text.split(":") if is_mark(word))


def program_variables(
    source: Mapping[str, str],
    mark: str,
    attempt: str = "",
    listed: Iterable[str] = (),
    added: Mapping[str, str] | None = None,
    keys: Iterable[str] = (),
    where: str = "the list of variables",
) -> dict[str, str]:
    """The environment for one attempt.

    From `source` (usually the caller's own environment) it takes PATH, HOME, USER, SHELL, LANG, LC_*, TZ, TERM, TMPDIR and the names in
    `listed`; then come the variables in `added`. HOOKS_MARK holds `mark` behind the marks in `source`, so that ending an outer attempt
    ends this one, too. HOOKS_ATTEMPT holds `attempt`, or the mark.

    `keys` are further variables that hold a key of the memory, as `[memory.security] encryption_key` may name one. Raises ConfigError (78),
    with `where` as the place, when `listed` or `added` names such a variable.
    """
    added = added or {}
    forbidden = frozenset(keys)
    listed = tuple(listed)
    for name in (*listed, *added):
        if name.startswith(KEY_PREFIX) or name in forbidden:
            raise ConfigError(
                path=where,
                reason=f"{name} holds a key of the memory, which no started program gets",
                hint=f"Take {name} out of it.",
            )
    names = [name for name in source if name in KEPT or name.startswith(KEPT_PREFIX)]
    found = {name: source[name] for name in (*names, *listed) if name in source and name not in forbidden}
    found.update(added)
    found[MARK] = ":".join((*marks_in(source.get(MARK, "")), mark)[-MOST_MARKS:])
    found[ATTEMPT] = attempt or mark
    return found
