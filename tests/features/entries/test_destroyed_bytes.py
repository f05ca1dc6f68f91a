"""After a destruction no page holds the bytes, wherever they had been brought: by a rename, into an event, into the index or a vector."""

from __future__ import annotations

from pathlib import Path

import pytest

from hooks_cli.features.attribution import Caller
from hooks_cli.features.entries import delete, patch
from hooks_cli.features.entries import destroy as entry_destroy
from hooks_cli.features.entries import write as entry_write
from hooks_cli.features.entries.draft import make_draft
from hooks_cli.features.journal.record import HookCall, record
from hooks_cli.store.sqlite.maintenance import versions as maintenance_versions
from hooks_cli.store.sqlite.maintenance.journal import drop_events
from hooks_cli.store.sqlite.rows import entries, history
from hooks_cli.store.sqlite.search import vectors
from tests.conftest import Run
from tests.features.retention.test_collect import decrypted
from tests.stores import Place, check

WHO = Caller()
SECRET = "zzqsecretone"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "place")


def write(place: Place, address: str, value: str) -> None:
    entry_write.store_value(place.store, place.environment, entry_write.StoreRequest(address, value))


def destroy(place: Place, address: str, versions: list[int] | None = None) -> list[tuple[str, list[int]]]:
    done = entry_destroy.destroy(
        place.store, place.environment, entry_destroy.targets(place.store, [address], versions), WHO
    )
    return [(d.address, d.versions) for d in done]


def gone(place: Place, folder: Path) -> None:
    assert SECRET.encode() not in decrypted(place, folder)
    check(place.store)


def test_where_it_was_renamed_from_it_goes_too(place: Place, tmp_path: Path) -> None:
    write(place, "x/first", f"{SECRET} 1")
    write(place, "x/first", f"{SECRET} 2")
    delete.rename(place.store, place.environment, "x/first", "x/second", WHO)
    write(place, "x/first", "another document")
    delete.rename(place.store, place.environment, "x/second", "x/third", WHO)
    assert destroy(place, "x/third") == [("x/third", [1]), ("x/second", [1]), ("x/first", [1, 2])]
    gone(place, tmp_path / "after")
    found = entries.read(place.store, "x/first", place.now)
    assert found is not None and found.value == "another document"


def test_of_one_version_what_it_was_moved_from_goes_too(place: Place, tmp_path: Path) -> None:
    write(place, "a", "harmless")
    write(place, "a", SECRET)
    delete.rename(place.store, place.environment, "a", "b", WHO)
    write(place, "b", "clean")
    assert destroy(place, "b", [1]) == [("b", [1]), ("a", [2])]
    gone(place, tmp_path / "after")
    assert [e.value for e in history.versions(place.store, "a")] == [None, None, "harmless"]


def test_a_version_above_the_moved_one_does_not_take_it_along(place: Place) -> None:
    write(place, "a", "kept")
    delete.rename(place.store, place.environment, "a", "b", WHO)
    write(place, "b", SECRET)
    assert destroy(place, "b", [2]) == [("b", [2])]


def test_it_says_where_the_content_went(run: Run) -> None:
    run("memory", "store", "a", SECRET, check=True)
    run("memory", "rename", "a", "b", check=True)
    done = run("memory", "destroy", "a", check=True)
    assert "moved to b" in done.stderr and "memory destroy b" in done.stderr
    assert run("memory", "recall", "b", check=True).stdout == SECRET
    assert run("memory", "destroy", "b", check=True).stderr == ""
    assert run("memory", "destroy", "a", check=True).stderr == ""


def test_a_dry_run_names_all_that_would_go(run: Run) -> None:
    run("memory", "store", "a", SECRET, check=True)
    run("memory", "rename", "a", "b", check=True)
    assert "  a\n" in run("memory", "destroy", "b", "--dry-run", check=True).stdout


