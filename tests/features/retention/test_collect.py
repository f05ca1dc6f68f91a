"""Garbage collection and destruction on real stores: the table of docs/retention.md, space, kills, and bytes that must be gone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import apsw
import pytest

from hooks_cli.features.attribution import Caller
from hooks_cli.features.entries import delete, destroy, pins
from hooks_cli.features.entries import write as entry_write
from hooks_cli.features.entries.draft import make_draft
from hooks_cli.features.journal.record import HookCall, record
from hooks_cli.features.retention import collect
from hooks_cli.features.retention import run as retention_run
from hooks_cli.features.retention.outcome import Scope
from hooks_cli.model.entry import Draft
from hooks_cli.store.sqlite.maintenance import scrub, state
from hooks_cli.store.sqlite.maintenance import versions as maintenance_versions
from hooks_cli.store.sqlite.rows import entries, entry_writes, history
from hooks_cli.store.sqlite.rows.changes_feed import Feed, RevisionCollected
from hooks_cli.text.units import DAY
from tests.conftest import PROGRAM, Run
from tests.stores import START, Place, check

WHO = Caller()
AGES = (1, 89, 90, 91, 400)
NOW = START + 500 * DAY
GC = "[memory.gc]\nenabled = true\nmax_age_days = 90\nkeep_successful_patterns = true\nkeep_baselines_per_commit = 5\n"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "place", GC)


def write(place: Place, age: int, address: str, value: str = "v", metadata: str = "", ttl: str = "") -> None:
    place.now = NOW - age * DAY
    entry_write.store_value(
        place.store, place.environment, entry_write.StoreRequest(address, value, metadata=metadata, ttl=ttl)
    )


def kept(place: Place) -> set[tuple[str, int]]:
    rows = place.store.query("SELECT h.address, e.version FROM entry e JOIN head h ON h.id = e.head")
    return {(address, version) for address, version in rows}


def test_the_table_of_the_document(place: Place) -> None:
    patterns = "swarm/intelligence/patterns"
    young, old = ("1", "89", "90"), ("91", "400")
    expected: set[tuple[str, int]] = set()
    for age in sorted(AGES, reverse=True):
        write(place, age, f"notes/{age}", "text")
        write(place, age, f"json/{age}", '{"a":1}')
        write(place, age, f"deleted/{age}")
        delete.delete(place.store, place.environment, f"deleted/{age}", WHO)
        write(place, age, f"destroyed/{age}", "secret")
        destroy.destroy(place.store, place.environment, destroy.targets(place.store, [f"destroyed/{age}"], None), WHO)
        write(place, age, f"rewritten/{age}")
        write(place, age, f"pinned/{age}")
        pins.set_pinned(place.store, place.environment, f"pinned/{age}", True, WHO)
        write(place, age, f"lived/{age}", ttl="30d")
        write(place, age, f"{patterns}/sure{age}", metadata='{"confidence":0.92}')
        write(place, age, f"{patterns}/rated{age}", '{"success_rate":0.8}')
        write(place, age, f"swarm/self_healing/remediations/{age}", metadata='{"pattern":"p","success":true}')
        write(place, age, f"{patterns}/failed{age}", metadata='{"success":false,"confidence":0.95}')
        write(place, age, f"{patterns}/unsure{age}", metadata='{"confidence":0.79}')
        write(place, age, f"{patterns}/worded{age}", metadata='{"confidence":"high"}')
        write(place, age, f"{patterns}/gone{age}", metadata='{"success":true}')
        delete.delete(place.store, place.environment, f"{patterns}/gone{age}", WHO)
    for age in young + old:
        write(place, 0, f"rewritten/{age}", "again")
        expected |= {(f"rewritten/{age}", 2), (f"pinned/{age}", 1), (f"{patterns}/sure{age}", 1)}
        expected |= {(f"{patterns}/rated{age}", 1), (f"swarm/self_healing/remediations/{age}", 1)}
    for age in young:
        for name in ("notes/", "json/", "destroyed/", "rewritten/", f"{patterns}/failed", f"{patterns}/unsure"):
            expected.add((f"{name}{age}", 1))
        expected |= {(f"{patterns}/worded{age}", 1), (f"{patterns}/gone{age}", 1), (f"{patterns}/gone{age}", 2)}
        expected |= {(f"deleted/{age}", 1), (f"deleted/{age}", 2)}
    expected.add(("lived/1", 1))
    place.now = NOW
    planned, others, _ = retention_run.plan(place.store, place.environment, retention_run.Request())
    going = {(d.version.address, d.version.version) for d in planned if not d.keep}
    before = kept(place)
    assert before - going == expected
    assert len(before) == others + len(planned)
    retention_run.run(place.store, place.environment, retention_run.Request(), WHO)
    assert kept(place) == expected
    check(place.store)
    assert entries.read(place.store, "notes/91", NOW) is None
    assert (
        entry_write.store_value(place.store, place.environment, entry_write.StoreRequest("notes/91", "again")).version
        == 2
    )


def test_eight_baselines_of_three_commits(place: Place) -> None:
    ages = [400, 399, 350, 300, 200, 120, 92, 91]
    wanted = set()
    for commit in ("aaa", "bbb", "ccc"):
        for turn, age in enumerate(ages):
            write(place, age, f"swarm/performance/baselines/s{turn % 4}", metadata=f'{{"git_commit":"{commit}"}}')
            if turn >= 3:
                wanted.add(history.newest_revision(place.store))
    place.now = NOW
    collect.collect(place.store, collect.rules_of(place.environment), NOW, Scope())
    assert {row[0] for row in place.store.query("SELECT revision FROM entry")} == wanted
    assert len(wanted) == 15
    check(place.store)


def test_events_tasks_and_sessions_age(place: Place) -> None:
    for age in (100, 91, 90, 1):
        place.now = NOW - age * DAY
        record(place.store, place.environment, HookCall("notify", {"message": str(age)}, caller=Caller(f"s{age}")))
    place.now = NOW
    result = retention_run.run(place.store, place.environment, retention_run.Request(), WHO)
    assert (result.events, result.sessions) == (2, 2)
    assert place.store.query("SELECT name FROM session ORDER BY id") == [("s90",), ("s1",)]
    check(place.store)


def test_limits_of_one_run(place: Place) -> None:
    for age in (40, 20):
        write(place, age, f"tmp/{age}")
        write(place, age, f"kept/{age}")
    write(place, 5, "kept/20", "new")
    place.now = NOW

    def run(**more: object) -> set[tuple[str, int]]:
        request = retention_run.Request(**more)  # type: ignore[arg-type]
        retention_run.run(place.store, place.environment, request, WHO)
        return kept(place)

    everything = kept(place)
    assert run(expired_only=True) == run(defrag_only=True) == run() == everything
    assert run(pattern="tmp/*", max_age=30 * DAY) == everything - {("tmp/40", 1)}
    assert run(aggressive=True) == everything - {("tmp/40", 1), ("kept/20", 1)}
    assert run(max_age=10 * DAY) == {("kept/20", 2)}


def test_max_size(tmp_path: Path) -> None:
    place = Place(tmp_path / "place", '[memory]\nmax_size = "400KB"\n')
    for number in range(60):
        write(place, 60 - number // 2, f"big/{number % 40}", os.urandom(8000).hex())
    pins.set_pinned(place.store, place.environment, "big/39", True, WHO)
    place.now = NOW
    planned, _, _ = retention_run.plan(place.store, place.environment, retention_run.Request())
    result = retention_run.run(place.store, place.environment, retention_run.Request(), WHO)
    assert result.excess == 0
    assert os.path.getsize(place.store.path) <= 400 * 1024 + 64 * 1024
    left = kept(place)
    assert ("big/39", 1) in left
    # What is left are the newest writes; nothing that was replaced.
    assert all(version == history.head_of(place.store, address)[2] for address, version in left)  # type: ignore[index]
    planned_gone = {(d.version.address, d.version.version) for d in planned if not d.keep}
    assert planned_gone and planned_gone.isdisjoint({("big/39", 1)})
    check(place.store)


def test_max_size_takes_no_more_than_it_must(tmp_path: Path) -> None:
    """The words of a version take as much as its text: an estimate of its text alone would take twice as much away."""
    place = Place(tmp_path / "place", '[memory]\nmax_size = "1MB"\n')
    with place.store.writing() as tx:
        for number in range(1_500):
            words = " ".join(f"w{number}x{n}" for n in range(100))
            entry_writes.put(tx, Draft(f"f/{number}", words))
    place.now += 1000
    assert scrub.page_count(place.store) * 4096 > 2_500_000
    result = retention_run.run(place.store, place.environment, retention_run.Request(), WHO)
    assert result.excess == 0
    used = (scrub.page_count(place.store) - scrub.free_pages(place.store)) * 4096
    assert 0.85 * 1_048_576 < used <= 1_048_576
    check(place.store)


def test_space_goes_back_to_the_disk(place: Place) -> None:
    for number in range(200):
        write(place, 200, f"old/{number}", os.urandom(2000).hex())
    scrub.truncate_log(place.store)
    before = os.path.getsize(place.store.path)
    place.now = NOW
    retention_run.run(place.store, place.environment, retention_run.Request(), WHO)
    scrub.truncate_log(place.store)
    assert os.path.getsize(place.store.path) < before / 4
    assert scrub.free_pages(place.store) == 0
    check(place.store)


def test_a_stale_decision_is_not_carried_out(place: Place) -> None:
    write(place, 100, "a")
    versions = maintenance_versions.versions_at(place.store, "a")
    place.now = NOW
    entry_write.store_value(place.store, place.environment, entry_write.StoreRequest("a", "new"))
    with place.store.writing() as tx:
        assert maintenance_versions.drop(tx, [(1, versions)]) == []
    assert kept(place) == {("a", 1), ("a", 2)}


def test_automatic_collection_goes_on_where_it_stopped(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(40):
        write(place, 100, f"old/{number}")
    write(place, 2, "new")
    place.now = NOW
    monkeypatch.setattr(collect, "SPAN", 10)
    monkeypatch.setattr(collect, "AUTOMATIC_SECONDS", 0.0001)
    rounds = 0
    while len(kept(place)) > 1:
        monkeypatch.setattr(collect, "AUTOMATIC_SECONDS", 0.02 if rounds else 0.0001)
        assert collect.automatic(place.store, place.environment) is not None
        rounds += 1
        assert rounds < 2000
    collect.bounded(place.store, place.environment)
    assert state.get(place.store, state.COLLECTED_TO) == 0
    check(place.store)


def test_automatic_collection_holds_off(place: Place, tmp_path: Path) -> None:
    write(place, 100, "old")
    place.now = NOW
    entry_write.store_value(place.store, place.environment, entry_write.StoreRequest("today", "x"))
    result = collect.automatic(place.store, place.environment)
    assert result is not None and result.held_off == 100 and ("old", 1) in kept(place)
    place.now = NOW + 2 * DAY
    result = collect.automatic(place.store, place.environment)
    assert result is not None and result.held_off == 0 and ("old", 1) not in kept(place)
    without = Place(tmp_path / "other")
    assert collect.automatic(without.store, without.environment) is None
    off = Place(tmp_path / "off", "[memory.gc]\nenabled = false\n")
    assert collect.automatic(off.store, off.environment) is None


def test_a_watch_from_before_a_collection_says_so(place: Place) -> None:
    for number in range(5):
        write(place, 100, f"old/{number}")
    write(place, 1, "new")
    place.now = NOW
    feed = Feed(place.environment, "*", 2)
    collect.collect(place.store, collect.rules_of(place.environment), NOW, Scope())
    with pytest.raises(RevisionCollected) as caught:
        feed.look()
    assert (caught.value.exit_code, caught.value.details) == (1, {"since": 2, "oldest": 5})
    feed.close()
    feed = Feed(place.environment, "*", 5)
    assert [entry.address for entry in feed.look()] == ["new"]
    feed.close()


# --- destruction -------------------------------------------------------------------------------------------------------
def decrypted(place: Place, folder: Path) -> bytes:
    """All bytes of a decrypted copy of the store: database, log and all."""
    folder.mkdir()
    found = b""
    for end in ("", "-wal", "-shm"):
        if os.path.exists(place.store.path + end):
            shutil.copy(place.store.path + end, folder / f"copy{end}")
    connection = apsw.Connection(str(folder / "copy"))
    connection.execute("PRAGMA cipher='chacha20'")
    connection.execute(f'PRAGMA key="raw:{place.store.key.raw.hex()}"')
    connection.execute("PRAGMA journal_mode=DELETE").fetchall()
    connection.execute("PRAGMA rekey=''").fetchall()
    connection.close()
    for path in folder.iterdir():
        found += path.read_bytes()
    assert found.startswith(b"SQLite format 3")
    return found


def test_destroy_leaves_no_bytes(place: Place, tmp_path: Path) -> None:
    secrets = [b"zzqsecretone", b"zzqsecrettwo", b"zzqmetadata", b"zzqtag", b"zzqevent"]
    for number in range(30):
        write(place, 0, f"other/{number}", f"harmless {number} " * 50)
    place.now = NOW
    entry_write.store_value(
        place.store,
        place.environment,
        entry_write.StoreRequest("x/leak", "zzqsecretone " * 400, metadata='{"m":"zzqmetadata"}', tags="zzqtag"),
    )
    draft = make_draft(place.store, "x/leak", "zzqsecrettwo", metadata="{}")
    hook_call = HookCall("notify", {"message": "zzqevent", "memory_key": "x/leak"}, draft=draft)
    record(place.store, place.environment, hook_call)
    delete.delete(place.store, place.environment, "x/leak", WHO)
    for number in range(30, 60):
        write(place, 0, f"other/{number}", f"harmless {number} " * 50)
    before = decrypted(place, tmp_path / "before")
    for secret in secrets:
        assert secret in before
    done = destroy.destroy(place.store, place.environment, destroy.targets(place.store, ["x/leak"], None), WHO)
    assert [d.versions for d in done] == [[1, 2]]
    after = decrypted(place, tmp_path / "after")
    for secret in (*secrets, b"secretone", b"secrettwo", b"qtag"):
        assert secret not in after, secret
    assert b"harmless" in after
    assert [(e.version, e.kind) for e in history.versions(place.store, "x/leak")] == [(3, 2), (2, 3), (1, 3)]
    check(place.store)


def test_destroy_one_version(place: Place) -> None:
    for value in ("one", "two", "three"):
        write(place, 0, "a", value)
    destroy.destroy(place.store, place.environment, destroy.targets(place.store, ["a"], [2]), WHO)
    assert [(e.version, e.value) for e in history.versions(place.store, "a")] == [(3, "three"), (2, None), (1, "one")]
    found = entries.read(place.store, "a", NOW)
    assert found is not None and found.value == "three"
    check(place.store)


# --- kills -------------------------------------------------------------------------------------------------------------
def killed(run: Run, environ: dict[str, str], project: Path, point: str, *argv: str) -> None:
    done = subprocess.run(
        [PROGRAM, *argv], env={**environ, "HOOKS_FAILPOINT": point}, cwd=project, capture_output=True, timeout=60
    )
    assert done.returncode == -9, (done.returncode, done.stderr)


def checked(environ: dict[str, str], project: Path) -> dict[str, int]:
    """Check the project's store; how many versions and how many events it has."""
    from hooks_cli.environment import Environment
    from hooks_cli.store.sqlite.store import open_store

    store = open_store(Environment(environ, str(project)))
    check(store)
    counts = {table: store.query(f"SELECT count(*) FROM {table}")[0][0] for table in ("entry", "event")}
    counts["scrub"] = state.get(store, state.SCRUB)
    store.close()
    return counts


