"""Every change of a ledger table passes a `Transaction`: a statement that makes one stands beside the calls that tell the ledger."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from hooks_cli.store.sqlite.schema import LEDGER_TABLES
from tests.conftest import ROOT

PACKAGE = ROOT / "hooks_cli"
CHANGE = re.compile(
    rf"\b(?:INSERT (?:OR \w+ )?INTO|REPLACE INTO|UPDATE(?: OR \w+)?|DELETE FROM) ({'|'.join(LEDGER_TABLES)})\b"
)
TOLD = {"insert", "forget", "remember", "add_to_ledger"}
# Who changes a ledger table without telling a transaction row by row, and why the ledger is right all the same.
ALLOWED = {
    "store/sqlite/file/rekey.py": "a new key makes a new ledger: all rows are counted again",
    "store/sqlite/transaction.py": "Transaction.insert itself",
}


def texts(tree: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The strings of a module, those with fields in them, too, with a `?` for each field."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(v.value) if isinstance(v, ast.Constant) else "?" for v in node.values), node
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, node


def changes(path: Path) -> list[tuple[int, str]]:
    """(line, table) of each statement of a file that changes a ledger table."""
    return [
        (getattr(node, "lineno", 0), found[1])
        for text, node in texts(ast.parse(path.read_text()))
        if (found := CHANGE.search(text)) is not None
    ]


def tells_the_ledger(source: str) -> bool:
    """Whether the file calls one of the methods by which a transaction hears of a row."""
    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return any(isinstance(called, ast.Attribute) and called.attr in TOLD for called in calls)


def test_no_change_passes_the_transaction_by() -> None:
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = str(path.relative_to(PACKAGE))
        found = changes(path)
        if found and name not in ALLOWED and (not name.startswith("store/") or not tells_the_ledger(path.read_text())):
            wrong += [f"{name}:{line} changes {table}" for line, table in found]
    assert wrong == []


def test_the_search_finds_what_it_is_for() -> None:
    seen = {
        name for name in map(str, (p.relative_to(PACKAGE) for p in PACKAGE.rglob("*.py"))) if changes(PACKAGE / name)
    }
    assert {"store/sqlite/rows/entry_writes.py", "store/sqlite/rows/journal.py", "store/sqlite/bulk/write.py"} <= seen
    assert CHANGE.search("UPDATE head SET live=0") and CHANGE.search("DELETE FROM entry WHERE 1")
    assert not CHANGE.search("INSERT INTO search(rowid) VALUES(1)") and not CHANGE.search("UPDATE state SET live=1")
    assert not tells_the_ledger("store.query('DELETE FROM entry')")
