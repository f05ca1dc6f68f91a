"""What the verbs of versions say where something is not as expected: which line, which version, and what to do instead."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Run


def test_a_conflict_says_what_is_there(run: Run) -> None:
    run("memory", "store", "k", "v", check=True)
    there = run("memory", "store", "k", "w", "--if-version", "0")
    assert there.returncode == 76 and "holds something already, version 1" in there.stderr
    run("memory", "delete", "k", check=True)
    nothing = run("memory", "store", "k", "w", "--if-version", "1", "--json")
    error = json.loads(nothing.stderr)["error"]
    assert nothing.returncode == 76 and "holds nothing now" in error["message"] and error["current"] == 0


def test_a_conflict_in_a_batch_names_the_line(run: Run, project: Path) -> None:
    lines = [
        {"key": "k", "value": 1},
        {"key": "k", "value": 2, "if_version": 1},
        {"key": "k", "value": 3, "if_version": 1},
    ]
    (project / "lines.ndjson").write_text("\n".join(json.dumps(line) for line in lines))
    done = run("memory", "store", "--batch", "--file", "lines.ndjson", "--json")
    error = json.loads(done.stderr)["error"]
    assert done.returncode == 76 and error["message"].startswith("Line 3: ") and error["line"] == 3
    assert (error["current"], error["expected"]) == (2, 1)
    assert run("memory", "recall", "k").returncode == 1


def test_a_batch_may_name_its_file_alone(run: Run, project: Path) -> None:
    (project / "lines.ndjson").write_text('{"key": "a", "value": "x"}\n')
    assert "1 entry" in run("memory", "store", "--batch", "lines.ndjson", check=True).stdout
    assert run("memory", "recall", "a", check=True).stdout == "x"
    run("memory", "store", "--batch", "lines.txt", "a value", check=True)  # no file of that name: a key
    assert run("memory", "recall", "lines.txt", check=True).stdout == "a value"


def test_the_log_prints_what_a_keyed_notice_said(run: Run) -> None:
    run("hooks", "notify", "--message", "all tests\npass", "--memory-key", "n/1", check=True)
    assert "n/1 v1  all tests pass" in run("memory", "log", check=True).stdout


def test_a_diff_of_equal_versions_says_so(run: Run) -> None:
    for _ in range(2):
        run("memory", "store", "k", "v", check=True)
    same = run("memory", "diff", "k", check=True)
    assert same.stdout == "" and "versions 1 and 2 say the same" in same.stderr
    assert "There is no entry at nobody" in run("memory", "diff", "nobody").stderr


def test_a_version_of_a_glob_is_refused(run: Run) -> None:
    run("memory", "store", "k", "v", check=True)
    done = run("memory", "recall", "*", "--version", "1")
    assert done.returncode == 64 and "--as-of" in done.stderr
    run("memory", "store", "a[1]*", "v", check=True)
    assert run("memory", "recall", "a[1]*", "--version", "1", check=True).stdout == "v"


def test_a_rename_may_be_tried(run: Run) -> None:
    run("memory", "store", "a", "v", check=True)
    run("memory", "store", "b", "v", check=True)
    assert (
        run("memory", "rename", "a", "c", "--dry-run", check=True).stdout
        == "Would rename 1 entry to c; nothing was changed.\n  a\n"
    )
    assert run("memory", "rename", "a", "b", "--dry-run").returncode == 76
    run("memory", "rename", "a", "b", "--dry-run", "--overwrite", check=True)
    assert run("memory", "rename", "nobody", "c", "--dry-run").returncode == 1
    assert run("memory", "rename", "a", "c//d", "--dry-run").returncode == 65
    assert run("memory", "recall", "a", check=True).stdout == "v"
