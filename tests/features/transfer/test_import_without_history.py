"""What is said of versions that an import left in another store: never that they were collected here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run

DAY_1, DAY_2, DAY_3 = ({"HOOKS_NOW": f"2025-10-{day}T12:00:00Z"} for day in (10, 11, 12))


@pytest.fixture
def moved(run: Run, project: Path) -> dict[str, str]:
    """Another store, into which the newest of three versions of `k`, and all of `whole`, were imported from CSV."""
    for env, value in ((DAY_1, "one"), (DAY_2, "two"), (DAY_3, "three")):
        run("memory", "store", "k", value, env=env, check=True)
    run("memory", "store", "whole", "once", env=DAY_1, check=True)
    run("memory", "export", "k.csv", env=DAY_3, check=True)
    there = {**DAY_3, "HOOKS_STORE": str(project / "other.db")}
    run("memory", "import", "k.csv", env=there, check=True)
    return there


def test_an_older_version_was_never_here(run: Run, moved: dict[str, str]) -> None:
    done = run("memory", "recall", "k", "--version", "1", env=moved)
    assert done.returncode == 1 and "collected" not in done.stderr
    assert "the history here begins with version 3, which was imported" in done.stderr
    assert run("memory", "recall", "k", "--version", "3", env=moved, check=True).stdout == "three"
    assert "was never written" in run("memory", "recall", "k", "--version", "4", env=moved).stderr
    assert "begins with version 3" in run("memory", "revert", "k", "2", env=moved).stderr


def test_what_was_said_before_the_import_is_not_known(run: Run, moved: dict[str, str]) -> None:
    done = run("memory", "recall", "k", "--as-of", "2025-10-11T13:00:00Z", env=moved)
    assert done.returncode == 1 and "begins with version 3" in done.stderr and "collected" not in done.stderr
    done = run("memory", "list", "*", "--as-of", "2025-10-11T13:00:00Z", env=moved, check=True)
    assert "whole" in done.stdout and "of 1 address it is not known" in done.stderr


def test_the_history_counts_them_apart(run: Run, moved: dict[str, str]) -> None:
    run("memory", "store", "k", "four", env=moved, check=True)
    done = run("memory", "history", "k", env=moved, check=True)
    assert "begins with version 3" in done.stderr and "collected" not in done.stderr
    body = json.loads(run("memory", "history", "k", "--json", env=moved, check=True).stdout)
    assert (body["collected"], body["not_imported"], body["total"]) == (0, 2, 2)
    assert "begins" not in run("memory", "history", "whole", env=moved, check=True).stderr


def test_what_was_collected_is_said_to_be(run: Run, moved: dict[str, str], project: Path) -> None:
    """Version 4 goes by number, 3 with it; of version 1 nobody can tell any more, and of a gap in the middle it is told apart."""
    for value in ("four", "five"):
        run("memory", "store", "k", value, env=moved, check=True)
    (project / "hooks.toml").write_text("[memory.gc]\nmax_versions = 1\n")
    run("project", "trust", check=True)
    run("memory", "gc", env=moved, check=True)
    assert "Version 4 of k was collected" in run("memory", "recall", "k", "--version", "4", env=moved).stderr


def test_a_gap_that_an_import_left(run: Run, moved: dict[str, str], project: Path) -> None:
    """The first and the third import bring versions 3 and 5; nothing was ever collected there."""
    for value in ("four", "five"):
        run("memory", "store", "k", value, env=DAY_3, check=True)
    run("memory", "export", "later.csv", env=DAY_3, check=True)
    run("memory", "import", "later.csv", env=moved, check=True)
    assert run("memory", "recall", "k", env=moved, check=True).stdout == "five"
    done = run("memory", "recall", "k", "--version", "4", env=moved)
    assert done.returncode == 1 and "an import brought only newer ones" in done.stderr
