"""Runs what the fast parser leaves: help, completion, mistakes and unknown verbs, through click.

Mistakes and their suggestions, shell completion. A verb's words are read by `words.read`, as in the fast lane; click's own options
exist for completion only.
"""

from __future__ import annotations

import os
from typing import Any, NoReturn

import click

from hooks_cli.cli import catalogue, foreign_verbs, help_page
from hooks_cli.cli.fast_lane import help_call
from hooks_cli.cli.parser import HELP_FLAGS, Mistake, read
from hooks_cli.cli.verb_lookup import GROUP_ALIASES, GROUPS, find, redirect
from hooks_cli.errors import MissingArgument, UnknownOption, UnknownVerb, UsageError
from hooks_cli.model.verb import Call, Verb
from hooks_cli.system.python_startup import complete
from hooks_cli.text.edit_distance import near

PROGRAMS = ("hooks-cli", "claude-flow")
# Commands of claude-flow that this program does not have: who types one is told where it is.
FOREIGN_GROUPS = (
    "agent", "agents", "analysis", "automation", "batch", "coordination", "daemon", "github", "goal", "hive", "hive-mind", "init",
    "mcp", "monitoring", "neural", "optimization", "orchestrate", "sparc", "start", "stream-chain", "swarm", "training",
    "workflow",
)  # fmt: skip
SETTINGS_WORDS = ("config set", "config get", "config edit", "config init", "config unset")


def parse(argv: list[str]) -> Call | int:
    """The call that `argv` means, or an exit code when all is done already (completion).

    Raises UsageError and its kinds (64) for a line that is not understood.
    """
    complete()
    app = _Tree("")
    for program in PROGRAMS:
        variable = completion_variable(program)
        if variable in os.environ:
            from hooks_cli.cli import shell_completion

            return shell_completion.answer(app, program, variable)
    found: Call | int = app.main(args=argv, prog_name=help_page.PROGRAM, standalone_mode=False)
    return found


def completion_variable(program: str) -> str:
    """The environment variable by which a shell asks for completions: `_HOOKS_CLI_COMPLETE`."""
    return "_" + program.replace("-", "_").upper() + "_COMPLETE"


def mistake_error(verb: Verb, mistake: Mistake) -> UsageError:
    """The error that tells a user about a mistake, with what to write instead."""
    flag, option = mistake.flag, mistake.option
    see = f"See: {help_page.PROGRAM} {verb.title} --help"
    if mistake.kind == "unknown":
        flags = [spelling for known in verb.options for spelling in known.flags]
        hint = _did_you_mean(flag, flags) or see
        if verb.positionals:
            hint += f"  (A value that begins with a dash goes behind --: {verb.title} … -- {flag})"
        return UnknownOption(verb=verb.title, option=flag, hint=hint)
    if mistake.kind == "unclear":
        return UnknownOption(
            verb=verb.title,
            option=flag,
            hint=f"Is {mistake.word!r} its value, or an argument? To keep it as metadata: {flag}={mistake.word!r}.",
        )
    if mistake.kind == "held":
        hint = _did_you_mean(flag, [spelling for known in verb.options for spelling in known.flags])
        return UnknownOption(verb=verb.title, option=flag, hint=hint or _conditions(flag))
    if mistake.kind == "extra":
        return UsageError(f"{verb.title} takes no further argument, but there is {mistake.word!r}.", hint=see)
    if mistake.kind == "missing" or option is None:
        return MissingArgument(verb=verb.title, what=f"a value for {flag}")
    expected = {
        "choice": "one of " + ", ".join(option.choices),
        "integer": "a whole number of at most 18 digits",
        "switch": "true or false (or yes, no, on, off, 1, 0), or nothing",
    }[mistake.kind]
    return UsageError(f"{verb.title} {flag} takes {expected}; {mistake.word!r} is not.", hint=see)


def _conditions(flag: str) -> str:
    """What to type instead of an option that says when not to write (`model.write_conditions`)."""
    field = flag.lstrip("-").replace("-", "_")
    return (
        "Its name says what not to write, or when; nothing was stored. memory store has --if-version N, --if-not-exists, --no-clobber and "
        f"--dry-run; memory append and memory patch add to a value. To keep it as metadata: --metadata '{{\"{field}\": true}}'"
    )


