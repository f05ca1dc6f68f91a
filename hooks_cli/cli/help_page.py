"""Builds the help pages of the program, of a group and of a verb from the declarations.

A page is a list of (style, text) lines. Written plainly it is the same everywhere (100 columns, no colour); on a terminal it is
as wide as the terminal, up to 100, and coloured unless NO_COLOR is set.
"""

from __future__ import annotations

import os
import textwrap

from hooks_cli import __version__
from hooks_cli.model.verb import HOOKS_OPTIONS, UNIVERSAL_OPTIONS, Option, Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO

    from hooks_cli.cli.catalogue import Group


PROGRAM = "hooks-cli"
WIDTH = 100
EXIT_CODES = f"0 done, 1 the answer is no (nothing at that address, a test failed), 64 and above an error, never 2. All: {PROGRAM} help"
MEANINGS = {
    0: "Done.",
    1: "The answer is no: the one address asked for does not exist; a test failed; a trace breaks a rule, or became slower.",
    64: "The command line is not understood (usage).",
    65: "The data is not valid: JSON, UTF-8, schema, size.",
    66: "An input file is missing or unreadable.",
    69: "The engine cannot do it: a part is missing, the store is newer, the file system is unfit.",
    70: "A bug in hooks-cli.",
    73: "An output file cannot be created.",
    74: "Reading or writing failed, or the disk is full.",
    75: "Busy: another process holds the store; try again.",
    76: "Version conflict: another process wrote first.",
    77: "Access denied: a wrong or unreadable key, permission, tampering.",
    78: "The configuration is not valid.",
    130: "Interrupted.",
}
PLACES = (
    (f"{PROGRAM} project show", "The project of this folder, its store and key, and the settings files."),
    ("HOOKS_HOME=FOLDER", "Keep all stores, keys and settings there, not in the user's own folders."),
    ("HOOKS_STORE=FILE", "The store, whatever the project."),
)
STYLES = {"title": "bold", "heading": "bold yellow", "term": "cyan", "example": "green", "note": "dim", "plain": ""}

Line = tuple[str, str]
Row = tuple[str, str]


def program_page(groups: list[Group], width: int = WIDTH) -> list[Line]:
    """The page of the whole program."""
    title = f"{PROGRAM} {__version__}: the fast, encrypted, versioned memory that agent prompts shell out to."
    lines = [
        *[("title", line) for line in _wrapped(title, width)],
        ("plain", ""),
        ("heading", "Usage"),
        ("plain", f"  {PROGRAM} GROUP VERB [OPTIONS]      (claude-flow is the same program)"),
    ]
    for group in groups:
        heading = f"{group.name}: {group.summary}" if group.name else "Other commands"
        lines += [("plain", ""), *[("heading", line) for line in _wrapped(heading, width)]]
        lines += _rows(_verb_rows(group), width)
    lines += [("plain", ""), ("heading", "Paths")]
    lines += _rows(list(PLACES), width)
    lines += [("plain", ""), ("heading", "Exit codes")]
    lines += _rows([(str(code), meaning) for code, meaning in MEANINGS.items()], width)
    lines += [("plain", ""), ("note", f"Every command explains itself: {PROGRAM} memory store --help")]
    return lines


def group_page(group: Group, width: int = WIDTH) -> list[Line]:
    """The page of a group: its verbs with one line each."""
    lines = [
        *[("title", line) for line in _wrapped(f"{PROGRAM} {group.name}: {group.summary}", width)],
        ("plain", ""),
        ("heading", "Usage"),
        ("plain", f"  {PROGRAM} {group.name} VERB [OPTIONS]"),
        ("plain", ""),
        ("heading", "Verbs"),
    ]
    lines += _rows(_verb_rows(group), width)
    lines += [("plain", ""), ("note", f"Each explains itself: {PROGRAM} {group.name} VERB --help")]
    return lines


def verb_page(verb: Verb, width: int = WIDTH) -> list[Line]:
    """The page of one verb: what it does, how it is called, every option, examples, exit codes."""
    lines = [("title", line) for line in _wrapped(f"{PROGRAM} {verb.title}: {verb.summary}", width)]
    lines += [("plain", ""), ("heading", "Usage")]
    lines.append(("plain", "  " + usage(verb)))
    if verb.aliases:
        lines.append(("plain", "  also: " + ", ".join(f"{verb.group} {alias}".strip() for alias in verb.aliases)))
    if verb.details:
        lines.append(("plain", ""))
        for part in verb.details.strip().split("\n\n"):
            lines += [("plain", line) for line in _wrapped(part, width)] + [("plain", "")]
        lines.pop()
    if verb.positionals:
        lines += [("plain", ""), ("heading", "Arguments")]
        lines += _rows([(positional_word(p), p.help) for p in verb.positionals], width)
    own, shared = own_and_shared(verb)
    for heading, options in (("Options", own), ("Options of every command like it", shared)):
        rows = [(option_words(o), option_help(o)) for o in options if not o.hidden]
        if heading != "Options":
            rows.append(("-h, --help", "Show this page."))
        if rows:
            lines += [("plain", ""), ("heading", heading)]
            lines += _rows(rows, width)
    hidden = [o.flags[0] for o in own if o.hidden]
    if hidden:
        lines += [("note", line) for line in _wrapped("Also understood: " + ", ".join(hidden), width, "  ")]
    if verb.lenient:
        known = "An option that is not known is recorded with the event, and one line on stderr says so."
        lines += [("note", line) for line in _wrapped(known, width, "  ")]
    if verb.examples:
        lines += [("plain", ""), ("heading", "Examples")]
        lines += [("example", "  " + line) for example in verb.examples for line in example.splitlines()]
    lines += [("plain", ""), *[("note", line) for line in _wrapped("Exit codes: " + EXIT_CODES, width)]]
    return lines


