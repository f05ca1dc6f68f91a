"""A new word index is built beside the old one while others write, in small steps, and takes its place only when it is complete."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooks_cli.model.entry import Draft
from hooks_cli.store.sqlite.file import verify
from hooks_cli.store.sqlite.rows import entry_updates, entry_writes
from hooks_cli.store.sqlite.search import next_index
from hooks_cli.store.sqlite.search.next_index import Version
from tests.stores import Place, check

# Another index than the present one: no stemming, and a word of its own for each head.
CREATE = (
    "CREATE VIRTUAL TABLE search_next USING fts5(body, tags, address, content='', contentless_delete=1, tokenize='unicode61')",
    "INSERT INTO search_next(search_next, rank) VALUES('secure-delete', 1)",
    "INSERT INTO search_next(search_next, rank) VALUES('deletemerge', 0)",
)
SECOND = Version(
    7,
    CREATE,
    "INSERT INTO search_next(rowid, address, tags, body) VALUES(?, ?, ?, ?)",
    lambda row: (row[0], row[1], row[2] or "", f"second{row[0]} {row[4]}"),
)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    for number in range(30):
        write(made, f"a/{number}", "some words")
    yield made
    check(made.store)
    assert verify.verify(made.store, lambda count: None).sound
    made.close()


def write(place: Place, address: str, value: str | None) -> None:
    with place.store.writing() as tx:
        entry_writes.put(tx, Draft(address, value))


def build(place: Place) -> None:
    assert next_index.build(place.store, SECOND, time.monotonic() + 30)


def found(place: Place, word: str) -> int:
    return len(place.store.query("SELECT rowid FROM search WHERE search MATCH ?", (word,)))


def test_it_takes_the_place_of_the_old_one(place: Place) -> None:
    assert next_index.serving(place.store) == 2 and next_index.is_due(place.store, 7)
    assert found(place, "word") == 30 and found(place, "second*") == 0
    build(place)
    assert next_index.serving(place.store) == 7 and not next_index.is_due(place.store, 7)
    assert found(place, "word") == 0 and found(place, "words") == found(place, "second*") == 30
    with place.store.writing() as tx:
        assert tx.index_version == 7
    tables = [row[0] for row in place.store.query("SELECT name FROM sqlite_schema WHERE name LIKE 'search%'")]
    assert [name for name in tables if "next" in name or "old" in name] == []
    write(place, "a/1", "written over")
    write(place, "a/2", None)
    assert found(place, "second*") == 28


def test_until_then_the_old_one_serves(place: Place) -> None:
    assert not next_index.build(place.store, SECOND, 0)
    assert next_index.progress(place.store) == (0, 0)
    next_index._fill_some(place.store, SECOND)
    done, whole = next_index.progress(place.store)
    assert 0 < done <= whole == 30 and found(place, "word") == 30 and next_index.serving(place.store) == 2
    place.reopen()
    build(place)


@settings(max_examples=30, deadline=None)
@given(steps=st.lists(st.one_of(st.just("step"), st.tuples(st.integers(0, 9), st.booleans())), max_size=40))
def test_whatever_is_written_meanwhile(tmp_path_factory: pytest.TempPathFactory, steps: list[object]) -> None:
    place = Place(tmp_path_factory.mktemp("built"))
    for number in range(0, 10, 2):
        write(place, f"a/{number}", "words")
    for step in steps:
        if isinstance(step, tuple):
            write(place, f"a/{step[0]}", "words" if step[1] else None)
        elif next_index._fill_some(place.store, SECOND):
            next_index._exchange(place.store, 7)
        check(place.store)
    build(place)
    check(place.store)
    assert found(place, "words") == place.store.query("SELECT live FROM state")[0][0]
    place.close()


def test_a_destruction_gives_an_unfinished_one_up(place: Place) -> None:
    next_index._fill_some(place.store, SECOND)
    with place.store.writing() as tx:
        tx.next_revision()
        entry_updates.destroy(tx, "a/1", None)
    assert next_index.progress(place.store) == (0, 0)
    build(place)
    assert found(place, "words") == 29


def test_another_version_begins_anew(place: Place) -> None:
    third = Version(8, CREATE, SECOND.insert, lambda row: (row[0], row[1], "", "third"))
    next_index._fill_some(place.store, SECOND)
    assert next_index.build(place.store, third, time.monotonic() + 30)
    assert next_index.serving(place.store) == 8 and found(place, "third") == 30