class _Tree(click.Group):
    """The program (`title` is "") or one of its groups. Verbs are loaded when they are asked for."""

    def __init__(self, title: str) -> None:
        super().__init__(name=title or help_page.PROGRAM, add_help_option=False)
        self.title = title
        self.help = catalogue.group_summary(title) if title else None

    def list_commands(self, ctx: click.Context) -> list[str]:
        groups = [] if self.title else [*GROUPS, *GROUP_ALIASES]
        return groups + catalogue.verb_names(self.title)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if not self.title and GROUP_ALIASES.get(cmd_name, cmd_name) in GROUPS:
            return _Tree(GROUP_ALIASES.get(cmd_name, cmd_name))
        verb = catalogue.load(self.title, cmd_name)
        return None if verb is None else _VerbCommand(verb, cmd_name)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        if not args or args[0] in HELP_FLAGS:
            ctx.obj = help_call(self.title)
            return []
        if self.get_command(ctx, args[0]) is None:
            self._refuse(ctx, args[0])
        return super().parse_args(ctx, ["--", *args])  # `--version` is a verb's name, too

    def invoke(self, ctx: click.Context) -> Any:
        return ctx.obj if isinstance(ctx.obj, Call) else super().invoke(ctx)

    def _refuse(self, ctx: click.Context, name: str) -> NoReturn:
        typed = f"{self.title} {name}".strip()
        if name.startswith("-") and len(name) > 1:
            known = [*HELP_FLAGS] if self.title else [*HELP_FLAGS, "--version"]
            title = f"{help_page.PROGRAM} {self.title}".strip()
            hint = _did_you_mean(name, known) or f"Options follow the verb: {title} VERB {name}"
            raise UnknownOption(verb=title, option=name, hint=hint)
        known = self.list_commands(ctx)
        for command in list(known):
            verb = catalogue.load(self.title, command)
            known += verb.aliases if verb is not None else ()
        # A group was forgotten (`store k v`), or its verb misspelt.
        elsewhere = [g for g in GROUPS if not self.title and catalogue.load(g, name) is not None]
        hint = _did_you_mean(name, known, self.title)
        if elsewhere:
            hint = "Did you mean: " + ", ".join(f"{g} {name}" for g in elsewhere) + "?"
        hint = foreign_verbs.hint(*find(self.title, name)) or hint
        if not self.title and name in FOREIGN_GROUPS:
            hint = f"It is claude-flow's own; this program takes its hooks and memory alone: npx claude-flow@alpha {name} …"
        if typed in SETTINGS_WORDS:
            hint = f"The settings are files to edit: {help_page.PROGRAM} config path"
        raise UnknownVerb(verb=typed, hint=hint or f"See: {help_page.PROGRAM} {self.title}".rstrip() + " --help")


class _VerbCommand(click.Command):
    """One verb. Its parameters are declared for completion; the words are read by `words.read`."""

    def __init__(self, verb: Verb, alias: str) -> None:
        from hooks_cli.cli import shell_completion

        params: list[click.Parameter] = [shell_completion.option(option) for option in verb.options]
        params += [shell_completion.argument(verb, positional) for positional in verb.positionals]
        super().__init__(name=alias, params=params, help=verb.summary, add_help_option=False)
        self.verb = verb
        self.alias = alias

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        found = self._read(args)
        if isinstance(found, Mistake):
            verb = found.verb or self.verb
            if found.kind != "help":
                raise mistake_error(verb, found)
            found = help_call(verb.group, verb.name)
        ctx.obj = found
        return []

    def invoke(self, ctx: click.Context) -> Any:
        return ctx.obj

    def _read(self, words: list[str]) -> Call | Mistake:
        """Read the words, as another verb's where they say so (`memory usage --action store`)."""
        name, rest = redirect(self.verb.group, self.verb.name, words)
        meant = self.verb if name == self.verb.name else catalogue.load(self.verb.group, name)
        if meant is None:
            raise UnknownVerb(
                verb=f"{self.verb.group} {name}", hint=f"See: {help_page.PROGRAM} {self.verb.title} --help"
            )
        found = read(meant, rest, self.alias)
        if isinstance(found, Mistake):
            found.verb = meant
        return found


def _did_you_mean(word: str, known: list[str], group: str = "") -> str:
    found = near(word, known)
    return f"Did you mean: {' or '.join(f'{group} {name}'.strip() for name in found)}?" if found else ""
