"""Tamper evidence: what is put back or altered is noticed, at opening where that is cheap, by `memory verify` in any case."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from hooks_cli.environment import Environment
from hooks_cli.store.sqlite.schema import LEDGER_TABLES
from hooks_cli.store.sqlite.store import open_store
from tests.conftest import FilledBy, Run
from tests.store.sqlite.file.test_create import store_file


def fill(run: Run, project: Path) -> None:
    """A store with entries, events, a session and a task."""
    run("hooks", "pre-task", "--description", "d", "--session-id", "s", check=True)
    for number in range(5):
        run("memory", "store", f"k/{number}", f"value {number}", check=True)
    run("hooks", "notify", "--message", "m", "--memory-key", "n", check=True)
    run("memory", "delete", "k/1", check=True)


@pytest.fixture
def filled(filled_by: FilledBy) -> Run:
    return filled_by(fill)


def files(home: Path) -> dict[str, bytes]:
    """The database and its log, as they are."""
    path = store_file(home)
    return {name: path.with_name(name).read_bytes() for name in (path.name, path.name + "-wal")}


def put_back(home: Path, kept: dict[str, bytes]) -> None:
    path = store_file(home)
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    for name, content in kept.items():
        path.with_name(name).write_bytes(content)


def test_a_sound_store(filled: Run) -> None:
    done = filled("memory", "verify", check=True)
    assert done.stdout.startswith("The store is what was written: ")
    told = json.loads(filled("memory", "verify", "--json", check=True).stdout)
    assert told["sound"] is True and told["revision"] == 8


def test_a_store_is_sound_after_collection_destruction_and_renaming(filled: Run) -> None:
    filled("memory", "rename", "k/3", "moved/3", check=True)
    filled("memory", "destroy", "k/4", check=True)
    filled("memory", "gc", "--older-than", "0", env={"HOOKS_NOW": "2999-01-01T00:00:00Z"})
    filled("memory", "verify", check=True)
    filled("memory", "gc", "--older-than", "1d", env={"HOOKS_NOW": "2999-01-01T00:00:00Z"}, check=True)
    done = filled("memory", "verify", check=True)
    assert done.stdout.startswith("The store is what was written: ")
    assert filled("memory", "list", check=True).stdout == "", "everything was old enough to go"


def test_an_old_file_put_back_is_noticed_at_once(filled: Run, home: Path) -> None:
    old = files(home)
    filled("memory", "store", "k/9", "newer", check=True)
    put_back(home, old)
    for line in (["memory", "recall", "k/0"], ["hooks", "notify", "--message", "m"], ["memory", "verify"]):
        done = filled(*line)
        assert done.returncode == 77, line
        assert "expected revision 9 or later, found revision 8" in done.stderr
        assert done.stdout == ""


def test_a_rolled_back_store_can_be_looked_at_but_not_written_and_then_accepted(filled: Run, home: Path) -> None:
    old = files(home)
    filled("memory", "store", "k/9", "newer", check=True)
    put_back(home, old)
    assert filled("memory", "recall", "k/0", "--accept-rollback", check=True).stdout == "value 0"
    assert filled("memory", "store", "k/0", "w", "--accept-rollback").returncode == 77
    assert filled("memory", "recall", "k/0").returncode == 77, "looking accepts nothing"
    assert filled("memory", "verify", "--accept-rollback", check=True).stderr
    assert filled("memory", "recall", "k/0", check=True).stdout == "value 0"
    written = filled("memory", "store", "k/0", "again", check=True).stdout
    assert "(revision 11," in written, "no revision is used twice"
    filled("memory", "verify", check=True)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entry SET value = 'other' WHERE revision = 2",
        "UPDATE entry SET metadata = '{\"a\":1}' WHERE revision = 3",
        "DELETE FROM entry WHERE revision = 4",
        "UPDATE event SET fields = '{}' WHERE revision = 7",
        "DELETE FROM event WHERE revision = 7",
        "UPDATE session SET name = 'other'",
        "UPDATE task SET outcome = 'success'",
        "UPDATE head SET pinned = 1 WHERE address = 'k/0'",
        "INSERT INTO task(name, named, opened_revision) VALUES('x', 0, 1)",
        "UPDATE state SET live = live + 1",
        "DELETE FROM search WHERE rowid = 2",
    ],
)
def test_every_altered_row_is_noticed_by_verify(filled: Run, environ, project, change: str) -> None:
    store = open_store(Environment(environ, str(project)))
    store.query(change)
    store.close()
    done = filled("memory", "verify")
    assert (done.returncode, done.stdout) == (77, "")
    assert "expected" in done.stderr and "found" in done.stderr


def test_one_page_put_back_is_noticed_by_verify(filled: Run, environ, project, home: Path) -> None:
    """Each page is authentic by itself: only the ledger knows that one of them is old."""
    environment = Environment(environ, str(project))

    def settled() -> bytes:
        store = open_store(environment)
        store.query("PRAGMA wal_checkpoint(TRUNCATE)")
        store.close()
        return store_file(home).read_bytes()

    old = settled()
    store = open_store(environment)
    with store.writing() as tx:
        row = store.query(f"SELECT {LEDGER_TABLES['session']} FROM session")[0]
        tx.forget("session", row)
        store.query("UPDATE session SET agent = 'newer'")
        tx.remember("session", (*row[:4], "newer", *row[5:]))
        tx.next_revision()
    page = store.query("SELECT pageno FROM dbstat WHERE name = 'session'")[0][0]
    store.close()
    new = bytearray(settled())
    filled("memory", "verify", check=True)
    new[(page - 1) * 4096 : page * 4096] = old[(page - 1) * 4096 : page * 4096]
    put_back(home, {store_file(home).name: bytes(new)})
    done = filled("memory", "verify")
    assert done.returncode == 77, done.stdout


def test_the_anchor_moves_forward_only_and_is_made_again(filled: Run, home: Path) -> None:
    (anchor,) = (home / "hooks" / "config" / "keys").glob("*.anchor")
    kept = anchor.read_bytes()
    filled("memory", "store", "k/9", "newer", check=True)
    moved = anchor.read_bytes()
    assert moved != kept
    anchor.write_bytes(kept)
    filled("memory", "recall", "k/0", check=True)
    assert anchor.read_bytes() != kept, "a store that is ahead moves its anchor on"
    anchor.unlink()
    filled("memory", "recall", "k/0", check=True)
    assert anchor.stat().st_size >= 64


@pytest.mark.parametrize("at", range(0, 128, 7))
def test_a_damaged_anchor_hides_nothing_and_stops_nothing(filled: Run, home: Path, at: int) -> None:
    (anchor,) = (home / "hooks" / "config" / "keys").glob("*.anchor")
    content = bytearray(anchor.read_bytes())
    content[at] ^= 0xFF
    anchor.write_bytes(content)
    assert filled("memory", "recall", "k/0", check=True).stdout == "value 0"


def test_a_store_copied_as_a_whole_opens_at_its_new_place(filled: Run, home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(home / "hooks", copy)
    assert filled("memory", "recall", "k/0", env={"HOOKS_HOME": str(copy)}, check=True).stdout == "value 0"
