"""Files and programs that are made to do harm: refused in words, in bounded time and memory, and never a bug (70)."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from hooks_cli.features.transfer.importers.own_export import defused, undefused
from tests.conftest import Run


def test_an_import_with_an_absurd_version_names_it(run: Run, project: Path) -> None:
    line = {
        "key": "a",
        "data": "v",
        "key_version": 2**63 - 1,
        "created_at": "2025-01-01T00:00:00.000Z",
        "state": "live",
    }
    (project / "x.ndjson").write_text(json.dumps(line) + "\n")
    done = run("memory", "import", "x.ndjson")
    assert done.returncode == 65 and "key_version is larger than" in done.stderr
    assert run("memory", "store", "a", "mine").returncode == 0


def test_a_slot_file_of_brackets_is_damaged_and_no_bug(run: Run, home: Path) -> None:
    run("memory", "store", "a", "v", check=True)
    keys = home / "hooks" / "config" / "keys"
    key = next(keys.glob("*.key"))
    slots = key.with_suffix(".slots")
    slots.write_text("[" * 100_000)
    slots.chmod(0o600)
    key.unlink()
    done = run("memory", "recall", "a", env={"MEMORY_ENCRYPTION_KEY": "a passphrase"})
    assert done.returncode in (77, 78) and "bug" not in done.stderr


@pytest.mark.parametrize("command", ["yes", "cat /dev/zero"])
def test_a_key_command_that_never_ends_is_stopped(run: Run, command: str) -> None:
    limited = f"ulimit -v 2000000; exec {command}"
    done = run("memory", "store", "a", "v", env={"MEMORY_ENCRYPTION_KEY_COMMAND": json.dumps(["sh", "-c", limited])})
    assert done.returncode == 78 and "printed more than a key" in done.stderr


def test_a_time_before_1970_comes_back_from_an_export(run: Run, project: Path, home: Path) -> None:
    line = {"key": "a", "data": "old", "key_version": 1, "created_at": "1955-11-05T06:15:00.000Z", "state": "live"}
    (project / "x.ndjson").write_text(json.dumps(line) + "\n")
    run("memory", "import", "x.ndjson", check=True)
    run("memory", "export", "--format", "ndjson", "y.ndjson", check=True)
    other = {"HOOKS_HOME": str(home / "other")}
    run("memory", "import", "y.ndjson", env=other, check=True)
    shown = json.loads(run("memory", "recall", "a", "--json", env=other, check=True).stdout)
    assert shown["entries"][0]["created_at"] == "1955-11-05T06:15:00.000Z"


@pytest.mark.parametrize("value", ["=1+1", "\n=1+1", " \t+1", "\u00a0@x", "'=1", "' =1", "\x00-1"])
def test_a_cell_that_a_spreadsheet_may_compute_begins_with_an_apostrophe(value: str) -> None:
    assert defused(value)[:1] == "'" and undefused(defused(value)) == value


def test_a_csv_export_has_no_formula_behind_a_line_feed(run: Run, project: Path) -> None:
    run("memory", "store", "a", "\n=cmd()", check=True)
    run("memory", "export", "--format", "csv", "x.csv", check=True)
    with (project / "x.csv").open(newline="") as file:
        cells = {row["key"]: row["data"] for row in csv.DictReader(file)}
    assert cells["a"] == "'\n=cmd()"


def test_a_session_start_whose_variable_file_cannot_be_written_answers_all_the_same(run: Run, tmp_path: Path) -> None:
    run("memory", "store", "decisions/a", "Sessions go to Redis", check=True)
    event = {
        "session_id": "s-1",
        "hook_event_name": "SessionStart",
        "cwd": str(tmp_path / "project"),
        "source": "startup",
    }
    done = run("hooks", "event", stdin=json.dumps(event), env={"CLAUDE_ENV_FILE": str(tmp_path / "none" / "env")})
    assert done.returncode == 0 and "Sessions go to Redis" in done.stdout
    assert "CLAUDE_ENV_FILE" in done.stderr and "stored nothing" not in done.stderr