def usage(verb: Verb) -> str:
    """The one-line form of a call: `hooks-cli memory store [KEY] [VALUE...] [OPTIONS]`."""
    words = [PROGRAM, verb.title] + [f"[{positional_word(p)}]" for p in verb.positionals]
    return " ".join([*words, "[OPTIONS]"])


def positional_word(positional: Positional) -> str:
    """A positional as help names it."""
    return positional.name.upper().replace("_", "-") + ("..." if positional.many else "")


def option_words(option: Option) -> str:
    """All spellings of an option and its value: `-n, --limit N`."""
    spellings = ", ".join(sorted(option.flags, key=len) if len(option.flags[0]) <= 2 else option.flags)
    return f"{spellings} {value_word(option)}".rstrip()


def value_word(option: Option) -> str:
    """What stands for an option's value: N, text|json, its metavar, or nothing for a switch."""
    if option.metavar:
        return f"[{option.metavar}]" if option.kind == "optional" else option.metavar
    if option.kind == "choice":
        return "|".join(option.choices)
    return {"switch": "", "integer": "N", "optional": "[TEXT]"}.get(option.kind, "TEXT")


def option_help(option: Option) -> str:
    """The help of an option, with what its kind adds."""
    return option.help + (" May be repeated." if option.kind == "many" and "repeated" not in option.help else "")


def own_and_shared(verb: Verb) -> tuple[list[Option], list[Option]]:
    """A verb's own options, and those that every verb of its kind has."""
    general = HOOKS_OPTIONS + UNIVERSAL_OPTIONS
    return [o for o in verb.options if o not in general], [o for o in verb.options if o in general]


def write(lines: list[Line], stream: IO[str]) -> None:
    """Write a page: coloured on a terminal that allows it, plain text anywhere else."""
    if stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb":
        from rich.console import Console
        from rich.text import Text

        console = Console(file=stream, highlight=False)
        for style, text in lines:
            term, gap, rest = _split(text) if style == "term" else (text, "", "")
            console.print(Text.assemble((term, STYLES[style]), gap, rest), soft_wrap=True)
        return
    stream.write("\n".join(text for _, text in lines) + "\n")


def terminal_width(stream: IO[str]) -> int:
    """The width to write for: the terminal's, between 60 and 100; 100 when it is none."""
    if not stream.isatty():
        return WIDTH
    try:
        return min(WIDTH, max(60, os.get_terminal_size(stream.fileno()).columns))
    except OSError:
        return WIDTH


def _verb_rows(group: Group) -> list[Row]:
    return [(", ".join([verb.name, *verb.aliases]), verb.summary) for verb in group.verbs]


def _rows(rows: list[Row], width: int) -> list[Line]:
    """Two aligned columns; a term too long for its column has its text on the next line."""
    column = min(max((len(term) for term, _ in rows), default=0), 34) + 4
    lines = []
    for term, text in rows:
        wrapped = _wrapped(text, width - column) or [""]
        if len(term) + 4 > column:
            lines.append(("term", "  " + term))
        else:
            lines.append(("term", f"{'  ' + term:<{column}}{wrapped.pop(0)}".rstrip()))
        lines += [("plain", " " * column + line) for line in wrapped]
    return lines


def _split(text: str) -> tuple[str, str, str]:
    term, gap, rest = text[:2] + text[2:].partition("  ")[0], "  ", text[2:].partition("  ")[2]
    return (term, gap, rest) if rest else (text, "", "")


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """The lines of a text; one that begins with a blank (a code block, a table) stays as it is."""
    lines: list[str] = []
    flowing: list[str] = []
    for line in [*text.splitlines(), " "]:
        if line[:1] == " ":
            lines += textwrap.wrap(
                " ".join(flowing), width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
            )
            flowing = []
            if line.strip():
                lines.append(indent + line)
        else:
            flowing.append(line)
    return lines


def verb_object(verb: Verb) -> dict[str, object]:
    """One verb: {title, group, name, aliases, summary, usage, arguments, options, examples, lenient}."""
    return {
        "title": verb.title,
        "group": verb.group or None,
        "name": verb.name,
        "aliases": list(verb.aliases),
        "summary": verb.summary,
        "usage": usage(verb),
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
        "value": value_word(option) or None,
        "choices": list(option.choices) or None,
        "help": option.help,
    }
