"""What another machine began is not guessed, and not closed, here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hooks_cli.model.entry import Draft
from hooks_cli.store.sqlite import machines
from hooks_cli.store.sqlite.rows import entry_writes, journal
from tests.stores import Place, check


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    check(made.store)
    made.close()


def number_file(place: Place) -> Path:
    return place.folder / "home" / "data" / "machine"


def begin(place: Place, name: str) -> None:
    with place.store.writing() as tx:
        session = journal.open_session(tx, name, "pre-task", None)
        revision = tx.next_revision()
        journal.open_task(tx, name, named=False, session=1, agent=None, description=None, revision=revision)
        assert session.machine == tx.machine


def test_the_number_is_made_once_and_kept(place: Place) -> None:
    assert machines.own(place.store) is None and not number_file(place).exists(), "reading makes none"
    begin(place, "s1")
    text = number_file(place).read_text()
    assert len(bytes.fromhex(text)) == machines.BYTES and number_file(place).stat().st_mode & 0o777 == 0o600
    place.reopen()
    begin(place, "s2")
    assert number_file(place).read_text() == text and machines.own(place.store) == 1
    assert machines.names(place.store) == {1: text[:8]}
    with place.store.writing() as tx:
        tx.next_revision()
        machines.set_label(tx, 1, "laptop")
    assert machines.names(place.store) == {1: "laptop"}


def test_a_session_and_a_task_of_another_machine_are_left_to_it(place: Place) -> None:
    begin(place, "theirs")
    number_file(place).unlink()
    place.reopen()
    store = place.store
    assert journal.active_session(store, place.now) is None
    with store.writing() as tx:
        tx.next_revision()
        assert journal.newest_open_task(tx, 1, None) is None
        assert journal.find_open_task(store, "theirs", None) is not None, "by its name it is found"
        assert tx.machine == 2
    begin(place, "ours")
    active = journal.active_session(store, place.now)
    assert active is not None and active.name == "ours"


def test_a_file_that_holds_no_number_is_replaced(place: Place) -> None:
    number_file(place).parent.mkdir(parents=True, exist_ok=True)
    number_file(place).write_text("no number")
    begin(place, "s")
    assert len(bytes.fromhex(number_file(place).read_text())) == machines.BYTES


def test_without_a_place_for_the_number_there_is_no_machine(place: Place) -> None:
    number_file(place).parent.mkdir(parents=True, exist_ok=True)
    number_file(place).mkdir()
    with place.store.writing() as tx:
        entry_writes.put(tx, Draft("k", "v"))
    assert place.store.query("SELECT machine FROM entry") == [(None,)]
    assert place.store.query("SELECT count(*) FROM machine") == [(0,)]
