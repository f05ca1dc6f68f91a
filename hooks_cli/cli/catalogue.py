"""Lists all groups, verbs and their declarations, for help, completion and the generated reference."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from hooks_cli.cli.verb_lookup import GROUPS, declared, find
from hooks_cli.cli.verb_words import TABLES
from hooks_cli.model.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

PROGRAM = "program"  # the folder of the verbs that stand alone


class Group:
    """A group as help shows it: `name` ("" for the verbs that stand alone), its one-line summary, its declarations."""

    def __init__(self, name: str, summary: str, verbs: list[Verb]) -> None:
        self.name = name
        self.summary = summary
        self.verbs = verbs


def group(name: str) -> Group:
    """The group of that name with all its verbs, by name."""
    verbs = [verb for word in verb_names(name) if (verb := load(name, word)) is not None]
    return Group(name, group_summary(name or PROGRAM), verbs)


def every_group() -> list[Group]:
    """All groups, the verbs that stand alone last."""
    return [group(name) for name in [*GROUPS, ""]]


def group_summary(name: str) -> str:
    """The first line of what the group's package says about itself."""
    return (_module(f"hooks_cli.commands.{name}").__doc__ or "").strip().partition("\n")[0]


def verb_names(name: str) -> list[str]:
    """The verbs of a group ("" for those that stand alone), by name, without their other words."""
    package = _module(f"hooks_cli.commands.{name or PROGRAM}")
    files = [file[:-3] for file in os.listdir(package.__path__[0]) if file.endswith(".py") and file[0] != "_"]
    names = [file.replace("_", "-") for file in files] + [*TABLES.get(name, ())]
    return [verb for verb in sorted(names) if declared(name, verb) is not None]


def load(within: str, name: str) -> Verb | None:
    """The declaration of a verb by any of its words, or None when there is no such verb."""
    within, name = find(within, name)
    return declared(within, name) if not within or within in GROUPS else None


def every_verb() -> Iterator[Verb]:
    """All declarations, group by group, the verbs that stand alone last."""
    for found in every_group():
        yield from found.verbs


def _module(name: str) -> ModuleType:
    __import__(name)
    return sys.modules[name]
