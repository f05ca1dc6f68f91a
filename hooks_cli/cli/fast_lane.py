"""Parses a well-formed command line without click. Imports only `sys`, because every command passes here.

Whatever is not plain (a mistake, an unknown verb, completion) is None, and the click app takes the line from the start; it is the
one that explains. A property test holds the two together.
"""

from __future__ import annotations

from hooks_cli.cli.parser import HELP_FLAGS, read
from hooks_cli.cli.verb_lookup import GROUP_ALIASES, GROUPS, declared, find, redirect
from hooks_cli.model.verb import Call


def parse(argv: list[str]) -> Call | None:
    """The call that `argv` (without the program's name) means, or None when it is not the plain case."""
    if not argv:
        return None  # a shell that asks for completions gives no words
    group = GROUP_ALIASES.get(argv[0], argv[0])
    typed = argv[1:]
    if group not in GROUPS:
        group, typed = "", argv
    if not typed or typed[0] in HELP_FLAGS:
        return help_call(group)
    group, name = find(group, typed[0])
    name, words = redirect(group, name, typed[1:])
    verb = declared(group, name)
    if verb is None:
        return None
    found = read(verb, words, typed[0])
    if isinstance(found, Call):
        return found
    return help_call(group, name) if found.kind == "help" else None


def help_call(*words: str) -> Call:
    """The call of `hooks-cli help` for a group, or a group and a verb; what is "" is left out."""
    named = [word for word in words if word]
    verb = declared("", "help")
    assert verb is not None
    return Call(verb, {"command": named} if named else {}, [], [])
