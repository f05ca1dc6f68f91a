"""`hooks-cli help [GROUP] [VERB]`: the pages that `--help` shows."""

from __future__ import annotations

import sys

from hooks_cli.cli.spec import Call, Positional, Verb
from hooks_cli.commands import GROUP_ALIASES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment

VERB = Verb(
    "",
    "help",
    "Explain the program, a group of commands, or one command.",
    positionals=(Positional("command", "The words of the command, as in: memory store.", many=True),),
    examples=("hooks-cli help", "hooks-cli help memory", "hooks-cli help hooks post-edit"),
)


def run(call: Call, environment: Environment) -> int:
    """Print the page of the command that was named. Raises UnknownVerb (64) when there is none."""
    from hooks_cli.commands import catalogue
    from hooks_cli.errors import UnknownVerb
    from hooks_cli.output import help_page

    words = call.words("command")
    width = help_page.terminal_width(sys.stdout)
    group = GROUP_ALIASES.get(words[0], words[0]) if words else ""
    if not words:
        lines = help_page.program_page(width)
    elif len(words) == 1 and group in catalogue.groups():
        lines = help_page.group_page(group, width)
    else:
        verb = catalogue.load("", words[0]) if len(words) == 1 else catalogue.load(group, words[1])
        if verb is None or len(words) > 2:
            raise UnknownVerb(verb=" ".join(words), hint="See what there is: hooks-cli help")
        lines = help_page.verb_page(verb, width)
    help_page.write(lines, sys.stdout)
    return 0
