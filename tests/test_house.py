"""The rules of the house: which room may import which, how long a file may be, what a module may not be called."""

from __future__ import annotations

import ast
import os
import pwd
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "hooks_cli"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST_FILE = 350
LONGEST_TEST_FILE = 400
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}

# A room may import the rooms of its own rank and of those below it.
RANKS = {
    "entry": 7,
    "__main__": 7,
    "faults": 7,
    "cli": 6,
    "commands": 5,
    "operations": 4,
    "features": 4,
    "output": 4,
    "store": 3,
    "crypto": 3,
    "integrations": 3,
    "ancestry": 2,
    "environment": 2,
    "config": 2,
    "config_cache": 2,
    "config_files": 2,
    "config_values": 2,
    "project": 2,
    "config_keeping": 2,
    "project_note": 2,
    "project_trust": 2,
    "aside": 2,
    "private_files": 2,
    "system": 2,
    "streams": 2,
    "model": 1,
    "errors": 0,
    "interpreter": 0,
    "failpoints": 0,
    "bytecode": 0,
    "": 0,  # hooks_cli itself: the version
}
EVERYWHERE = {"hooks_cli.model.verb"}  # the words in which a verb is declared, which every room may use


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def imports_of(path: Path) -> list[str]:
    """The modules of ours that a file imports at any depth, except for type checking alone."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            around = list(path.relative_to(ROOT).parts[: -node.level]) if node.level else []
            module = ".".join([*around, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                file = ROOT / inner.replace(".", "/")
                found.append(inner if file.with_suffix(".py").exists() or file.is_dir() else module)
    return [name for name in found if name.split(".")[0] == "hooks_cli"]


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def test_imports_go_only_downwards() -> None:
    upwards = []
    for path in MODULES:
        inside = path.relative_to(ROOT).with_suffix("").parts
        own = inside[1] if len(inside) > 1 and inside[1] != "__init__" else ""
        assert own in RANKS, f"{own} is a room nobody knows: give it a rank here"
        for module in imports_of(path):
            if module not in EVERYWHERE and RANKS[room(module)] > RANKS[own]:
                upwards.append(f"{name_of(path)} imports {module}, which stands above it")
    assert upwards == []


def test_a_file_is_short_and_well_named() -> None:
    assert [name_of(path) for path in MODULES if len(path.read_text().splitlines()) > LONGEST_FILE] == []
    assert [name_of(path) for path in MODULES if FORBIDDEN_NAMES & {path.stem, path.parent.name}] == []
    tests = sorted((ROOT / "tests").glob("*.py"))
    assert [path.name for path in tests if len(path.read_text().splitlines()) > LONGEST_TEST_FILE] == []


def test_sql_stays_in_the_store_and_ciphers_in_crypto() -> None:
    astray = []
    for path in MODULES:
        source = path.read_text()
        place = path.relative_to(PACKAGE).parts[0]
        sql = re.search(r"\b(SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE|PRAGMA) ", source)
        if sql and place not in ("store", "integrations"):
            astray.append(f"{name_of(path)}: {sql.group()}")
        if place != "crypto" and re.search(r"^\s*(from|import) cryptography", source, re.MULTILINE):
            astray.append(f"{name_of(path)}: cryptography")
    assert astray == []


def public(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """The classes and functions that a module offers, methods among them."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body)


def test_what_is_public_says_what_it_is() -> None:
    silent = []
    for path in MODULES:
        tree = ast.parse(path.read_text())
        if tree.body and not ast.get_docstring(tree):
            silent.append(name_of(path))
        silent += [f"{name_of(path)}: {node.name}" for node in public(tree.body) if not ast.get_docstring(node)]
    assert silent == []


def test_no_tracked_file_names_a_place_of_one_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    places = {f"{ROOT}/", f"{pwd.getpwuid(os.getuid()).pw_dir}/"} - {"/"}
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file() and not path.is_symlink():
            text = path.read_text(errors="replace")
            assert not [place for place in places if place in text], name


def test_every_verb_module_declares_its_verb() -> None:
    for path in (PACKAGE / "commands").glob("*/*.py"):
        if path.stem.startswith("_"):
            continue
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        assert "VERB" in names, f"{path.name} lies among the verbs and declares none"


def test_both_launchers_are_the_same() -> None:
    assert (ROOT / "packaging/hooks-cli").read_bytes() == (ROOT / "packaging/claude-flow").read_bytes()
