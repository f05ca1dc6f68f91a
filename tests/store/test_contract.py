"""The engine keeps the store's contract: the same methods with the same arguments, and errors that exist, each with its exit code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from hooks_cli import errors
from tests.conftest import ROOT

STORE = ROOT / "hooks_cli/store"
ENGINE = {"Store": ("sqlite/store.py", "EmbeddedStore"), "Transaction": ("sqlite/transaction.py", "Transaction")}
BLOCK = ("__enter__", "__exit__")
# What the contract leaves open: the type of the context manager.
OPEN = ("Any", "Self")


def methods(path: Path, name: str) -> dict[str, ast.FunctionDef]:
    """The methods and properties that a class offers."""
    classes = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ClassDef) and n.name == name]
    return {
        node.name: node
        for node in classes[0].body
        if isinstance(node, ast.FunctionDef) and (not node.name.startswith("_") or node.name in BLOCK)
    }


@pytest.mark.parametrize("promised", ENGINE)
def test_the_engine_has_what_is_promised_and_nothing_else(promised: str) -> None:
    file, name = ENGINE[promised]
    contract, engine = methods(STORE / "contract.py", promised), methods(STORE / file, name)
    assert sorted(engine) == sorted(contract)
    for method, node in engine.items():
        stated = contract[method]
        assert ast.unparse(node.args) == ast.unparse(stated.args), method
        assert bool(node.decorator_list) == bool(stated.decorator_list), f"{method}: a property here, a method there"
        returned = ast.unparse(stated.returns) if stated.returns else ""
        assert returned in (*OPEN, ast.unparse(node.returns) if node.returns else ""), method


@pytest.mark.parametrize("promised", ENGINE)
def test_each_method_names_its_errors_with_their_exit_codes(promised: str) -> None:
    for method, node in methods(STORE / "contract.py", promised).items():
        told = " ".join((ast.get_docstring(node) or "").split())
        assert "Raises" in told, f"{promised}.{method} does not say what it raises"
        named = re.findall(r"([A-Z]\w+(?:(?:, | or )[A-Z]\w+)*) \((\d+)\)", told.partition("Raises")[2])
        assert named or "Raises nothing" in told or "Raises what" in told, f"{promised}.{method}: {told}"
        for names, code in named:
            for name in re.split(r", | or ", names):
                assert getattr(errors, name).exit_code == int(code), f"{promised}.{method}: {name} ({code})"
