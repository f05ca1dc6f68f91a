"""The contract of a shared log of encrypted records, implemented by `log_postgres` and `log_folder`.

A log is a sequence of records, numbered 1, 2, 3 … without gaps. It knows nothing of what is in them. Writers take turns:

    tail = log.lock(after)      the turn of all machines, and every record above `after`
    log.append(records)         the records, all or none, durable when it returns; the turn is given back
    log.release()               or: the turn is given back, nothing was written

1. **Serial.** Between `lock` and `append` or `release` no other writer appends.
2. **Whole.** What one `append` wrote is seen by others as a whole or not at all.
3. **Durable.** What `append` returned for outlives a crash of the server.
4. **Free.** The turn of a process that dies, or whose connection breaks, is free again; nothing of what it did not append is kept.
5. **Honest.** When `append` cannot tell whether the records are kept it raises AnswerLost. Who gets the turn after that sees them or
   will never see them.

Errors of every method: ServerUnreachable (75), ServerRefused (77), LogGone (77). A log is used by one thread.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

# The largest sealed record, and how much `lock` and `pull` give at once. Longer writes are several records.
RECORD_BYTES = 8 * 1024 * 1024
PULL_BYTES = 32 * 1024 * 1024
# A snapshot is kept in parts of at most this many bytes before sealing.
PART_BYTES = 4 * 1024 * 1024
WRITE_ID_BYTES = 16


class Record:
    """One sealed record: its number, its random write id (16 bytes), and the sealed bytes."""

    __slots__ = ("sealed", "seq", "write_id")

    def __init__(self, seq: int, write_id: bytes, sealed: bytes) -> None:
        self.seq = seq
        self.write_id = write_id
        self.sealed = sealed


class Tail:
    """The end of a log: `seq` of its newest record, `floor` (records up to it were compacted away), its format, whether it was ended, and
    the records after the one that was asked for, oldest first: all of them, or the first PULL_BYTES."""

    __slots__ = ("ended", "floor", "format", "records", "seq")

    def __init__(self, seq: int, floor: int, format: int, ended: bool, records: list[Record]) -> None:
        self.seq = seq
        self.floor = floor
        self.format = format
        self.ended = ended
        self.records = records


class Snapshot:
    """A snapshot on the server: the state after record `seq`, in `parts` sealed parts, under a random id of its own (16 bytes).

    `ledger` is that state's (32 bytes, a keyed hash); a snapshot whose parts do not belong to it does not open."""

    __slots__ = ("ledger", "parts", "seq", "snapshot_id")

    def __init__(self, seq: int, snapshot_id: bytes, parts: int, ledger: bytes) -> None:
        self.seq = seq
        self.ledger = ledger
        self.snapshot_id = snapshot_id
        self.parts = parts


class Reader:
    """A machine as the server knows it: its id, the newest record that it has taken in, when it said so (ms), its sealed name."""

    __slots__ = ("at", "label", "left", "machine", "seq")

    def __init__(self, machine: bytes, seq: int, at: int, label: bytes, left: bool) -> None:
        self.machine = machine
        self.seq = seq
        self.at = at
        self.label = label
        self.left = left


class Usage:
    """What a log takes on the server, in records and bytes."""

    __slots__ = ("bytes", "records", "snapshot_bytes")

    def __init__(self, records: int, bytes: int, snapshot_bytes: int) -> None:
        self.records = records
        self.bytes = bytes
        self.snapshot_bytes = snapshot_bytes


if TYPE_CHECKING:

    class Log(Protocol):
        """The five methods that reading and writing need."""

        def lock(self, after: int, budget_ms: int) -> Tail:
            """Wait for the turn at most `budget_ms` (LogBusy, 75), then return the records above `after`. One round trip when free."""

        def append(self, records: list[Record]) -> None:
            """Keep these records, numbered from the tail's `seq` + 1 on, and give the turn back. One round trip. Raises AnswerLost."""

        def release(self) -> None:
            """Give the turn back. Raises nothing; without a turn it does nothing."""

        def pull(self, after: int) -> Tail:
            """The records above `after`, without a turn."""

        def wait(self, after: int, seconds: float) -> int:
            """Wait until the log is beyond `after`, at most so long; the number of its newest record."""

        def close(self) -> None:
            """End the connection; a turn is given back."""

    class LogStorage(Log, Protocol):
        """What the cold verbs need beside: making a log, snapshots, compaction, who reads it."""

        log_id: bytes

        def make_tables(self) -> None:
            """Make what the server needs for any log, where it is not there yet."""

        def labels(self) -> list[tuple[bytes, bytes]]:
            """(id, sealed label) of every log on the server that was not ended."""

        def create(self, format: int, label: bytes, snapshot: Snapshot, parts: Iterable[bytes]) -> bool:
            """Make the log with its first snapshot, all or nothing, at the snapshot's `seq`. False when it is there already and has
            records or other readers; one that no machine joined is replaced."""

        def put_snapshot(self, snapshot: Snapshot, parts: Iterable[bytes]) -> None:
            """Keep a snapshot, all or nothing."""

        def newest_snapshot(self) -> Snapshot | None:
            """The complete snapshot with the highest `seq`."""

        def snapshot_part(self, snapshot: Snapshot, part: int) -> bytes:
            """One sealed part (from 0 on). Raises LogTampered (77) when it is not there."""

        def compact(self, snapshot_seq: int, upto: int) -> int:
            """Delete the records up to `upto` and the snapshots before the complete one at `snapshot_seq`; returns the new floor.

            Does nothing when there is no complete snapshot at `snapshot_seq`, or `upto` is above it."""

        def set_format(self, format: int) -> None:
            """Note the format that records have from now on."""

        def end(self, seq: int) -> bool:
            """End the log where `seq` is its newest record: nothing is appended any more, it is kept and known as ended. False when it is
            beyond `seq`."""

        def note_reader(self, machine: bytes, seq: int, label: bytes, left: bool = False) -> None:
            """Note how far a machine has taken the log in, or that it has left."""

        def readers(self) -> list[Reader]:
            """All machines that were noted."""

        def usage(self) -> Usage:
            """What the log takes."""
