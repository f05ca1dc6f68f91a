"""Answers a shell's TAB: commands and options through click, then fixed values, files and addresses.

An address is any stored text, and most shells put a completion into the line as it is: only those are offered that mean nothing
to a shell. Nothing is made and nothing is said here; what goes wrong is not a completion.
"""

from __future__ import annotations

import os
import sys

import click
from click.shell_completion import CompletionItem, get_completion_class

from hooks_cli.environment import Environment
from hooks_cli.errors import HooksError
from hooks_cli.model.verb import Option, Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Answers = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]

# Addresses offered, and the longest waited for a busy store.
MOST = 100
BUDGET_MS = 300
FILES = ("FILE", "[FILE]", "FORM|FILE", "PATH", "DIR")
ADDRESSES = ("KEY", "GLOB")
ADDRESS_WORDS = ("key", "pattern", "prefix", "old", "new")
FILE_WORDS = ("file", "copies")
# Verbs whose one positional is files by another name.
FILE_VERBS = ("memory export", "memory import")
_HARMLESS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./@%+,")


def answer(app: click.Group, program: str, variable: str) -> int:
    """Answer the shell that asks by `variable` (`bash_complete`, `zsh_source` …); the exit code."""
    shell, _, wish = os.environ[variable].partition("_")
    made = get_completion_class(shell)
    if made is None or wish not in ("complete", "source"):
        return 1
    asked = made(app, {}, program, variable)
    if wish == "source":
        sys.stdout.write(asked.source() + "\n")
        return 0
    words, unfinished = asked.get_completion_args()
    # bash takes --format=js for three words.
    found = asked.get_completions([word for word in words if word != "="], "" if unfinished == "=" else unfinished)
    flag, equals, _ = unfinished.partition("=")
    if equals and flag.startswith("-"):  # what the other shells take for one, they replace as one
        for item in found:
            item.value = f"{flag}={item.value}"
    sys.stdout.write("".join(asked.format_completion(item) + "\n" for item in found))
    return 0


def option(declared: Option) -> click.Option:
    """Click's form of an option, for completion only."""
    return click.Option(
        [*declared.flags, declared.name],
        is_flag=declared.kind == "switch",
        flag_value="true" if declared.kind == "optional" else None,
        multiple=declared.kind == "many",
        help=declared.help,
        hidden=declared.hidden,
        shell_complete=_answers(declared.choices, declared.metavar in FILES, declared.metavar in ADDRESSES),
    )


def argument(verb: Verb, declared: Positional) -> click.Argument:
    """Click's form of a positional argument, for completion only."""
    is_file = declared.name in FILE_WORDS or (verb.title in FILE_VERBS and declared.many)
    is_address = verb.group == "memory" and declared.name in ADDRESS_WORDS
    return click.Argument(
        [f"{declared.name}_argument"],  # options have names of their own
        required=False,
        nargs=-1 if declared.many else 1,
        shell_complete=_answers(declared.choices, is_file, is_address),
    )


def _answers(choices: tuple[str, ...], is_file: bool, is_address: bool) -> Answers:
    """What goes on from what was typed: one of the choices, a file (the shell looks for it), or an address of the project."""

    def answers(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        if is_file:
            return [CompletionItem(incomplete, type="file")]
        words = addresses(incomplete) if is_address and not choices else choices
        return [CompletionItem(word) for word in words if word.startswith(incomplete)]

    return answers


def addresses(beginning: str) -> list[str]:
    """The newest addresses of this project that begin so, by name; none without a store, or when it cannot be read."""
    from hooks_cli.features.entries import read
    from hooks_cli.store.sqlite.store import open_store

    if not _HARMLESS.issuperset(beginning):
        return []
    try:
        environment = Environment.from_process()
        store = open_store(environment, create=False, budget_ms=BUDGET_MS)
        try:
            # No address is spelt like this, as one is like `swarm/*`, which then would be all that is found.
            found = read.recall(store, f"{beginning}[^ ]*", environment.now(), MOST, short=True).entries
        finally:
            store.close()
    except (HooksError, OSError):
        return []
    return sorted(entry.address for entry in found if _HARMLESS.issuperset(entry.address))
