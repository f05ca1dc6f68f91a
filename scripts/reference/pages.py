"""The documents made from the declarations: docs/reference.md, docs/exit-codes.md, and the manual pages under docs/man/.

`scripts/make-reference` writes them; a test fails when one is stale.
"""

from __future__ import annotations

from hooks_cli import __version__, errors
from hooks_cli.cli.help_page import (
    EXIT_CODES,
    MEANINGS,
    PROGRAM,
    option_help,
    option_words,
    own_and_shared,
    positional_word,
    usage,
)
from hooks_cli.model.verb import HOOKS_OPTIONS, UNIVERSAL_OPTIONS, Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.catalogue import Group

MADE = "<!-- Made by scripts/make-reference from the declarations in hooks_cli/; change those. -->"
TAGLINE = "the fast, encrypted, versioned memory that agent prompts shell out to"
EXIT_CODES_INTRO = """\
Exit codes follow sysexits(3). They are never renumbered, and 2 is never used: the hook protocols of agents read it as "block the
tool call". Scripts may rely on the code and on the name; `--json` prints both, as one object on stderr:

```json
{"schema_version": "1", "error": {"code": 76, "name": "version-conflict", "message": "…", "hint": "…", "address": "…"}}
```

0 is success. A search or a glob without a hit is an answer and exits 0 with nothing on stdout. 1 is "the answer is no": the one address
asked for does not exist, a test failed (`test run`), a trace breaks a rule (`trace check`). A hooks verb with `--fail-open` or
`HOOKS_FAIL_OPEN=1` exits 0 whatever happens, with one line on stderr.
"""


DOCTOR_CODES = """\
## doctor

`doctor` ends by the worst that it found, so that a script can tell a machine that works from one that does not:

| worst finding | sign | exit code |
|---|---|---|
| `ok`, or `note` (worth knowing) | `ok`, `note` | 0 |
| `warning` (works, and should be mended) | `WARN` | 1 |
| `error` (something does not work) | `FAIL` | that of the first error, as an ordinary command would end with it |

For an error that is 77 for the key, permissions and tampering, 78 for the settings, 69 for the engine, the format and the file system,
74 for the disk, 75 when another process held the store for 30 s, 70 where none is known. `doctor --json` has the same in `worst` and
`exit_code`, and the `level` of each finding. A rotation or a restore that is under way is waited for, and is not a finding.
"""


def reference(groups: list[Group]) -> str:
    """docs/reference.md: every command with every option."""
    parts = [
        MADE,
        "",
        "# Command reference",
        "",
        f"Program names: `{PROGRAM}` and `claude-flow` (the same program); `hook` is another word for `hooks`. Every option may be",
        "written `--name value` or `--name=value`; a switch stands bare or takes `true`/`false`; `--` ends the options; a value may",
        "begin with a dash; `--camelCase` is read as `--camel-case`. Every command takes:",
        "",
    ]
    parts += [_bullet(option) for option in UNIVERSAL_OPTIONS]
    parts += ["- `-h, --help`: Show the command's page.", "", "and every hooks verb besides:", ""]
    parts += [_bullet(option) for option in HOOKS_OPTIONS]
    parts += ["", "Exit codes: see [exit-codes.md](exit-codes.md).", ""]
    for group in groups:
        parts += [f"## {group.name or 'Other commands'}", ""] + ([group.summary, ""] if group.name else [])
        for verb in group.verbs:
            parts += _verb_section(verb)
    return "\n".join(parts).rstrip() + "\n"


def exit_codes() -> str:
    """docs/exit-codes.md: every error a user can meet, by exit code."""
    parts = [MADE, "", "# Exit codes", "", EXIT_CODES_INTRO, "| code | meaning |", "|---|---|"]
    parts += [f"| {code} | {meaning} |" for code, meaning in MEANINGS.items()]
    parts += ["", DOCTOR_CODES, "", "## The errors", "", "| code | name | message | what to do |", "|---|---|---|---|"]
    for kind in sorted(_kinds(), key=lambda kind: kind.exit_code):
        message = " ".join((kind.__doc__ or "").split())
        hint = kind.hint.replace("{{", "{").replace("}}", "}")
        cells = (str(kind.exit_code), f"`{kind().name}`", message, hint)
        parts.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(parts) + "\n"


