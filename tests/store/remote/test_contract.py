"""The contract of a log, held to each kind of log by the same tests."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import pytest

from hooks_cli.store.remote.contract import Record, Snapshot
from hooks_cli.store.remote.failures import LogBusy, LogGone, LogTampered

OpenLog = Callable[[], Any]
PATIENT_MS = 20_000


def record(seq: int, content: bytes = b"sealed") -> Record:
    return Record(seq, os.urandom(16), content)


def snapshot_at(seq: int, parts: int = 1) -> Snapshot:
    return Snapshot(seq, os.urandom(16), parts, bytes([seq]) * 32)


def made(open_log: OpenLog, seq: int = 0) -> Any:
    log = open_log()
    assert log.create(2, b"label", snapshot_at(seq, 1), [b"a part"])
    return log


def contents(tail: Any) -> list[tuple[int, bytes]]:
    return [(found.seq, found.sealed) for found in tail.records]


def test_a_log_that_nobody_made_is_gone(open_log: OpenLog) -> None:
    for request in (lambda log: log.pull(0), lambda log: log.lock(0, 100), lambda log: log.wait(0, 0.01)):
        with pytest.raises(LogGone):
            request(open_log())


def test_what_was_appended_is_there_for_all_in_order(open_log: OpenLog) -> None:
    log, other = made(open_log), open_log()
    for seq in range(1, 6):
        tail = log.lock(seq - 1, PATIENT_MS)
        assert (tail.seq, tail.records) == (seq - 1, [])
        log.append([record(seq, b"number %d" % seq)])
    tail = other.pull(2)
    assert (tail.seq, tail.floor, tail.format, tail.ended) == (5, 0, 2, False)
    assert contents(tail) == [(3, b"number 3"), (4, b"number 4"), (5, b"number 5")]
    assert contents(other.lock(4, PATIENT_MS)) == [(5, b"number 5")]


def test_several_records_are_appended_as_a_whole(open_log: OpenLog) -> None:
    log = made(open_log)
    log.lock(0, PATIENT_MS)
    written = [record(1), record(2, bytes(3)), record(3)]
    log.append(written)
    found = open_log().pull(0).records
    assert [(r.seq, r.write_id, r.sealed) for r in found] == [(r.seq, r.write_id, r.sealed) for r in written]


def test_the_turn_is_waited_for_and_given_back(open_log: OpenLog) -> None:
    log, other = made(open_log), open_log()
    log.lock(0, PATIENT_MS)
    with pytest.raises(LogBusy) as busy:
        other.lock(0, 50)
    assert busy.value.exit_code == 75
    assert other.pull(0).seq == 0  # reading needs no turn
    log.release()
    other.lock(0, PATIENT_MS)
    other.release()
    other.release()  # without a turn it does nothing


def test_a_turn_that_ends_without_an_append_leaves_nothing(open_log: OpenLog) -> None:
    log = made(open_log)
    log.lock(0, PATIENT_MS)
    log.close()
    other = open_log()
    assert other.lock(0, PATIENT_MS).seq == 0
    other.append([record(1)])
    assert other.pull(0).seq == 1


def test_who_waited_for_the_turn_sees_what_was_appended_meanwhile(open_log: OpenLog) -> None:
    log, other = made(open_log), open_log()
    log.lock(0, PATIENT_MS)
    seen: list[list[tuple[int, bytes]]] = []
    waiting = threading.Thread(target=lambda: seen.append(contents(other.lock(0, PATIENT_MS))))
    waiting.start()
    waiting.join(0.2)
    assert seen == []
    log.append([record(1, b"first")])
    waiting.join(PATIENT_MS / 1000)
    assert seen == [[(1, b"first")]]


def test_many_writers_number_without_gaps(open_log: OpenLog) -> None:
    made(open_log)
    errors: list[BaseException] = []

    def write(count: int) -> None:
        log = open_log()
        try:
            for _ in range(count):
                seq = log.lock(0, PATIENT_MS).seq
                log.append([record(seq + 1)])
        except BaseException as error:
            errors.append(error)

    writers = [threading.Thread(target=write, args=(10,)) for _ in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    tail = open_log().pull(0)
    assert errors == []
    assert [found.seq for found in tail.records] == list(range(1, 61))
    assert len({found.write_id for found in tail.records}) == 60


def test_waiting_ends_with_an_append_or_with_the_time(open_log: OpenLog) -> None:
    log, other = made(open_log), open_log()
    assert other.wait(0, 0.05) == 0
    log.lock(0, PATIENT_MS)
    later = threading.Timer(0.2, log.append, [[record(1)]])
    later.start()
    assert other.wait(0, PATIENT_MS / 1000) == 1
    later.join()
    assert other.wait(0, PATIENT_MS / 1000) == 1


def test_a_long_log_comes_in_pieces(open_log: OpenLog, monkeypatch: pytest.MonkeyPatch) -> None:
    log = made(open_log)
    piece = bytes(7 * 1024 * 1024)
    log.lock(0, PATIENT_MS)
    log.append([record(seq, piece) for seq in range(1, 8)])
    found, after = 0, 0
    pulls = 0
    while after < 7:
        tail = open_log().pull(after)
        assert tail.seq == 7
        found, after, pulls = found + len(tail.records), tail.records[-1].seq, pulls + 1
    assert (found, after) == (7, 7)
    assert pulls > 1


def test_a_log_is_made_once(open_log: OpenLog) -> None:
    log = made(open_log)
    again = snapshot_at(0, 2)
    assert log.create(2, b"label", again, [b"new", b"parts"])  # nobody joined yet: the second try counts
    newest = log.newest_snapshot()
    assert newest.snapshot_id == again.snapshot_id
    log.note_reader(b"m" * 16, 0, b"label")
    assert not log.create(2, b"label", snapshot_at(0, 1), [b"x"])


def test_snapshots_are_whole_and_the_log_below_them_can_go(open_log: OpenLog) -> None:
    log = made(open_log)
    for seq in range(1, 5):
        log.lock(seq - 1, PATIENT_MS)
        log.append([record(seq)])
    assert log.compact(3, 3) == 0  # there is no snapshot at 3
    snapshot = snapshot_at(3, 2)
    log.put_snapshot(snapshot, [b"part 0", b"part 1"])
    assert log.compact(3, 4) == 0  # what is above the snapshot stays
    newest = log.newest_snapshot()
    assert (newest.seq, newest.snapshot_id, newest.parts) == (3, snapshot.snapshot_id, 2)
    assert newest.ledger == bytes([3]) * 32
    assert [log.snapshot_part(newest, part) for part in (0, 1)] == [b"part 0", b"part 1"]
    with pytest.raises(LogTampered):
        log.snapshot_part(newest, 2)
    assert log.compact(3, 2) == 2
    tail = open_log().pull(0)
    assert (tail.seq, tail.floor, [found.seq for found in tail.records]) == (4, 2, [3, 4])
    assert log.compact(3, 3) == 3
    assert [found.seq for found in log.pull(0).records] == [4]
    usage = log.usage()
    assert (usage.records, usage.bytes, usage.snapshot_bytes) == (1, 6, 12)


def test_an_ended_log_says_so(open_log: OpenLog) -> None:
    log = made(open_log)
    log.set_format(3)
    assert not log.end(1)
    assert not log.pull(0).ended
    assert log.end(0)
    tail = open_log().pull(0)
    assert (tail.ended, tail.format) == (True, 3)


def test_readers_are_noted(open_log: OpenLog) -> None:
    log = made(open_log)
    log.note_reader(b"a" * 16, 3, b"sealed a")
    log.note_reader(b"b" * 16, 1, b"sealed b")
    log.note_reader(b"a" * 16, 4, b"sealed a", left=True)
    found = [(one.machine, one.seq, one.label, one.left) for one in open_log().readers()]
    assert found == [(b"a" * 16, 4, b"sealed a", True), (b"b" * 16, 1, b"sealed b", False)]
