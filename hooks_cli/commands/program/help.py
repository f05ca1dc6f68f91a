"""`hooks-cli help [GROUP] [VERB]`: the pages that `--help` shows."""

from __future__ import annotations

import sys

from hooks_cli.cli.verb_lookup import GROUP_ALIASES, GROUPS
from hooks_cli.model.verb import Call, Positional, Verb

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
    """Print the page of what was named, or its declarations as JSON. Raises UnknownVerb (64) when there is none."""
    from hooks_cli.cli import catalogue, foreign_verbs, help_page
    from hooks_cli.errors import UnknownVerb

    words = call.words("command")
    name = GROUP_ALIASES.get(words[0], words[0]) if words else ""
    width = help_page.terminal_width(sys.stdout)
    if not words:
        verbs = list(catalogue.every_verb())
        lines = help_page.program_page(catalogue.every_group(), width)
    elif len(words) == 1 and name in GROUPS:
        group = catalogue.group(name)
        verbs, lines = group.verbs, help_page.group_page(group, width)
    else:
        verb = catalogue.load(name, words[1]) if len(words) == 2 else catalogue.load("", words[0])
        if verb is None or len(words) > 2:
            elsewhere = [group for group in GROUPS if len(words) == 1 and catalogue.load(group, name) is not None]
            meant = " or ".join(f"hooks-cli help {group} {name}" for group in elsewhere)
            hint = f"Did you mean: {meant}?" if elsewhere else foreign_verbs.hint(name, words[-1])
            raise UnknownVerb(verb=" ".join(words), hint=hint or "See what there is: hooks-cli help")
        verbs, lines = [verb], help_page.verb_page(verb, width)
    if call.format == "text":
        help_page.write(lines, sys.stdout)
    else:
        environment.out(_as_json(verbs, call.format))
    return 0


def _as_json(verbs: list[Verb], form: str) -> str:
    """One object of all declarations, or (ndjson) one line each."""
    import json

    from hooks_cli.cli.help_page import verb_object

    if form == "ndjson":
        return "".join(json.dumps({"schema_version": "1", **verb_object(verb)}) + "\n" for verb in verbs)
    whole = {"schema_version": "1", "verbs": [verb_object(verb) for verb in verbs], "total": len(verbs)}
    return json.dumps(whole, indent=2) + "\n"