def test_the_event_of_a_version_that_was_collected_before(place: Place, tmp_path: Path) -> None:
    def notice(address: str, message: str) -> None:
        draft = make_draft(place.store, address, message, metadata="{}")
        fields: dict[str, object] = {"message": message, "memory_key": address}
        record(place.store, place.environment, HookCall("notify", fields, draft=draft))

    notice("k", SECRET)
    notice("other", "harmless")
    with place.store.writing() as tx:
        tx.next_revision()
        versions = maintenance_versions.versions_at(tx.store, "k")
        maintenance_versions.drop(tx, [(1, versions)])
    write(place, "k", "new")
    destroy(place, "k")
    gone(place, tmp_path / "after")
    with place.store.writing() as tx:
        assert drop_events(tx, [1, 2]) == 2


def test_what_was_patched_appended_reverted_and_brought_back(place: Place, tmp_path: Path) -> None:
    write(place, "k", f'{{"a":"{SECRET}"}}')
    patch.patch(place.store, place.environment, "k", f'{{"b":"{SECRET}"}}', WHO)
    delete.delete(place.store, place.environment, "k", WHO)
    delete.undelete(place.store, place.environment, "k", WHO)
    delete.revert(place.store, place.environment, "k", 1, WHO)
    assert destroy(place, "k") == [("k", [1, 2, 4, 5])]
    gone(place, tmp_path / "after")


def test_its_vector_goes_with_it(place: Place, tmp_path: Path) -> None:
    write(place, "k", "harmless")
    write(place, "other", "harmless")
    vectors.prepare(place.store, "m")
    vectors.keep(place.store, "m", [(1, 0, SECRET.encode()), (2, 0, b"zzqother")])
    assert SECRET.encode() in decrypted(place, tmp_path / "before")
    destroy(place, "k")
    gone(place, tmp_path / "after")
    assert place.store.query("SELECT revision FROM vector") == [(2,)]


def test_what_a_hook_call_said_goes_by_its_revision(run: Run) -> None:
    run(
        "hooks",
        "pre-task",
        "--description",
        f"log in with {SECRET}",
        "--session-id",
        "s",
        "--other",
        SECRET,
        check=True,
    )
    run("hooks", "notify", "--message", f"it was {SECRET}", check=True)
    run("hooks", "notify", "--message", "with a key", "--memory-key", "k", check=True)
    log = run("memory", "log", "--json", check=True).stdout
    assert log.count(SECRET) >= 3
    dry = run("memory", "destroy", "--event", "1,2", "--dry-run", "--json", check=True).stdout
    assert '"dry_run":true' in dry and SECRET in run("memory", "log", check=True).stdout
    done = run("memory", "destroy", "--event", "r1", "--event", "2", check=True)
    assert done.stdout == "Destroyed: what the call r1 said\nDestroyed: what the call r2 said\n"
    for words in (["memory", "log", "--json"], ["task", "list", "--json"], ["memory", "export"]):
        assert SECRET not in run(*words, check=True).stdout, words
    # That there were calls stays; the task that one of them began can still be closed.
    assert "pre-task" in run("memory", "log", "--verb", "pre-task", check=True).stdout
    assert run("hooks", "post-task", check=True).stdout.startswith("Task closed: task-1")
    assert run("memory", "verify").returncode == 0
    of_an_entry = run("memory", "destroy", "--event", "3")
    assert of_an_entry.returncode == 64 and "memory destroy k --version 1" in of_an_entry.stderr
    assert run("memory", "destroy", "--event", "99").returncode == 1
    assert run("memory", "destroy", "k", "--event", "1").returncode == 64
    assert run("memory", "destroy", "--event", "x").returncode == 64


def test_no_page_holds_what_a_hook_call_said(place: Place, tmp_path: Path) -> None:
    record(place.store, place.environment, HookCall("notify", {"message": SECRET}))
    entry_destroy.destroy_calls(place.store, place.environment, [1], WHO)
    gone(place, tmp_path / "after")
