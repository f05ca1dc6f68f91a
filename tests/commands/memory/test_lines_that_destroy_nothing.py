"""Lines of other programs' users that destroy nothing are carried out, and none is answered unfiltered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run


def test_a_value_without_a_key(run: Run) -> None:
    done = run("memory", "store", "--content", "T", check=True)
    address = done.stdout.split()[2]
    assert address.startswith("notes/") and address in done.stderr
    assert run("memory", "recall", address, check=True).stdout == "T"
    assert run("memory", "store").returncode == 64


def test_a_value_file(run: Run, project: Path) -> None:
    (project / "f.txt").write_text("from the file")
    run("memory", "store", "k", "--value-file", "f.txt", check=True)
    assert run("memory", "recall", "k", check=True).stdout == "from the file"
    run("hooks", "memory-write", "k", "v2", check=True)
    assert run("memory", "recall", "k", check=True).stdout == "v2"


@pytest.fixture
def other(run: Run, tmp_path: Path) -> str:
    """The name of another project, with an entry of its own."""
    place = tmp_path / "elsewhere"
    place.mkdir()
    (place / "hooks.toml").write_text("")
    run("memory", "store", "k/1", "pelican of the other", cwd=place, check=True)
    return place.name


def test_the_project_that_is_named(run: Run, other: str) -> None:
    run("memory", "store", "k/1", "pelican of this one", check=True)
    assert "of the other" in run("memory", "search", "pelican", "--project", other, check=True).stdout
    assert run("memory", "retrieve", "k/1", "--project", other, check=True).stdout == "pelican of the other"
    assert "of this one" in run("memory", "search", "pelican", "--project", "current", check=True).stdout
    assert run("memory", "search", "pelican", "--project", "all", check=True).stdout.count("pelican") >= 2


def test_a_project_that_is_a_field(run: Run) -> None:
    run("memory", "store", "a", "pelican one", "--metadata", '{"project": "foo"}', check=True)
    run("memory", "store", "b", "pelican two", "--metadata", '{"project": "bar"}', check=True)
    for words in (["search", "pelican", "--project", "foo"], ["retrieve", "*", "--project", "foo"]):
        done = run("memory", *words, check=True)
        assert "one" in done.stdout and "two" not in done.stdout and "project" in done.stderr


def test_keys_only(run: Run) -> None:
    for key in ("a/1", "a/2"):
        run("memory", "store", key, "the value", check=True)
    assert run("memory", "recall", "a/*", "--keys-only", check=True).stdout == "a/2\na/1\n"


def test_options_that_ask_for_no_less(run: Run, project: Path) -> None:
    run("memory", "store", "k", "v", check=True)
    run("memory", "init", "--type", "sqlite", check=True)
    assert "has all sessions" in run("memory", "backup", "new/sub/b.backup", "--session-id", "s", check=True).stderr
    assert (project / "new/sub/b.backup").is_file()
    assert "no effect" in run("memory", "cleanup", "--pattern-only", "false", check=True).stderr
    assert run("memory", "cleanup", "--pattern-only", "true").returncode == 64


@pytest.mark.parametrize("name", ["x.json", "x.ndjson", "x.json.gz"])
def test_an_export_over_an_older_one_of_the_same_store(run: Run, project: Path, name: str) -> None:
    run("memory", "store", "a/k", "v", check=True)
    run("memory", "export", f"out/{name}", check=True)
    run("memory", "store", "b/k", "v", check=True)
    before = (project / "out" / name).read_bytes()
    # One that would leave something out destroys what the file has.
    assert run("memory", "export", f"out/{name}", "--namespace", "a").returncode == 73
    assert (project / "out" / name).read_bytes() == before
    assert "Exported 2 entries" in (done := run("memory", "export", f"out/{name}", check=True)).stderr + done.stdout
    assert (project / "out" / name).read_bytes() != before


def test_another_stores_export_is_not_overwritten(run: Run, project: Path, tmp_path: Path) -> None:
    run("memory", "store", "k", "v", check=True)
    run("memory", "export", "x.json", check=True)
    found = json.loads((project / "x.json").read_text())
    for text in (json.dumps({**found, "store_id": "0" * 16}), json.dumps({"kind": "a file of mine"}), ""):
        (project / "x.json").write_text(text)
        assert run("memory", "export", "x.json").returncode == 73
        assert (project / "x.json").read_text() == text
