"""Marks, relations, reviews and what was shown: kept by the ledger, carried by a rename, gone with what they are about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hooks_cli.errors import NotFound
from hooks_cli.features.attribution import Caller
from hooks_cli.features.entries import delete
from hooks_cli.model import origin
from hooks_cli.model.entry import Draft
from hooks_cli.store.sqlite.annotations import in_use, marks, relations, reviews, shown
from hooks_cli.store.sqlite.maintenance import journal as maintenance_journal
from hooks_cli.store.sqlite.maintenance import versions
from hooks_cli.store.sqlite.rows import entry_updates, entry_writes, journal
from tests.stores import Place, check


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A store with versions at a, b and c; checked at the end."""
    made = Place(tmp_path)
    for address in ("a", "b", "c"):
        write(made, address, f"text of {address}")
    yield made
    check(made.store)
    made.close()


def write(place: Place, address: str, value: str | None) -> int:
    with place.store.writing() as tx:
        return entry_writes.put(tx, Draft(address, value)).revision


def usable(place: Place, condition: str = in_use.FOR_PROMPTS) -> str:
    rows = place.store.query(f"SELECT h.address FROM head h WHERE h.live = 1 AND {condition} ORDER BY 1")
    return "".join(row[0] for row in rows)


def mark(place: Place, address: str, kind: int) -> None:
    with place.store.writing() as tx:
        tx.next_revision()
        marks.put(tx, address, kind, origin=origin.PERSON, session="s", agent="me")


def relate(place: Place, address: str, kind: int, target: str, **more: str) -> None:
    with place.store.writing() as tx:
        tx.next_revision()
        relations.put(tx, address, kind, target, **more)


def test_a_mark_holds_until_the_address_is_written_again(place: Place) -> None:
    mark(place, "a", marks.STALE)
    mark(place, "a", marks.WRONG)
    found = marks.find(place.store, "a")
    assert found is not None and (found.kind, found.version, found.origin) == (marks.WRONG, 1, origin.PERSON)
    assert (found.session, found.agent, found.at, found.address) == ("s", "me", place.now, "a")
    assert usable(place) == "bc" and [one.address for one in marks.every(place.store)] == ["a"]
    write(place, "a", "written again")
    assert usable(place) == "abc" and marks.every(place.store) == []
    mark(place, "a", marks.STALE)
    assert usable(place) == "bc"
    for answer in (True, False):
        with place.store.writing() as tx:
            tx.next_revision()
            assert marks.remove(tx, "a") is answer
    assert usable(place) == "abc" and marks.find(place.store, "a") is None


def test_what_was_never_written_has_no_mark_and_no_relation(place: Place) -> None:
    with pytest.raises(NotFound):
        mark(place, "z", marks.STALE)
    with pytest.raises(NotFound):
        relate(place, "z", relations.LINK, "a")


def test_what_is_superseded_is_not_used_while_the_other_holds_something(place: Place) -> None:
    relate(place, "b", relations.SUPERSEDES, "a")
    assert usable(place, in_use.CURRENT) == "bc" and usable(place, in_use.UNMARKED) == "abc"
    assert [one.address for one in relations.to(place.store, "a", relations.SUPERSEDES)] == ["b"]
    write(place, "b", None)
    assert usable(place) == "ac"
    write(place, "b", "back")
    assert usable(place) == "bc"
    write(place, "a", "a newer statement")
    assert usable(place) == "abc"
    relate(place, "b", relations.SUPERSEDES, "a")
    with place.store.writing() as tx:
        tx.next_revision()
        assert marks.remove(tx, "a"), "unflagging brings back what is superseded, too"
    assert usable(place) == "abc"


def test_relations_are_put_once_and_found_from_both_ends(place: Place) -> None:
    relate(place, "a", relations.LINK, "b")
    relate(place, "a", relations.LINK, "nowhere/yet")
    relate(place, "a", relations.ABOUT, "src/x.py", digest="d1")
    relate(place, "a", relations.ABOUT, "src/x.py", digest="d2", git_commit="c0ffee")
    relate(place, "c", relations.LINK, "a")
    found = relations.of(place.store, ["a", "c", "z"])
    assert [(one.address, one.kind, one.target) for one in found] == [
        ("a", relations.LINK, "b"),
        ("a", relations.LINK, "nowhere/yet"),
        ("a", relations.ABOUT, "src/x.py"),
        ("c", relations.LINK, "a"),
    ]
    assert (found[2].digest, found[2].git_commit, found[2].target_version) == ("d2", "c0ffee", None)
    assert (found[0].version, found[0].target_version, found[0].at) == (1, 1, place.now)
    assert [one.target for one in relations.of(place.store, ["a"], relations.ABOUT)] == ["src/x.py"]
    assert [one.target for one in relations.dangling(place.store, 10)] == ["nowhere/yet"]
    files, after = relations.after(place.store, relations.ABOUT, 0, 1)
    assert [one.target for one in files] == ["src/x.py"] and relations.after(
        place.store, relations.ABOUT, after, 1
    ) == ([], 0)
    with place.store.writing() as tx:
        tx.next_revision()
        assert relations.remove(tx, "a", relations.LINK, "b") and not relations.remove(tx, "a", relations.LINK, "b")


