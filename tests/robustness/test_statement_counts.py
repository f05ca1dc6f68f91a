"""Counts, which are exact where times are not: the statements that a hot command runs, and that none of them scans a table.

A statement may walk an index or a range of one, look up rows, or read the one-row `state`; it may not scan a table of the user's data.
"""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.conftest import NEEDS_WHEEL

pytestmark = NEEDS_WHEEL
PURELIB = sysconfig.get_path("purelib")
SEES = """
import sys
sys.path.insert(0, {purelib!r})
from hooks_cli.system.apsw_import import apsw
seen = []
def trace(cursor, sql, bindings):
    given = bindings if isinstance(bindings, (tuple, list)) else []
    seen.append((sql, [b if isinstance(b, (int, str, float, type(None))) else 0 for b in given]))
    return True
def hooked(connection):
    connection.set_exec_trace(trace)
    opened.append(connection)
opened = []
apsw.connection_hooks.append(hooked)
from hooks_cli.entry import status
code = status(sys.argv[1:])
plans = []
connection = opened[-1]
connection.set_exec_trace(None)
counted = list(seen)
for sql, bindings in counted:
    if sql.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")):
        try:
            plans.append((sql, [row[3] for row in connection.execute("EXPLAIN QUERY PLAN " + sql, bindings)]))
        except Exception as error:
            plans.append((sql, [f"(not planned: {{error}})"]))
import json
sys.stderr.write("SEEN" + json.dumps([code, [sql for sql, _ in counted], plans]))
"""
# Tables with one row or a few by their nature: open sessions' processes, what upkeep remembers.
SMALL = ("state", "bound_process", "b", "upkeep", "pragma_", "json_", "CONSTANT ROW", "c")
# The most statements that a line may run. Of those that store or read one entry: what version 0.1 ran, and one or two more. (pre-task binds
# each of its ancestors, of which there may be many.)
LINES = [
    (["memory", "store", "a/b", "a value"], 17),
    (["memory", "store", "a/b", "a new value", "--metadata", '{"x":1}', "--tags", "a,b"], 21),
    (["memory", "recall", "a/b"], 8),
    (["memory", "recall", "a/*", "--limit", "10"], 10),
    (["memory", "list", "--limit", "10"], 9),
    (["memory", "search", "value"], 24),
    (["hooks", "pre-task", "--description", "d", "--session-id", "s"], 34),
    (["hooks", "notify", "--message", "m"], 14),
    (
        [
            "hooks",
            "notify",
            "--message",
            "m",
            "--memory-key",
            "swarm/performance/baseline",
            "--metadata",
            '{"p50_ms":45}',
        ],
        23,
    ),
    (
        ["hooks", "post-edit", "--file", "hooks.toml", "--memory-key", "a/c"],
        20,
    ),  # an empty file asks what the key holds
    (["hooks", "session-restore", "--session-id", "hyper-tester-001"], 40),
    (["hooks", "post-task", "--task-id", "t"], 18),
]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[list[str], list[tuple[str, list[str]]]]]:
    """What each line ran, over a store that has a little of everything."""
    folder = tmp_path_factory.mktemp("counts")
    (folder / "hooks.toml").write_text("")
    environ = {"HOME": str(folder), "HOOKS_HOME": str(folder / "home"), "PATH": "/usr/bin:/bin"}
    found = {}
    for turn in range(2):  # the first round makes the store, the session and the caches
        for argv, _ in LINES:
            code = SEES.format(purelib=PURELIB)
            done = subprocess.run(
                [sys.executable, "-ISc", code, *argv],
                env=environ,
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=60,
            )
            assert "SEEN" in done.stderr, done.stderr
            status, statements, plans = json.loads(done.stderr.partition("SEEN")[2])
            assert status == 0, done.stderr
            if turn:
                found[" ".join(argv)] = (statements, plans)
    return found


@pytest.mark.parametrize(("argv", "most"), LINES, ids=[" ".join(argv)[:40] for argv, _ in LINES])
def test_statements(seen: dict[str, tuple[list[str], object]], argv: list[str], most: int) -> None:
    statements = seen[" ".join(argv)][0]
    assert len(statements) <= most, f"{len(statements)} statements:\n" + "\n".join(
        " ".join(sql.split())[:150] for sql in statements
    )


@pytest.mark.parametrize("argv", [argv for argv, _ in LINES], ids=[" ".join(argv)[:40] for argv, _ in LINES])
def test_no_statement_scans_a_table(
    seen: dict[str, tuple[object, list[tuple[str, list[str]]]]], argv: list[str]
) -> None:
    for sql, plan in seen[" ".join(argv)][1]:
        # What a subquery has found by an index is walked after that.
        inner = tuple(step.split(" ")[1] for step in plan if step.startswith(("CO-ROUTINE", "MATERIALIZE")))
        for step in plan:
            assert not step.startswith("(not planned"), f"{sql}: {step}"
            if step.startswith("SCAN"):
                what = step.removeprefix("SCAN ").strip()
                # A walk of the live heads in their order, which ends at the limit.
                newest = (
                    what == "d" and "ORDER BY d.id DESC LIMIT" in sql and not any("B-TREE" in step for step in plan)
                )
                allowed = (
                    newest
                    or "USING" in what
                    or "VIRTUAL TABLE" in what
                    or what.startswith(("(", "search_docsize", *SMALL, *inner))
                )
                assert allowed, f"{step}\n{sql}"


def test_one_transaction_writes_once(seen: dict[str, tuple[list[str], object]]) -> None:
    for line in ("memory store a/b a value", "hooks notify --message m"):
        statements = [" ".join(sql.split()) for sql in seen[line][0]]
        assert statements.count("BEGIN IMMEDIATE") == 1
        assert statements.count("COMMIT") == 1


def test_the_installed_package_is_the_one_that_is_looked_at() -> None:
    assert Path(PURELIB, "hooks_cli", "__init__.py").exists()