def man_pages(groups: list[Group]) -> dict[str, str]:
    """The manual pages by file name: hooks-cli.1, and one for each group."""
    pages = {f"{PROGRAM}.1": _man_program(groups), "claude-flow.1": f".so man1/{PROGRAM}.1\n"}
    for group in groups:
        if group.name:
            pages[f"{PROGRAM}-{group.name}.1"] = _man_group(group)
    return pages


def _kinds() -> list[type[errors.HooksError]]:
    """All errors that are raised under their own name, in the order in which they are declared."""
    found = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.HooksError)]
    return [kind for kind in found if kind is not errors.HooksError]


def _verb_section(verb: Verb) -> list[str]:
    parts = [f"### {verb.title}", "", verb.summary, "", "```", usage(verb), "```", ""]
    if verb.aliases:
        parts += [
            "Also: " + ", ".join(f"`{verb.group} {alias}`".replace("` ", "`") for alias in verb.aliases) + ".",
            "",
        ]
    if verb.details:
        parts += [verb.details.strip(), ""]
    own, _ = own_and_shared(verb)
    listed = [f"- `{positional_word(p)}`: {p.help}" for p in verb.positionals] + [_bullet(option) for option in own]
    if listed:
        parts += [*listed, ""]
    if verb.examples:
        parts += ["```sh", *verb.examples, "```", ""]
    return parts


def _bullet(option: Option) -> str:
    return f"- `{option_words(option)}`: {option_help(option)}"


def _man_program(groups: list[Group]) -> str:
    lines = [*_man_head(PROGRAM, TAGLINE), ".SH SYNOPSIS", f".B {_roff(PROGRAM)}", r"\fIGROUP VERB\fR [\fIOPTIONS\fR]"]
    lines += [".SH DESCRIPTION", f"{_roff('claude-flow')} is the same program."]
    for group in groups:
        lines += [f".SS {_roff(group.name or 'Other commands')}"] + ([_roff(group.summary)] if group.name else [])
        if group.name:
            for verb in group.verbs:
                lines += [".TP", f".B {_roff(verb.title)}", _roff(verb.summary)]
        else:
            for verb in group.verbs:
                lines += _man_verb(verb)
    lines += [".SH EXIT STATUS"]
    for code, meaning in MEANINGS.items():
        lines += [".TP", f".B {code}", _roff(meaning)]
    pages = [f".BR {_roff(f'{PROGRAM}-{group.name}')} (1)" for group in groups if group.name]
    return "\n".join([*lines, ".SH SEE ALSO", *pages]) + "\n"


def _man_group(group: Group) -> str:
    lines = [*_man_head(f"{PROGRAM}-{group.name}", group.summary.rstrip(".")), ".SH SYNOPSIS"]
    lines += [f".B {_roff(f'{PROGRAM} {group.name}')}", r"\fIVERB\fR [\fIOPTIONS\fR]", ".SH VERBS"]
    for verb in group.verbs:
        lines += _man_verb(verb)
    lines += [".SH EXIT STATUS", _roff(EXIT_CODES)]
    return "\n".join([*lines, ".SH SEE ALSO", f".BR {_roff(PROGRAM)} (1)"]) + "\n"


def _man_head(name: str, what: str) -> list[str]:
    head = f'.TH {_roff(name.upper())} 1 "" "{PROGRAM} {__version__}" "User Commands"'
    return [head, ".SH NAME", f"{_roff(name)} \\- {_roff(what)}"]


def _man_verb(verb: Verb) -> list[str]:
    lines = [f".SS {_roff(verb.title)}", _roff(verb.summary), ".PP", f".B {_roff(usage(verb))}"]
    if verb.aliases:
        lines += [".PP", _roff("Also: " + ", ".join(f"{verb.group} {alias}".strip() for alias in verb.aliases) + ".")]
    for part in verb.details.strip().split("\n\n") if verb.details else ():
        lines += [".PP", *[_roff(line.strip()) for line in part.splitlines()]]
    own, shared = own_and_shared(verb)
    for positional in verb.positionals:
        lines += [".TP", f".I {_roff(positional_word(positional))}", _roff(positional.help)]
    for option in own + shared:
        lines += [".TP", f".B {_roff(option_words(option))}", _roff(option_help(option))]
    if verb.examples:
        lines += [".PP", ".EX", *[_roff(line) for line in "\n".join(verb.examples).splitlines()], ".EE"]
    return lines


def _roff(text: str) -> str:
    """Text as roff prints it unchanged."""
    text = (
        text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace('"', "\\(dq").replace("`", "\\(ga")
    )
    return "\\&" + text if text[:1] in (".", "'") else text
