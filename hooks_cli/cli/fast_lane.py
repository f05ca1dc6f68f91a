"""The parser of the plain case: a known verb of `hooks` or `memory`, its options, its positionals. Imports nothing but `sys`.

Whatever is not plain (help, a mistake, an unknown verb, another group) is None, and the click app takes the line from the start;
it is the one that explains. A property test holds the two together.
"""

from __future__ import annotations

import sys

from hooks_cli.cli.spec import Call, Verb
from hooks_cli.cli.words import read
from hooks_cli.commands import find, module_name, redirect

GROUPS = ("hooks", "hook", "memory")


def parse(argv: list[str]) -> Call | None:
    """The call that `argv` (without the program's name) means, or None when it is not the plain case."""
    if len(argv) < 2 or argv[0] not in GROUPS:
        return None
    group, name = find(argv[0], argv[1])
    name, words = redirect(group, name, argv[2:])
    module = module_name(group, name)
    if not module:
        return None
    try:
        __import__(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        return None
    verb = sys.modules[module].VERB
    if not isinstance(verb, Verb) or verb.name != name:
        return None
    call = read(verb, words, argv[1])
    return call if isinstance(call, Call) else None