def test_a_version_waits_until_it_is_accepted_or_written_over(place: Place) -> None:
    with place.store.writing() as tx:
        written = entry_writes.put(tx, Draft("a", "by an agent"))
        reviews.put(tx, written.revision, reviews.WAITING, origin=origin.AGENT, agent="coder")
    store = place.store
    assert usable(place) == "bc" and usable(place, in_use.IN_USE) == "abc"
    assert [one.address for one in reviews.waiting(store, place.now)] == ["a"] and reviews.count(store, place.now) == 1
    with store.writing() as tx:
        tx.next_revision()
        reviews.put(tx, written.revision, reviews.ACCEPTED, origin=origin.PERSON)
    assert reviews.state_of(store, written.revision) == reviews.ACCEPTED
    assert usable(place) == "abc" and reviews.count(store, place.now) == 0
    with store.writing() as tx:
        reviews.put(tx, entry_writes.put(tx, Draft("a", "again")).revision, reviews.WAITING)
    assert reviews.count(store, place.now) == 1
    write(place, "a", "by a person")
    assert reviews.count(store, place.now) == 0 and usable(place) == "abc"


def test_what_a_session_was_shown_counts_until_it_is_compacted(place: Place) -> None:
    store = place.store
    with store.writing() as tx:
        session = journal.open_session(tx, "s", "session-start", None).id
        shown.record(tx, session, tx.next_revision(), [(1, 100), (2, 50)])
    assert shown.seen(store, session, [1, 2, 3]) == {1, 2} and shown.characters(store, session) == 150
    unseen = "SELECT h.address FROM head h WHERE h.live = 1 AND " + shown.UNSEEN + " ORDER BY 1"
    assert store.query(unseen, (session,)) == [("c",)]
    write(place, "a", "changed")
    assert store.query(unseen, (session,)) == [("a",), ("c",)]
    with store.writing() as tx:
        tx.next_revision()
        shown.compacted(tx, session)
    assert shown.seen(store, session, [1, 2]) == set()
    place.now += 5
    with store.writing() as tx:
        shown.record(tx, session, tx.next_revision(), [(2, 50)])
    use = shown.use(store, "b")
    assert (use.sessions, use.times, use.last_at) == (1, 2, place.now) and shown.use(store, "c").times == 0
    assert shown.readers(store, "b") == [("s", 1, 2, place.now)]
    assert shown.totals(store, 5) == [("b", 2, 1), ("a", 1, 1)]


def test_they_go_along_with_a_rename(place: Place) -> None:
    mark(place, "a", marks.STALE)
    relate(place, "a", relations.SUPERSEDES, "b")
    relate(place, "a", relations.ABOUT, "src/x.py", digest="d")
    relate(place, "c", relations.LINK, "a")
    with place.store.writing() as tx:
        tx.next_revision()
        reviews.put(tx, 1, reviews.WAITING, agent="coder")
    _, _ = delete.rename(place.store, place.environment, "a", "moved/a", Caller())
    store = place.store
    assert marks.find(store, "a") is None and [one.address for one in marks.every(store)] == ["moved/a"]
    assert relations.of(store, ["a"]) == []
    assert [(one.kind, one.target) for one in relations.of(store, ["moved/a"])] == [(1, "b"), (3, "src/x.py")]
    assert [one.target for one in relations.of(store, ["c"])] == ["moved/a"]
    assert [one.address for one in reviews.waiting(store, place.now)] == ["moved/a"]


def test_destroying_takes_the_files_and_collecting_all(place: Place) -> None:
    store = place.store
    write(place, "a", "second")
    mark(place, "a", marks.STALE)
    relate(place, "a", relations.ABOUT, "src/x.py", digest="d")
    relate(place, "b", relations.LINK, "a")
    with store.writing() as tx:
        tx.next_revision()
        entry_updates.destroy(tx, "a", [1])
    assert len(relations.of(store, ["a"])) == 1, "the destroyed version did not say so"
    with store.writing() as tx:
        tx.next_revision()
        entry_updates.destroy(tx, "a", None)
    assert relations.of(store, ["a"]) == [] and marks.find(store, "a") is not None
    with store.writing() as tx:
        tx.next_revision()
        reviews.put(tx, 2, reviews.ACCEPTED)
        plans = [(version, found) for version, found in versions.versions_of(store, [1, 2])]
        versions.drop(tx, plans)
    assert marks.find(store, "a") is None and relations.of(store, ["b"]) == [] and reviews.state_of(store, 2) == 0


def test_the_other_name_of_a_task_and_what_goes_with_a_session(place: Place) -> None:
    store = place.store
    with store.writing() as tx:
        session = journal.open_session(tx, "s", "pre-task", None).id
        revision = tx.next_revision()
        task = journal.open_task(
            tx, "task-7", named=False, session=session, agent=None, description=None, revision=revision
        )
        journal.name_also(tx, task, "task-q1")
        journal.name_also(tx, task, "task-q1")
        shown.record(tx, session, revision, [(1, 10)])
    found = journal.find_open_task(store, "task-q1", None)
    assert found is not None and found.name == "task-7" and found.machine == 1
    assert journal.find_open_task(store, "task-q2", None) is None
    with store.writing() as tx:
        tx.next_revision()
        journal.close_task(tx, found, None, word="partly")
    assert journal.find_open_task(store, "task-q1", None) is None
    assert store.query("SELECT outcome, word FROM task") == [(None, "partly")]
    later = place.now + 10
    with store.writing() as tx:
        tx.next_revision()
        assert maintenance_journal.drop_tasks(tx, [task.id], later) == 1
        assert maintenance_journal.drop_sessions(tx, [session], later, task.id) == 1
    assert store.query("SELECT * FROM task_alias") == store.query("SELECT * FROM shown_entry") == []