@pytest.mark.parametrize("point", ["gc-in-transaction", "gc-between-transactions", "gc-events:2"])
def test_kill_in_gc(run: Run, environ: dict[str, str], project: Path, point: str) -> None:
    rows = "".join(json.dumps({"key": f"old/{n}", "value": f"v{n}"}) + "\n" for n in range(500))
    old = {"HOOKS_NOW": str(START)}
    run("memory", "store", "--batch", stdin=rows, env=old, check=True)
    run("hooks", "notify", "--message", "one", env=old, check=True)
    run("memory", "store", "new", "x", env={"HOOKS_NOW": str(NOW)}, check=True)
    if point == "gc-events:2":
        environ["HOOKS_NOW"] = str(START)
        _events(environ, project, 250)
    environ["HOOKS_NOW"] = str(NOW)
    before = checked(environ, project)
    killed(run, environ, project, point, "memory", "gc")
    middle = checked(environ, project)
    assert (middle["entry"], middle["event"]) < (before["entry"], before["event"]) or point == "gc-in-transaction"
    assert middle["entry"] > 1 or middle["event"] > 0
    run("memory", "gc", check=True)
    after = checked(environ, project)
    assert (after["entry"], after["event"]) == (1, 1)  # the new entry, and the event that says what was collected


def _events(environ: dict[str, str], project: Path, number: int) -> None:
    from hooks_cli.environment import Environment
    from hooks_cli.store.sqlite.rows import journal
    from hooks_cli.store.sqlite.store import open_store

    store = open_store(Environment(environ, str(project)))
    with store.writing() as tx:
        for _ in range(number):
            journal.record(tx, "notify", {"message": "m"}, revision=tx.next_revision())
    store.close()


