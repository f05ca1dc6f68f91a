"""The declarations for machines: what `help --json` prints."""

from __future__ import annotations

from hooks_cli.cli.spec import Option, Verb
from hooks_cli.output import help_page


def verb_object(verb: Verb) -> dict[str, object]:
    """One verb: {title, group, name, aliases, summary, usage, arguments, options, examples, lenient}."""
    return {
        "title": verb.title,
        "group": verb.group or None,
        "name": verb.name,
        "aliases": list(verb.aliases),
        "summary": verb.summary,
        "usage": help_page.usage(verb),
        "arguments": [{"name": p.name, "many": p.many, "help": p.help} for p in verb.positionals],
        "options": [option_object(option) for option in verb.options],
        "examples": list(verb.examples),
        "lenient": verb.lenient,
    }


def option_object(option: Option) -> dict[str, object]:
    """One option: {flags, kind, value, choices, help}; `value` is the word that stands for its value, None for a switch."""
    return {
        "flags": list(option.flags),
        "kind": option.kind,
        "value": help_page.value_word(option) or None,
        "choices": list(option.choices) or None,
        "help": option.help,
    }
