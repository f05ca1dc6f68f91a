"""`memory clear` beside writers."""

from __future__ import annotations

from pathlib import Path

import pytest

from hooks_cli.features.attribution import Caller
from hooks_cli.features.entries import delete, pins, write
from hooks_cli.store.sqlite.rows import entries
from hooks_cli.store.sqlite.rows.selection import Selection
from hooks_cli.store.sqlite.store import EmbeddedStore
from hooks_cli.store.sqlite.transaction import Transaction
from tests.conftest import Run
from tests.stores import Place


def test_clear_spares_what_changes_while_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two of its transactions somebody writes one of the selected addresses anew, and pins another."""
    place = Place(tmp_path / "place")
    store, environment = place.store, place.environment
    for key in ("a", "b", "c", "d"):
        write.store_value(store, environment, write.StoreRequest(key, "old"))

    def write_once(store: EmbeddedStore) -> Transaction:
        if store.row("SELECT 1 FROM head WHERE address = 'a' AND live = 0") and not meanwhile:
            meanwhile.append(write.store_value(store, environment, write.StoreRequest("b", "new")))
            pins.set_pinned(store, environment, "c", True, Caller())
        return store.writing()

    meanwhile: list[object] = []
    monkeypatch.setattr(delete, "should_commit", lambda store, began: True)
    monkeypatch.setattr(delete, "ThrottledWrite", write_once)
    removed = delete.clear(store, environment, Selection(), Caller())
    assert meanwhile and [written.address for written in removed.written] == ["a", "d"]
    kept = [entries.read(store, key, place.now) for key in ("b", "c")]
    assert [entry and entry.value for entry in kept] == ["new", "old"]
    place.close()


def test_clear_of_one_key_and_of_what_has_expired(run: Run, project: Path) -> None:
    for key in ("a/one", "a/two", "b/one"):
        run("memory", "store", key, "v", check=True)
    run("memory", "store", "a/gone", "v", "--ttl", "1", env={"HOOKS_NOW": "2025-10-17T12:00:00Z"}, check=True)
    run("memory", "clear", "--namespace", "a", "--key", "one", check=True)
    assert run("memory", "list", "--keys-only", check=True).stdout.split() == ["b/one", "a/two"]
    assert run("memory", "clear", "--key", "a/two", "--all").returncode == 64
    assert run("memory", "clear", "--expired-only", "--age", "7d").returncode == 64
    assert run("memory", "clear", "--expired-only", check=True).stdout == "Collected 1 version.\n"
    assert run("memory", "list", "--count-only", check=True).stdout == "2\n"


def test_a_backup_without_a_name_is_made_in_this_folder(run: Run, project: Path) -> None:
    run("memory", "store", "a/one", "v", check=True)
    done = run("memory", "clear", "--namespace", "a", "--backup", "--verbose", check=True)
    (made,) = project.glob("memory-*-cleared-*.json")
    assert str(made) in done.stderr and run("memory", "recall", "a/one").returncode == 1
    run("memory", "import", made.name, check=True)
    assert run("memory", "recall", "a/one", check=True).stdout == "v"
    assert run("memory", "clear", "a/*", "--backup", "--no-backup").returncode == 64


def test_delete_of_a_namespace_names_the_verb_that_does_it(run: Run) -> None:
    run("memory", "store", "{a}/one", "v", check=True)
    for words in (["delete"], ["usage", "--action", "delete"]):
        done = run("memory", *words, "--namespace", "{a}")
        assert done.returncode == 64 and "memory clear --namespace {a}" in done.stderr
    assert run("memory", "recall", "{a}/one", check=True).stdout == "v"