@pytest.mark.parametrize("point", ["destroy-in-transaction", "destroy-committed"])
def test_kill_in_destroy(run: Run, environ: dict[str, str], project: Path, tmp_path: Path, point: str) -> None:
    run("memory", "store", "a", "zzqsecret", check=True)
    run("memory", "store", "b", "harmless", check=True)
    killed(run, environ, project, point, "memory", "destroy", "a")
    middle = checked(environ, project)
    assert middle["scrub"] == (point == "destroy-committed")
    assert run("memory", "recall", "a").returncode == (1 if point == "destroy-committed" else 0)
    if point == "destroy-in-transaction":
        run("memory", "destroy", "a", check=True)
    else:
        run("memory", "gc", check=True)
    assert checked(environ, project)["scrub"] == 0
    assert run("memory", "recall", "a").returncode == 1
    assert run("memory", "recall", "b", check=True).stdout == "harmless"


def test_kill_in_a_batch(run: Run, environ: dict[str, str], project: Path) -> None:
    run("memory", "store", "first", "x", check=True)
    rows = "".join(json.dumps({"key": f"k/{n}", "value": "v"}) + "\n" for n in range(5000))
    done = subprocess.run(
        [PROGRAM, "memory", "store", "--batch"],
        input=rows.encode(),
        env={**environ, "HOOKS_FAILPOINT": "batch-portion:2"},
        cwd=project,
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == -9
    assert checked(environ, project)["entry"] == 1
    run("memory", "store", "--batch", stdin=rows, check=True)
    assert checked(environ, project)["entry"] == 5001
