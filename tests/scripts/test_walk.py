"""`scripts/walk`, and the ways through the program that it counts: they get shorter, not longer."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.conftest import ROOT

# What only a write needs; a read that loads one of these pays for nothing.
WRITE_ONLY = {
    "hooks_cli.crypto.secret_screen",
    "hooks_cli.features.attribution",
    "hooks_cli.features.entries.draft",
    "hooks_cli.features.entries.write",
    "hooks_cli.features.validation.check",
    "hooks_cli.store.sensitive_values",
    "hooks_cli.store.sqlite.json_check",
    "hooks_cli.store.sqlite.machines",
    "hooks_cli.store.sqlite.rows.entry_updates",
    "hooks_cli.store.sqlite.rows.entry_writes",
    "hooks_cli.store.sqlite.rows.journal",
    "hooks_cli.store.sqlite.transaction",
    "hooks_cli.store.sqlite.writer_queue",
    "hooks_cli.text.cjk",
}
# What only a deletion needs: a collection that finds nothing due loads none of it.
DELETE_ONLY = {
    "hooks_cli.features.retention.decide",
    "hooks_cli.features.retention.size_limit",
    "hooks_cli.store.sqlite.maintenance.throttled_writes",
    "hooks_cli.store.sqlite.rows.entry_updates",
    "hooks_cli.store.sqlite.rows.journal",
    "hooks_cli.store.sqlite.transaction",
    "hooks_cli.system.failpoints",
}


def walk(*line: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/walk"), "--json", *line], capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["exit_code"] == 0, found["stderr"]
    return found


def with_code(modules: list[str]) -> set[str]:
    """The modules without the packages, which are a docstring each."""
    return {name for name in modules if not (ROOT / name.replace(".", "/")).is_dir()}


@pytest.mark.parametrize(
    ("line", "files", "crossings", "modules"),
    [
        (("memory", "store", "a/b", "hello"), 41, 135, 49),
        (("memory", "recall", "a/b"), 32, 92, 43),
        (("memory", "gc"), 39, 183, 50),
        (("hooks", "session-restore", "--session-id", "s1"), 50, 235, 61),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else "",
)
def test_the_way_is_not_longer(line: tuple[str, ...], files: int, crossings: int, modules: int) -> None:
    found = walk(*line)
    counted = (len(found["files"]), found["crossings"], len(with_code(found["modules"])))
    assert all(is_now <= most for is_now, most in zip(counted, (files, crossings, modules), strict=True)), counted


def test_a_read_loads_nothing_that_only_a_write_needs() -> None:
    assert WRITE_ONLY & set(walk("memory", "recall", "a/b")["modules"]) == set()
    missing = WRITE_ONLY - set(walk("memory", "store", "a/b", "hello")["modules"])
    assert missing <= {"hooks_cli.store.sqlite.machines", "hooks_cli.store.sqlite.rows.entry_updates"}  # rarely needed


def test_nothing_due_loads_nothing_that_deletes() -> None:
    assert DELETE_ONLY & set(walk("memory", "gc")["modules"]) == set()


def test_the_script_prints_counts_and_files() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/walk"), "--files", "memory", "recall", "a/b"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "modules loaded" in done.stdout and "commands/memory/recall.py" in done.stdout
    assert subprocess.run([sys.executable, str(ROOT / "scripts/walk")], capture_output=True).returncode == 2
