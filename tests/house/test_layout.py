"""The rules of the house: which room may import which, how long a file may be, what a module may not be called."""

from __future__ import annotations

import ast
import graphlib
import os
import pwd
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from hooks_cli.commands.options import shared
from tests.conftest import ROOT

PACKAGE = ROOT / "hooks_cli"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST_FILE = 360
LONGEST_TEST_FILE = 400
MOST_FILES_IN_A_FOLDER = 15
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}

# From the bottom up. A module imports only what stands strictly lower, or lies in its own folder.
ORDER = (
    ("errors", "bytecode", "schemas", ""),  # "" is hooks_cli itself: the version
    ("text",),
    ("model", "system"),
    ("crypto", "settings", "project"),
    ("environment",),
    ("store",),
    ("output",),
    ("features",),
    ("cli",),
    ("mcp", "web"),
    ("commands",),
    ("error_report",),
    ("entry",),
    ("__main__",),
)
# Where SQL may stand: the engine, and files that are SQLite by format.
SQL_PLACES = {
    ("store", "sqlite"),
    ("store", "remote"),
    ("features", "transfer"),
    ("system", "sqlite_json"),
}
RANKS = {name: rank for rank, names in enumerate(ORDER) for name in names}

# Which capability may import which others. The list is acyclic (a test).
FEATURE_IMPORTS: dict[str, set[str]] = {
    "agents": {"attribution", "journal", "restore", "safety", "shims"},
    "backup": {"attribution", "entries", "keys", "transfer"},
    "browse": {"entries", "search"},
    "doctor": {"agents", "backup", "journal", "keys", "retention", "settings_report", "shims"},
    "entries": {"attribution", "validation"},
    "insights": {"regressions", "transfer"},
    "journal": {"attribution", "entries", "validation"},
    "keys": {"journal"},
    "remote": {"keys", "transfer"},
    "report": {"regressions", "restore", "retention"},
    "restore": {"attribution", "journal", "search"},
    "retention": {"attribution"},
    "search": {"attribution", "entries", "projects"},
    "settings_report": {"validation"},
    "store_opening": {"journal"},
    "test_runs": {"attribution", "entries", "journal", "processes", "regressions", "traces", "validation"},
    "traces": {"regressions"},
    "transfer": {"projects", "validation"},
}


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def imports_of(path: Path) -> list[str]:
    """The modules of ours that a file imports, at any depth: lazily and for types alone, too."""
    tree = ast.parse(path.read_text())
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                file = ROOT / inner.replace(".", "/")
                found.append(inner if file.with_suffix(".py").exists() or file.is_dir() else str(node.module))
    return [name for name in found if name.split(".")[0] == "hooks_cli"]


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def place_of(path: Path) -> tuple[str, ...]:
    """The folders and the module of a file, below the package."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def test_imports_go_only_downwards() -> None:
    upwards = []
    for path in MODULES:
        own = (place_of(path) or ("",))[0]
        assert own in RANKS, f"{own} has no rank: give it one here"
        for module in imports_of(path):
            if room(module) != own and RANKS[room(module)] >= RANKS[own]:
                upwards.append(f"{name_of(path)} imports {module}, which does not stand below it")
    assert upwards == []


def test_verbs_call_features_and_never_the_engine() -> None:
    assert [
        f"{name_of(path)} imports {module}"
        for path in MODULES
        if place_of(path)[:1] == ("commands",)
        for module in imports_of(path)
        if module.startswith("hooks_cli.store.sqlite")
    ] == []


def test_features_import_each_other_along_the_list() -> None:
    found: dict[str, set[str]] = {}
    for path in MODULES:
        place = place_of(path)
        if len(place) < 2 or place[0] != "features":
            continue
        for module in imports_of(path):
            parts = module.split(".")[1:]
            if parts[:1] == ["features"] and len(parts) > 1 and parts[1] != place[1]:
                found.setdefault(place[1], set()).add(parts[1])
    assert found == FEATURE_IMPORTS
    graphlib.TopologicalSorter(FEATURE_IMPORTS).prepare()  # raises CycleError


def test_a_package_imports_nothing_of_its_own_folder() -> None:
    """The loader of the bytecode image loads what a package needs before its modules: it would not end."""
    wrong = []
    for path in MODULES:
        if path.name == "__init__.py":
            own = ".".join(["hooks_cli", *place_of(path)])
            wrong += [f"{name_of(path)}: {module}" for module in imports_of(path) if module.startswith(own + ".")]
    assert wrong == []


def test_a_file_is_short_and_well_named() -> None:
    assert [name_of(path) for path in MODULES if len(path.read_text().splitlines()) > LONGEST_FILE] == []
    assert [name_of(path) for path in MODULES if FORBIDDEN_NAMES & {path.stem, path.parent.name}] == []
    tests = sorted((ROOT / "tests").rglob("*.py"))
    assert [path.name for path in tests if len(path.read_text().splitlines()) > LONGEST_TEST_FILE] == []


def test_a_folder_is_small() -> None:
    """Verbs excepted: a group has as many files as it has verbs."""
    counts = Counter(path.parent for path in MODULES if path.name != "__init__.py")
    large = {
        str(folder.relative_to(PACKAGE)): number for folder, number in counts.items() if number > MOST_FILES_IN_A_FOLDER
    }
    assert {name: number for name, number in large.items() if not name.startswith("commands/")} == {}


def test_a_stem_is_used_once_in_its_band() -> None:
    """A band is a folder at the top: in `features` two modules called `write` would be mistaken for one another."""
    twice = []
    for band in ("text", "model", "system", "crypto", "settings", "project", "output", "cli"):
        stems = Counter(path.stem for path in (PACKAGE / band).rglob("*.py") if path.name != "__init__.py")
        twice += [f"{band}: {stem}" for stem, number in stems.items() if number > 1]
    assert twice == []


def test_sql_stays_in_the_store_and_ciphers_in_crypto() -> None:
    astray = []
    for path in MODULES:
        source = path.read_text()
        place = path.relative_to(PACKAGE).parts[0]
        sql = re.search(r"\b(SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE|PRAGMA) ", source)
        parts = place_of(path)
        if sql and parts[:2] not in SQL_PLACES:
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


def documented_methods() -> dict[str, set[str]]:
    """The methods with a docstring of each class of ours, by the class's name; those of its bases of ours among them."""
    found: dict[str, set[str]] = {}
    bases: dict[str, list[str]] = {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                names = {n.name for n in node.body if isinstance(n, ast.FunctionDef) and ast.get_docstring(n)}
                found.setdefault(node.name, set()).update(names)
                bases[node.name] = [base.id for base in node.bases if isinstance(base, ast.Name)]
    return {name: found[name].union(*(found.get(base, set()) for base in bases[name])) for name in found}


def with_documented_contract(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Methods that need no docstring: a base class, or a class whose name stands in the own class's docstring (`contract.Log`), has one."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        named = [base.id for base in node.bases if isinstance(base, ast.Name)]
        named += [name.rpartition(".")[2] for name in re.findall(r"`([\w.]+)`", ast.get_docstring(node) or "")]
        promised = set[str]().union(*(DOCUMENTED.get(name, set()) for name in named))
        yield from (n for n in node.body if isinstance(n, ast.FunctionDef) and n.name in promised)


DOCUMENTED = documented_methods()


def test_what_is_public_says_what_it_is() -> None:
    silent = []
    for path in MODULES:
        tree = ast.parse(path.read_text())
        if tree.body and not ast.get_docstring(tree):
            silent.append(name_of(path))
        inherited = {id(method) for method in with_documented_contract(tree)}
        silent += [
            f"{name_of(path)}: {node.name}"
            for node in public(tree.body)
            if not ast.get_docstring(node) and id(node) not in inherited
        ]
    assert silent == []


def test_the_first_line_of_a_module_is_in_plain_words() -> None:
    riddles = re.compile(
        r"\b(nobody|somebody|whoever|anew|so many|all the same|thereby)\b|^(What the|What all) ", re.IGNORECASE
    )
    headlines = {
        name_of(path): (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n\n")[0] for path in MODULES
    }
    assert {name: line for name, line in headlines.items() if riddles.search(line)} == {}


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
    """What stands beside them as `_name.py` may declare several in `VERBS` (`cli.verb_words.TABLES`)."""
    for path in (PACKAGE / "commands").glob("*/*.py"):
        if path.stem.startswith("_") or path.parent.name == "options":
            continue
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        assert "VERB" in names, f"{path.name} lies among the verbs and declares none"


def test_a_shared_option_is_declared_once() -> None:
    """An option that `commands/options/shared.py` has is not declared anew: one flag must not have two sets of spellings."""
    known = {(one.flags[0], one.kind, one.metavar) for one in vars(shared).values() if isinstance(one, shared.Shared)}
    again = []
    for path in (PACKAGE / "commands").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) != "Option" or path.name == "shared.py":
                continue
            flags = node.args[1] if len(node.args) > 1 else None
            if not isinstance(flags, ast.Tuple) or not all(isinstance(flag, ast.Constant) for flag in flags.elts):
                continue
            kind = ast.literal_eval(node.args[3]) if len(node.args) > 3 else "text"
            metavar = next((ast.literal_eval(word.value) for word in node.keywords if word.arg == "metavar"), "")
            if (ast.literal_eval(flags)[0], kind, metavar) in known:
                again.append(f"{name_of(path)}:{node.lineno}")
    assert not again, "\n".join(again)


def test_both_launchers_are_the_same() -> None:
    assert (ROOT / "packaging/hooks-cli").read_bytes() == (ROOT / "packaging/claude-flow").read_bytes()
