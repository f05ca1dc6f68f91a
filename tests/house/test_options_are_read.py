"""No option is accepted and then forgotten: the module of each verb, or what it calls in `commands`, reads every name it declares."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

import pytest

from hooks_cli.cli import catalogue
from hooks_cli.cli.verb_lookup import module_name
from hooks_cli.model.verb import HOOKS_OPTIONS, MEMORY_OPTIONS, UNIVERSAL_OPTIONS, Verb
from tests.conftest import ROOT

PACKAGE = ROOT / "hooks_cli"
# Read in one place for all verbs: `Call.format`, `entry`, `fails_open`.
SHARED = {option.name for option in (*UNIVERSAL_OPTIONS, *MEMORY_OPTIONS, *HOOKS_OPTIONS)}
READERS = (PACKAGE / "commands", PACKAGE / "output" / "progress.py")
# These keep all that they are told, under its own name.
KEEPERS = PACKAGE / "commands" / "hooks" / "_plain_events.py"
# What they promise is so anyhow, and their help says so.
TRUE_ANYHOW = {("hooks list", "active"), ("memory gc", "stale"), ("memory search", "redact")}

VERBS = list(catalogue.every_verb())


def module_of(verb: Verb) -> Path:
    """Where a verb is declared."""
    return PACKAGE.parent.joinpath(*module_name(verb.group, verb.name).split(".")).with_suffix(".py")


@functools.cache
def imported(path: Path) -> frozenset[Path]:
    """The modules of `READERS` that a module imports, at its head or within a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "hooks_cli":
            base = PACKAGE.joinpath(*node.module.split(".")[1:])
            for name in node.names:
                for candidate in (
                    base / f"{name.name}.py",
                    base / name.name / "__init__.py",
                    base.with_suffix(".py"),
                    base / "__init__.py",
                ):
                    if candidate.exists() and any(
                        candidate == place or place in candidate.parents for place in READERS
                    ):
                        found.add(candidate)
    return frozenset(found)


def reachable(path: Path) -> set[Path]:
    """A module with all that it imports, and they import."""
    seen, waiting = set(), [path]
    while waiting:
        at = waiting.pop()
        if at not in seen:
            seen.add(at)
            waiting += imported(at)
    return seen


@functools.cache
def names_read(path: Path) -> tuple[frozenset[str], tuple[str, ...]]:
    """(the texts in a module that stand outside of declarations, those of them, and of its f-strings, that names begin with)."""
    tree = ast.parse(path.read_text())
    declared: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Option", "Positional"):
            declared |= {id(below) for below in ast.walk(node)}
    texts, beginnings = set(), []
    for node in ast.walk(tree):
        if id(node) in declared:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.add(node.value)
        if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
            beginnings.append(str(node.values[0].value))
    return frozenset(texts), tuple(text for text in (*beginnings, *texts) if text.endswith("_"))


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.title)
def test_every_option_is_read(verb: Verb) -> None:
    modules = reachable(module_of(verb))
    if KEEPERS in modules:
        return
    texts: set[str] = set()
    beginnings: list[str] = []
    for module in modules:
        found, starts = names_read(module)
        texts |= found
        beginnings += starts
    names = {part.name for part in (*verb.options, *verb.positionals)} - SHARED
    forgotten = {name for name in names - texts if not name.startswith(tuple(beginnings))}
    assert {(verb.title, name) for name in forgotten} <= TRUE_ANYHOW
