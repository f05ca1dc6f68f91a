"""Long work makes way for who comes to write: what is due goes all the same, and what was broken off is whole."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hooks_cli.features.attribution import Caller
from hooks_cli.features.entries import write
from hooks_cli.features.journal.record import HookCall, record
from hooks_cli.features.retention import collect, collect_journal, run
from hooks_cli.features.retention.outcome import Collected, Scope
from hooks_cli.model.entry import Draft
from hooks_cli.store.sqlite import writer_queue
from hooks_cli.store.sqlite.maintenance import journal, scrub, state, throttled_writes
from hooks_cli.store.sqlite.rows import entry_writes
from hooks_cli.store.sqlite.store import EmbeddedStore
from hooks_cli.text.units import DAY
from tests.stores import START, Place, check

GC = "[memory.gc]\nenabled = true\nmax_age_days = 90\n"
NOW = START + 500 * DAY


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "place", GC)


@contextmanager
def somebody_waits(store: EmbeddedStore) -> Iterator[None]:
    front = os.open(store.path + ".next", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(front, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(front)


def fill(place: Place, number: int, words: str = "common words of all") -> None:
    with place.store.writing() as tx:
        for n in range(number):
            entry_writes.put(tx, Draft(f"k/{n}", f"{words} {n}"))


def indexed(store: EmbeddedStore) -> int:
    store.query("INSERT INTO search(search) VALUES('integrity-check')")
    return int(store.query("SELECT count(*) FROM search WHERE search MATCH 'common'")[0][0])


def test_a_merge_is_broken_off_for_who_waits_and_goes_on_later(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrub, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(scrub, "LOOK_SECONDS", 0.0)
    store = place.store
    for _ in range(2):
        fill(place, 300)
    before = store.query("SELECT count(*) FROM search_data")
    with somebody_waits(store):
        assert not scrub.merge_words(store)
        assert store.query("SELECT count(*) FROM search_data") == before and indexed(store) == 300
        assert not state.get(store, state.MERGING)
        assert scrub.merge_words(store, insist=True)
    assert indexed(store) == 300 and not state.get(store, state.MERGING)
    assert scrub.merge_words(store)
    check(place.store)


def test_a_collection_that_cannot_merge_says_so_and_collects_all_the_same(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrub, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(scrub, "LOOK_SECONDS", 0.0)
    place.now = START
    fill(place, 300)
    place.now = NOW
    request = run.Request()
    with somebody_waits(place.store):
        result = run.run(place.store, place.environment, request, Caller())
    assert result.versions == 300 and result.words_left
    result = run.run(place.store, place.environment, request, Caller())
    assert not result.versions and not result.words_left
    assert indexed(place.store) == 0
    check(place.store)


def test_a_transaction_of_a_collection_ends_when_somebody_waits(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the machine takes for it: without a limit of time, all goes at once; with somebody waiting, little by little."""
    monkeypatch.setattr(throttled_writes, "BATCH_SECONDS", 3600)
    monkeypatch.setattr(throttled_writes, "BUSY_BATCH_SECONDS", 3600)
    turns: list[int] = []
    take = writer_queue.take
    monkeypatch.setattr(writer_queue, "take", lambda path, budget: turns.append(1) or take(path, budget))  # type: ignore[func-returns-value]

    def collected() -> int:
        place.now = START
        fill(place, 600)
        place.now = NOW
        turns.clear()
        result = collect.collect(place.store, collect.rules_of(place.environment), NOW, Scope())
        assert result.versions == 600
        return len(turns)

    alone = collected()
    with somebody_waits(place.store):
        assert collected() > alone
    check(place.store)


def test_large_versions_go_few_at_a_time(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.now = START
    for n in range(5):
        for _ in range(3):
            write.store_value(place.store, place.environment, write.StoreRequest(f"large/{n}", "x" * 100_000))
    place.now = NOW
    monkeypatch.setattr(throttled_writes, "should_commit", lambda store, began: True)
    turns: list[int] = []
    throttled = throttled_writes.ThrottledWrite
    monkeypatch.setattr(throttled_writes, "ThrottledWrite", lambda store: turns.append(1) or throttled(store))  # type: ignore[func-returns-value]
    result = collect.collect(place.store, collect.rules_of(place.environment), NOW, Scope())
    assert result.versions == 15 and len(turns) >= 7
    check(place.store)


def test_sessions_in_use_and_their_tasks_stay(place: Place) -> None:
    """Whatever refers to a session keeps it: an entry, an event, a task; those that nothing refers to go, and their tasks before them."""
    store, environment = place.store, place.environment
    place.now = START
    for n in range(30):
        record(store, environment, HookCall("notify", {"message": "m"}, caller=Caller(f"s{n}")))
    numbers = dict(store.query("SELECT name, id FROM session"))
    with store.writing() as tx:
        entry_writes.put(tx, Draft("of/s3", "v", session=numbers["s3"]))
        for task, (name, at) in enumerate((("s4", START), ("s5", NOW - DAY)), 1):
            tx.insert("task", (task, 1, numbers[name], None, "d", tx.revision, at, None, None, f"t{task}", None, None))
    result = Collected()
    place.now = NOW
    collect_journal.collect(store, NOW - 90 * DAY, Scope(), result)
    assert result.events == 30
    left = {row[0] for row in store.query("SELECT name FROM session")}
    assert left == {"s3", "s5"} and (result.tasks, result.sessions) == (1, 28)
    check(place.store)


@pytest.mark.parametrize("looked_at", [1, 3, 1000])
def test_the_newest_write_before_a_time_is_found_however_many_came_since(
    place: Place, monkeypatch: pytest.MonkeyPatch, looked_at: int
) -> None:
    monkeypatch.setattr(journal, "LOOKED_AT", looked_at)
    for day in (1, 2, 5, 9):
        for n in range(4):
            place.now = START + day * DAY + n
            write.store_value(place.store, place.environment, write.StoreRequest("k", f"{day}"))
    for at, expected in ((0, None), (1, START + DAY + 3), (4, START + 2 * DAY + 3), (8, START + 5 * DAY + 3)):
        assert journal.newest_write_before(place.store, START + at * DAY + DAY // 2) == expected
