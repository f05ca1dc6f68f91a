"""The rules of the house: which room may import which, how long a file may be, what a module may not be called."""

from __future__ import annotations

import ast
import os
import pwd
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "hooks_cli"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST_FILE = 350
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}

# A room may import the rooms of its own rank and of those below it.
RANKS = {
    "entry": 7,
    "__main__": 7,
    "faults": 7,
    "cli": 6,
    "commands": 5,
    "operations": 4,
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
    "project_note": 2,
    "aside": 2,
    "private_files": 2,
    "streams": 2,
    "model": 1,
    "errors": 0,
    "interpreter": 0,
    "failpoints": 0,
    "bytecode": 0,
    "": 0,  # hooks_cli itself: the version
}
EVERYWHERE = {"hooks_cli.cli.spec"}  # the words in which a verb is declared, which every room may use


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


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_only_downwards(path: Path) -> None:
    inside = path.relative_to(ROOT).with_suffix("").parts
    own = inside[1] if len(inside) > 1 and inside[1] != "__init__" else ""
    assert own in RANKS, f"{own} is a room nobody knows: give it a rank here"
    for module in imports_of(path):
        if module in EVERYWHERE:
            continue
        assert RANKS[room(module)] <= RANKS[own], f"{name_of(path)} imports {module}, which stands above it"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_file_is_short_and_well_named(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE
    assert path.stem not in FORBIDDEN_NAMES
    assert path.parent.name not in FORBIDDEN_NAMES


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_sql_stays_in_the_store_and_ciphers_in_crypto(path: Path) -> None:
    source = path.read_text()
    place = path.relative_to(PACKAGE).parts[0]
    if place not in ("store", "integrations"):
        statement = re.search(r"\b(SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE|PRAGMA) ", source)
        assert statement is None, f"SQL outside the store: {statement and statement.group()}"
    if place != "crypto":
        assert not re.search(r"^\s*(from|import) cryptography", source, re.MULTILINE), "cryptography outside crypto/"


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
        if path.stem == "__init__":
            continue
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        assert "VERB" in names, f"{path.name} lies among the verbs and declares none"


def test_both_launchers_are_the_same() -> None:
    assert (ROOT / "packaging/hooks-cli").read_bytes() == (ROOT / "packaging/claude-flow").read_bytes()
