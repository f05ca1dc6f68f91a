"""What `memory export` says of what it wrote: the numbers, the name that it chose, and what was left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run


def test_backup_without_a_file_names_one(run: Run, project: Path) -> None:
    run("memory", "store", "k", "v", check=True)
    env = {"HOOKS_NOW": "2025-10-17T12:00:00Z"}
    endings = (
        ((), ".json"),
        (("--format", "ndjson", "--compress"), ".ndjson.gz"),
        ((), "-2.json"),
        (("--format", "sqlite"), ".sqlite"),
    )
    for argv, ending in endings:
        done = run("memory", "export", "--backup", *argv, env=env, check=True)
        name = f"memory-project-export-20251017-120000{ending}"
        assert done.stdout.rstrip().endswith(name), done.stdout
        assert (project / name).stat().st_mode & 0o777 == 0o600
        assert run("memory", "import", name, "--dry-run", check=True).stdout.startswith("Would import 0")
    assert run("memory", "export", "--backup", "weekly.json", check=True).stdout.rstrip().endswith("weekly.json")
    assert run("memory", "export", "--backup", "b.json", "--output", "a.json").returncode == 64


def test_an_excluded_name_is_its_namespace(run: Run) -> None:
    for key in ("temp", "temp/a", "temperature", "notes/a"):
        run("memory", "store", key, "v", check=True)
    done = run("memory", "export", "--exclude-namespaces", "temp, logs", "--format", "ndjson", "-", check=True)
    assert {json.loads(line)["key"] for line in done.stdout.splitlines() if '"key"' in line} == {
        "temperature",
        "notes/a",
    }


@pytest.mark.parametrize("form", ["json", "ndjson", "sqlite", "yaml", "xml", "csv"])
def test_entries_and_versions_are_told_apart(run: Run, form: str) -> None:
    """Two addresses hold something, one of them has three versions; a third one was deleted."""
    for key, value in (("a", "1"), ("a", "2"), ("a", "3"), ("b", "1"), ("gone", "1")):
        run("memory", "store", key, value, check=True)
    run("memory", "delete", "gone", check=True)
    done = run("memory", "export", "--format", form, "--versions", "all", "x.out", check=True)
    assert done.stdout.startswith("Exported 2 entries, 6 versions"), done.stdout
    done = run("memory", "export", "--format", form, "--versions", "head", "y.out", "--json", check=True)
    counts = json.loads(done.stdout)["exported"]
    assert (counts["entries"], counts["versions"]) == (2, 2)
    told = run("memory", "export", "--format", form, "--versions", "head", "z.out", check=True).stdout
    assert told.startswith("Exported 2 entries") and " versions to " not in told
    verdict = json.loads(run("memory", "backup", "--json", check=True).stdout)["backup"]
    assert (verdict["entries"], verdict["versions"]) == (2, 6)


def test_a_copy_of_a_part_counts_as_a_whole_one(run: Run) -> None:
    for key, value in (("n/a", "1"), ("n/a", "2"), ("m/b", "1")):
        run("memory", "store", key, value, check=True)
    done = run("memory", "backup", "--namespace", "n", "--output", "part", check=True)
    assert done.stdout.startswith("Backed up 1 entry (2 versions) of a part"), done.stdout
