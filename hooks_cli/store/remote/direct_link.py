"""A replica's link to its log without the relay: encrypts and decrypts records, and checks that they continue the
history.

Nothing that the server gave is interpreted before its tag has verified. A write that is longer than a record is parted; each part says
which it is of how many, and all parts are appended at once.
"""

from __future__ import annotations

import time
from hashlib import blake2b

from hooks_cli.store.remote.contract import RECORD_BYTES, WRITE_ID_BYTES, Record
from hooks_cli.store.remote.failures import (
    AnswerLost,
    BehindLog,
    LogEnded,
    LogTampered,
    NewerLog,
    OutcomeUnknown,
    ServerUnreachable,
)
from hooks_cli.store.remote.payload import Fetched, ledger_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.crypto.record_seal import RecordSeal
    from hooks_cli.store.remote.contract import LogStorage, Tail

# Beside the content a record has its length, its padding, its tag and the part numbers.
PART_BYTES = RECORD_BYTES - 1024
_PART_HEAD = 8
# So long, and so often, the fate of an append is looked up whose answer was lost.
LOOKUP_SECONDS = 5.0
LOOKUP_PAUSE_SECONDS = 0.1


class DirectLink:
    """The log as a replica uses it. `format` is the store's format: records of another one are not read."""

    def __init__(self, log: LogStorage, seal: RecordSeal, format: int) -> None:
        self.log = log
        self.seal = seal
        self.format = format
        # Set while a log that was ended is taken in to its end (`remote rotate`, `remote leave`).
        self.ended_too = False
        self._seq = 0
        self._ledger = b""

    def lock(self, seq: int, ledger: bytes, budget_ms: int) -> Fetched:
        """Take the turn, and the writes after record `seq`, at which the store has this ledger. When they do not reach the end of the
        log there is no turn: take them in first.

        Raises LogBusy, ServerUnreachable or BehindLog (75), LogTampered, LogEnded, LogGone or ServerRefused (77), NewerLog (69)."""
        tail = self.log.lock(seq, budget_ms)
        try:
            fetched, self._ledger = self._opened(tail, seq, ledger)
            self._seq = tail.seq
        except BaseException:
            self.log.release()
            raise
        if not fetched.reached(seq):
            self.log.release()
        return fetched

    def append(self, write_id: bytes, content: bytes) -> int:
        """Append a write to what `lock` gave, and give the turn back; the number of its last record.

        Raises ServerUnreachable (75) when it is certain that nothing was kept, OutcomeUnknown (74) when nothing is."""
        records = self._sealed(self._seq, self._ledger, write_id, content)
        try:
            self.log.append(records)
        except AnswerLost as error:
            self._look_up(records, str(error))
        return records[-1].seq

    def look_up(self, seq: int, ledger: bytes, write_id: bytes, content: bytes, reason: str) -> int:
        """What became of a write that another process was to append after record `seq`: the number of its last record.

        Raises as `append`."""
        records = self._sealed(seq, ledger, write_id, content)
        self._look_up(records, reason)
        return records[-1].seq

    def release(self) -> None:
        """Give the turn back."""
        self.log.release()

    def pull(self, seq: int, ledger: bytes) -> Fetched:
        """The writes after record `seq`, without a turn. Raises as `lock`."""
        return self._opened(self.log.pull(seq), seq, ledger)[0]

    def wait(self, seq: int, seconds: float) -> int:
        """As `contract.Log.wait`."""
        return self.log.wait(seq, seconds)

    def close(self) -> None:
        """End the connection."""
        self.log.close()

    def direct(self) -> DirectLink:
        """Itself: a link through the relay gives the way without it."""
        return self

    def _sealed(self, after: int, ledger: bytes, write_id: bytes, content: bytes) -> list[Record]:
        """The records of a write that follows record `after`."""
        chunks = [content[start : start + PART_BYTES] for start in range(0, len(content), PART_BYTES)]
        records = []
        for part, chunk in enumerate(chunks):
            seq = after + 1 + part
            part_id = part_write_id(write_id, part, len(chunks))
            plain = part.to_bytes(4, "big") + len(chunks).to_bytes(4, "big") + chunk
            records.append(Record(seq, part_id, self.seal.seal(self.format, seq, ledger, part_id, plain)))
        return records

    def _opened(self, tail: Tail, seq: int, ledger: bytes) -> tuple[Fetched, bytes]:
        """The whole writes of a tail, and the ledger after them."""
        if tail.ended and not self.ended_too:
            raise LogEnded
        if tail.format > self.format:
            raise NewerLog(found=tail.format, known=self.format)
        if tail.seq < seq:
            raise LogTampered(expected=f"record {seq} or a later one", found=f"record {tail.seq} as its newest")
        if seq < tail.floor:
            raise BehindLog(seq=seq, floor=tail.floor)
        writes: list[tuple[int, bytes]] = []
        chunks: list[bytes] = []
        expected, records = seq, tail.records
        while True:
            for record in records:
                expected += 1
                if record.seq != expected:
                    raise LogTampered(expected=f"record {expected}", found=f"record {record.seq}")
                plain = self.seal.open(self.format, expected, ledger, record.write_id, record.sealed)
                if plain is None:
                    raise LogTampered(
                        expected=f"record {expected} on ledger {ledger.hex()[:16]}",
                        found="one that was altered, moved, or written on another history",
                    )
                part, parts = int.from_bytes(plain[:4], "big"), int.from_bytes(plain[4:_PART_HEAD], "big")
                if part != len(chunks) or part >= parts:
                    raise LogTampered(expected=f"part {len(chunks)} of a write in record {expected}", found=f"{part}")
                chunks.append(plain[_PART_HEAD:])
                if len(chunks) == parts:
                    content = b"".join(chunks)
                    ledger = ledger_of(content)
                    writes.append((expected, content))
                    chunks = []
            if not chunks:
                break
            records = self.log.pull(expected).records  # the rest of a write that is longer than what comes at once
            if not records:
                raise LogTampered(expected=f"record {expected + 1}", found="none")
        if not writes and tail.seq > seq:
            raise LogTampered(expected=f"record {seq + 1}", found="none")
        return Fetched(max(tail.seq, expected), 0, writes), ledger

    def _look_up(self, records: list[Record], reason: str) -> None:
        """Find out what became of an append whose answer was lost. Who gets the turn sees it, or it will never be."""
        deadline = time.monotonic() + LOOKUP_SECONDS
        last = records[-1]
        while True:
            try:
                tail = self.log.lock(last.seq - 1, int(LOOKUP_SECONDS * 1000))
                break
            except ServerUnreachable as error:
                if time.monotonic() >= deadline:
                    raise OutcomeUnknown(reason=reason) from error
                time.sleep(LOOKUP_PAUSE_SECONDS)
        self.log.release()
        if tail.floor >= last.seq:
            raise OutcomeUnknown(reason="the log was compacted before its answer could be looked up")
        for record in tail.records:
            if record.seq == last.seq and record.write_id == last.write_id and record.sealed == last.sealed:
                return
        raise ServerUnreachable(reason=reason)


def part_write_id(write_id: bytes, part: int, parts: int) -> bytes:
    """The write id of one part; the last one has the write's own."""
    if part == parts - 1:
        return write_id
    return blake2b(part.to_bytes(4, "big"), key=write_id, digest_size=WRITE_ID_BYTES).digest()
