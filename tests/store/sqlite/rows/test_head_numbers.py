"""Versions are found by the number of their head alike whether that is the revision of the first of them or any other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hooks_cli.model.entry import Draft
from hooks_cli.model.record import Record
from hooks_cli.model.selection import Selection as Exported
from hooks_cli.store.sqlite.bulk import read as bulk_read
from hooks_cli.store.sqlite.bulk.import_entries import EntryWriter
from hooks_cli.store.sqlite.file import verify
from hooks_cli.store.sqlite.maintenance import versions as maintenance_versions
from hooks_cli.store.sqlite.reports import journal_log, overview, report_queries, statistics
from hooks_cli.store.sqlite.rows import entries, entry_writes, lists, selection
from hooks_cli.store.sqlite.rows import history as row_history
from hooks_cli.store.sqlite.rows.entry_updates import destroy
from hooks_cli.system.apsw_import import apsw
from tests.stores import START, Place, check

# Addresses written once, several times, deleted, deleted and written again; each write is one second after the one before.
WRITES = ("a/1", "a/2", "a/1", "b/1", "-b/1", "a/1", "b/2", "-b/2", "b/2", "c", "a/2")


def place_of(folder: Path) -> Place:
    place = Place(folder)
    with place.store.writing() as tx:
        for second, address in enumerate(WRITES):
            tx.now = START + 1000 * second
            value = None if address.startswith("-") else f'{{"n":{second}}}'
            entry_writes.put(tx, Draft(address.removeprefix("-"), value))
    return place


def renumber(place: Place, which: str) -> None:
    """Give heads numbers that are not revisions of theirs."""
    store = place.store
    store.query(f"UPDATE entry SET head = -head WHERE {which.format('head')}")
    store.query(f"UPDATE head SET id = -id WHERE {which.format('id')}")
    verify.accept(store)


def read(place: Place) -> list[object]:
    """What every reader of versions says; none of it names a head's number."""
    store, told = place.store, []
    for address in ("a/1", "a/2", "b/1", "b/2", "c", "d"):
        history = row_history.versions(store, address)
        told.append([(entry.version, entry.value) for entry in history])
        for number in range(5):
            found = row_history.version(store, address, number)
            told.append(found and found.value)
        for revision in range(len(WRITES) + 1):
            then = row_history.address_at(store, address, revision, place.now)
            told.append(([entry.value for entry in then.entries], then.collected))
        told.append(row_history.with_content(store, address, [1, 2, 3]))
        told.append([(v.version, v.kind) for v in maintenance_versions.versions_at(store, address)])
    for glob in ("*", "a/*", "?/1", "b/2"):
        for revision in (0, 4, 9):
            then, total = row_history.matching_at(store, glob, revision, place.now, 10)
            told.append(([(entry.address, entry.value) for entry in then.entries], then.collected, total))
        told.append(
            [
                (line.revision, line.version)
                for line in journal_log.newest(store, journal_log.LogQuery(pattern=glob), 20)
            ]
        )
        told.append([entry.revision for entry in lists.newest(store, glob, place.now, 10)])
        told.append(selection.written(store, selection.Selection(glob)))
        told.append(statistics.entry_figures(store, place.now, glob))
        told.append(statistics.per_day(store, 0, glob))
        told.append(overview.by_writer(store, glob, "agent", 5))
        told.append([row[:3] for row in report_queries.told(store, glob, 0, 20)])
        told.append(len(maintenance_versions.due_heads(store, -100, 100, glob, START + 5000, START, 2)))
        for versions in ("head", "all"):
            rows = bulk_read.entry_cells(
                store, Exported(pattern=glob, versions=versions), place.now, bulk_read.Form("1")
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
    assert verify.verify(place.store, lambda _: None).sound
    with place.store.writing() as tx:
        assert destroy(tx, "a/1", [1, 3]) == [1, 3]
        assert entry_writes.put(tx, Draft("a/2", "x")).version == 3
        assert entry_writes.put(tx, Draft("new", "x")).version == 1
    assert [entry.kind for entry in row_history.versions(place.store, "a/1")] == [3, 0 + 1, 3]
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
    assert any("has a version twice" in rule for rule in verify.verify(place.store, lambda _: None).broken)
    place.close()


# --- what is read --------------------------------------------------------------------------------------------------------
def steps(place: Place, read: Callable[[], object]) -> int:
    """How many steps of its own SQLite takes for what is read."""
    counted = 0

    def profile(told: dict[str, Any]) -> None:
        nonlocal counted
        counted += told["stmt_status"]["SQLITE_STMTSTATUS_VM_STEP"]

    connection = place.store.connection
    connection.trace_v2(apsw.SQLITE_TRACE_PROFILE, profile)
    try:
        read()
    finally:
        connection.trace_v2(0, None)
    return counted


def written(place: Place, address: str, times: int) -> None:
    with place.store.writing() as tx:
        for number in range(times):
            entry_writes.put(tx, Draft(address, f"value {number}"))


@pytest.mark.parametrize("which", ["0", "1"])
def test_a_long_history_is_not_read_for_one_version_of_it(tmp_path: Path, which: str) -> None:
    place = Place(tmp_path)
    written(place, "long/one", 2000)
    written(place, "short/one", 1)
    renumber(place, which)
    store, now, forever = place.store, place.now, row_history.FOREVER
    then = 1991  # the revision of a version near the newest
    reads: list[Callable[[], object]] = [
        lambda: row_history.version(store, "long/one", 1),
        lambda: row_history.version(store, "long/one", 1000),
        lambda: row_history.address_at(store, "long/one", forever, now),
        lambda: row_history.address_at(store, "long/one", then, now),
        lambda: row_history.matching_at(store, "long/*", then, now, 10),
        lambda: row_history.matching_at(store, "*", then, now, 10),
        lambda: maintenance_versions.due_heads(store, -(1 << 40), 1 << 40, "*", START + 1, START, 0),
        lambda: selection.written(store, selection.Selection("*")),
        lambda: store.query(f"SELECT {entries.has_version_sql('n', 'n.version = 2')} FROM head h"),
    ]
    assert row_history.address_at(store, "long/one", then, now).entries[0].value == "value 1990"
    told = [steps(place, read) for read in reads]
    assert max(told) < 3000, told  # a look at each version is 20,000 at least
    place.close()


def test_what_an_address_said_before_it_began_is_asked_of_no_version_but_the_first(tmp_path: Path) -> None:
    place = place_of(tmp_path)
    store = place.store
    assert row_history.address_at(store, "c", 5, place.now).collected == 0
    assert row_history.address_at(store, "nobody", 5, place.now).collected == 0
    with store.writing() as tx:
        tx.next_revision()
        maintenance_versions.drop(
            tx, [(3, [v for v in maintenance_versions.versions_at(store, "a/1") if v.version == 1])]
        )
    assert row_history.address_at(store, "a/1", 0, place.now).collected == 1
    assert row_history.address_at(store, "a/1", 2, place.now).collected == 1
    then, total = row_history.matching_at(store, "a/*", 2, place.now, 10)
    assert ([entry.address for entry in then.entries], then.collected, total) == (["a/2"], 1, 1)
    check(store)
    place.close()


def test_the_figures_of_a_glob_look_at_an_address_once(tmp_path: Path) -> None:
    place = place_of(tmp_path)
    written(place, "long/one", 500)
    store = place.store
    long, whole = statistics.entry_figures(store, place.now, "long/*"), statistics.entry_figures(store, place.now)
    assert (long["entries"], long["versions"]) == (1, 500)
    assert (whole["entries"], whole["versions"], whole["deleted"]) == (5, 500 + len(WRITES), 1)
    nothing = statistics.entry_figures(store, place.now, "nothing/*")
    assert nothing == dict.fromkeys(nothing, 0) | {"oldest": None, "newest": None}
    asked: list[str] = []
    store.connection.trace_v2(apsw.SQLITE_TRACE_STMT, lambda told: asked.append(told["sql"]))
    statistics.entry_figures(store, place.now, "long/*")
    store.connection.trace_v2(0, None)
    assert len(asked) == 1
    plan = [row[3] for row in store.query(f"EXPLAIN QUERY PLAN {asked[0]}", (place.now, "long/", "long0"))]
    assert any("SEARCH n USING COVERING INDEX entry_version (head=?)" in step for step in plan), plan
    place.close()


def test_lists_leave_out_what_a_word_index_that_lags_behind_still_has(tmp_path: Path) -> None:
    place = place_of(tmp_path)
    place.store.query(
        "INSERT INTO search(rowid, address, tags, body) VALUES(1, 'a/1', '', 'old'), (4, 'b/1', '', 'deleted')"
    )
    assert [entry.revision for entry in lists.newest(place.store, "*", place.now, 10)] == [11, 10, 9, 6]
    found = verify.verify(place.store, lambda _: None)
    assert any("the word index has nothing else" in rule for rule in found.broken) and found.only_words
    place.close()


@pytest.mark.parametrize("number", [None, 1], ids=["without versions", "with versions"])
def test_an_import_looks_at_one_version_for_each_record(tmp_path: Path, number: int | None) -> None:
    place, count = Place(tmp_path), 300

    def bring() -> None:
        with place.store.writing() as tx:
            writer = EntryWriter(tx, "skip", "1")
            for at in range(count):
                version, moment = (None, None) if number is None else (at + 1, START + at)
                became.append(writer.add(Record("long/one", f"value {at}", "", moment, version=version))[0])

    became: list[str] = []
    steps(place, bring)
    assert became == ["added"] * count
    became.clear()
    assert steps(place, bring) < 200 * count  # a look at each version is 800 * count at least
    assert set(became) == ({"kept_ours", "there"} if number is None else {"there"})
    check(place.store)
    place.close()
