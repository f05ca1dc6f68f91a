"""Versions are found by the number of their head alike whether that is the revision of the first of them or any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from hooks_cli.model.entry import Draft
from hooks_cli.model.selection import Selection as Exported
from hooks_cli.store import (
    collecting,
    entries,
    export_rows,
    listing,
    log,
    overview,
    past,
    reporting,
    selection,
    statistics,
    verification,
)
from hooks_cli.store.changing import destroy
from tests.stores import START, Place, check

# Addresses written once, several times, deleted, deleted and written again; each write is one second after the one before.
WRITES = ("a/1", "a/2", "a/1", "b/1", "-b/1", "a/1", "b/2", "-b/2", "b/2", "c", "a/2")


def place_of(folder: Path) -> Place:
    place = Place(folder)
    with place.store.writing() as tx:
        for second, address in enumerate(WRITES):
            tx.now = START + 1000 * second
            value = None if address.startswith("-") else f'{{"n":{second}}}'
            entries.put(tx, Draft(address.removeprefix("-"), value))
    return place


def renumber(place: Place, which: str) -> None:
    """Give heads numbers that are no revisions of theirs."""
    store = place.store
    store.query(f"UPDATE entry SET head = -head WHERE {which.format('head')}")
    store.query(f"UPDATE head SET id = -id WHERE {which.format('id')}")
    verification.accept(store)


def read(place: Place) -> list[object]:
    """What every reader of versions says; none of it names a head's number."""
    store, told = place.store, []
    for address in ("a/1", "a/2", "b/1", "b/2", "c", "d"):
        history = past.versions(store, address)
        told.append([(entry.version, entry.value) for entry in history])
        for number in range(5):
            found = past.version(store, address, number)
            told.append(found and found.value)
        for revision in range(len(WRITES) + 1):
            then = past.address_at(store, address, revision, place.now)
            told.append(([entry.value for entry in then.entries], then.collected))
        told.append(past.with_content(store, address, [1, 2, 3]))
        told.append([(v.version, v.kind) for v in collecting.versions_at(store, address)])
    for glob in ("*", "a/*", "?/1", "b/2"):
        for revision in (0, 4, 9):
            then, total = past.matching_at(store, glob, revision, place.now, 10)
            told.append(([(entry.address, entry.value) for entry in then.entries], then.collected, total))
        told.append([(line.revision, line.version) for line in log.newest(store, log.Wanted(pattern=glob), 20)])
        told.append([entry.revision for entry in listing.newest(store, glob, place.now, 10)])
        told.append(selection.written(store, selection.Selection(glob)))
        told.append(statistics.entry_figures(store, place.now, glob))
        told.append(statistics.per_day(store, 0, glob))
        told.append(overview.by_writer(store, glob, "agent", 5))
        told.append([row[:3] for row in reporting.told(store, glob, 0, 20)])
        told.append(len(collecting.due_heads(store, -100, 100, glob, START + 5000, START, 2)))
        for versions in ("head", "all"):
            rows = export_rows.entry_cells(
                store, Exported(pattern=glob, versions=versions), place.now, export_rows.Form("1")
            )
            told.append([row for batch in rows for row in batch])
    return told


@pytest.mark.parametrize("which", ["1", "{} % 2 = 0"])
def test_every_reader_finds_the_same_versions(tmp_path: Path, which: str) -> None:
    place = place_of(tmp_path)
    before = read(place)
    assert before[0] == [(3, '{"n":5}'), (2, '{"n":2}'), (1, '{"n":0}')]
    renumber(place, which)
    assert read(place) == before
    check(place.store)
    assert verification.verify(place.store, lambda _: None).sound
    with place.store.writing() as tx:
        assert destroy(tx, "a/1", [1, 3]) == [1, 3]
        assert entries.put(tx, Draft("a/2", "x")).version == 3
        assert entries.put(tx, Draft("new", "x")).version == 1
    assert [entry.kind for entry in past.versions(place.store, "a/1")] == [3, 0 + 1, 3]
    check(place.store)
    place.close()


def test_an_address_that_is_written_once_has_no_place_in_the_index_of_versions(tmp_path: Path) -> None:
    place = place_of(tmp_path)
    indexed = place.store.query("SELECT sum(ncell) FROM dbstat WHERE name = 'entry_version'")[0][0]
    assert indexed == len(WRITES) - len({address.removeprefix("-") for address in WRITES})
    place.close()


def test_a_version_that_is_there_twice_is_found(tmp_path: Path) -> None:
    place = place_of(tmp_path)
    place.store.query("UPDATE entry SET version = 1 WHERE revision = 3")
    assert any("has a version twice" in rule for rule in verification.verify(place.store, lambda _: None).broken)
    place.close()
