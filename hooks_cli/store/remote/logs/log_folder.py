"""A shared log in a folder on one disk, for tests and for trying the feature out. Contract: `contract`.

head            JSON: seq, floor, format, ended, label; renaming a new one over it is the commit
turn            flock: whose turn it is
records/SEQ     write id and sealed bytes; those above the head's seq were never committed
snapshots/SEQ-ID-PARTS-LEDGER/PART, readers/MACHINE
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time

from hooks_cli.store.remote.contract import PULL_BYTES, WRITE_ID_BYTES, Reader, Record, Snapshot, Tail, Usage
from hooks_cli.store.remote.failures import LogBusy, LogGone, LogTampered, ServerUnreachable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

POLL_SECONDS = 0.002
END_MS = 30_000


class FolderLog:
    """The log `log_id` below an existing folder; implements `contract.LogStorage`."""

    def __init__(self, folder: str, log_id: bytes) -> None:
        self.log_id = log_id
        self.root = folder
        self.folder = os.path.join(folder, log_id.hex())
        self._turn = -1

    # --- the five methods ----------------------------------------------------------------------------------------------
    def lock(self, after: int, budget_ms: int) -> Tail:
        self._head()
        descriptor = os.open(os.path.join(self.folder, "turn"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + budget_ms / 1000
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() >= deadline:
                    os.close(descriptor)
                    raise LogBusy(seconds=f"{budget_ms / 1000:g}") from None
                time.sleep(POLL_SECONDS)
        self._turn = descriptor
        return self.pull(after)

    def append(self, records: list[Record]) -> None:
        head = self._head()
        if self._turn < 0 or head["ended"] or [r.seq for r in records] != _following(head["seq"], len(records)):
            raise RuntimeError("append without a turn, or with wrong numbers")
        for record in records:
            _write(self._record(record.seq), record.write_id + record.sealed)
        self._set_head(head | {"seq": head["seq"] + len(records)})
        self.release()

    def release(self) -> None:
        descriptor, self._turn = self._turn, -1
        if descriptor >= 0:
            os.close(descriptor)

    def pull(self, after: int) -> Tail:
        head = self._head()
        records: list[Record] = []
        size = 0
        for seq in range(max(after, head["floor"]) + 1, head["seq"] + 1):
            try:
                with open(self._record(seq), "rb") as file:
                    content = file.read()
            except FileNotFoundError:
                continue
            records.append(Record(seq, content[:WRITE_ID_BYTES], content[WRITE_ID_BYTES:]))
            size += len(content)
            if size >= PULL_BYTES:
                break
        return Tail(head["seq"], head["floor"], head["format"], head["ended"], records)

    def wait(self, after: int, seconds: float) -> int:
        deadline = time.monotonic() + seconds
        while (seq := int(self._head()["seq"])) <= after and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        return seq

    def close(self) -> None:
        self.release()

    # --- what the cold verbs need --------------------------------------------------------------------------------------
    def make_tables(self) -> None:
        if not os.path.isdir(self.root):
            raise ServerUnreachable(reason=f"the folder {self.root} is not there")

    def labels(self) -> list[tuple[bytes, bytes]]:
        found = []
        for name in sorted(os.listdir(self.root)):
            path = os.path.join(self.root, name, "head")
            if os.path.exists(path):
                with open(path, encoding="utf-8") as file:
                    head = json.load(file)
                if not head["ended"]:
                    found.append((bytes.fromhex(name), bytes.fromhex(head["label"])))
        return found

    def create(self, format: int, label: bytes, snapshot: Snapshot, parts: Iterable[bytes]) -> bool:
        if os.path.exists(os.path.join(self.folder, "head")):
            head = self._head()
            if head["seq"] != snapshot.seq or head["ended"] or self.readers():
                return False
            shutil.rmtree(self.folder)
        for name in ("records", "snapshots", "readers"):
            os.makedirs(os.path.join(self.folder, name), 0o700)
        self.put_snapshot(snapshot, parts)
        self._set_head(
            {"seq": snapshot.seq, "floor": snapshot.seq, "format": format, "ended": False, "label": label.hex()}
        )
        return True

    def put_snapshot(self, snapshot: Snapshot, parts: Iterable[bytes]) -> None:
        place = self._snapshot(snapshot)
        os.makedirs(place + ".new", 0o700)
        for number, part in enumerate(parts):
            _write(os.path.join(place + ".new", str(number)), part)
        os.rename(place + ".new", place)

    def newest_snapshot(self) -> Snapshot | None:
        found = self._snapshots()
        return found[-1] if found else None

    def snapshot_part(self, snapshot: Snapshot, part: int) -> bytes:
        try:
            with open(os.path.join(self._snapshot(snapshot), str(part)), "rb") as file:
                return file.read()
        except FileNotFoundError:
            raise LogTampered(expected=f"part {part} of the snapshot {snapshot.seq}", found="none") from None

    def compact(self, snapshot_seq: int, upto: int) -> int:
        head = self._head()
        snapshots = self._snapshots()
        if upto > snapshot_seq or snapshot_seq not in [found.seq for found in snapshots] or upto < head["floor"]:
            return int(head["floor"])
        self._set_head(head | {"floor": upto})
        for seq in range(head["floor"] + 1, upto + 1):
            if os.path.exists(self._record(seq)):
                os.unlink(self._record(seq))
        for found in snapshots:
            if found.seq < snapshot_seq:
                shutil.rmtree(self._snapshot(found))
        return upto

    def set_format(self, format: int) -> None:
        self._set_head(self._head() | {"format": format})

    def end(self, seq: int) -> bool:
        tail = self.lock(seq, END_MS)
        if tail.seq == seq:
            self._set_head(self._head() | {"ended": True})
        self.release()
        return tail.seq == seq

    def note_reader(self, machine: bytes, seq: int, label: bytes, left: bool = False) -> None:
        said = {"seq": seq, "at": time.time_ns() // 1_000_000, "label": label.hex(), "left": left}
        _write(os.path.join(self.folder, "readers", machine.hex()), json.dumps(said).encode())

    def readers(self) -> list[Reader]:
        found = []
        for name in sorted(os.listdir(os.path.join(self.folder, "readers"))):
            if "." in name:
                continue
            with open(os.path.join(self.folder, "readers", name), encoding="utf-8") as file:
                said = json.load(file)
            found.append(
                Reader(bytes.fromhex(name), said["seq"], said["at"], bytes.fromhex(said["label"]), said["left"])
            )
        return found

    def usage(self) -> Usage:
        head = self._head()
        sizes = [
            os.stat(self._record(seq)).st_size - WRITE_ID_BYTES
            for seq in range(head["floor"] + 1, head["seq"] + 1)
            if os.path.exists(self._record(seq))
        ]
        parts = [
            os.stat(os.path.join(self._snapshot(found), str(part))).st_size
            for found in self._snapshots()
            for part in range(found.parts)
        ]
        return Usage(len(sizes), sum(sizes), sum(parts))

    # -------------------------------------------------------------------------------------------------------------------
    def _head(self) -> dict[str, Any]:
        try:
            with open(os.path.join(self.folder, "head"), encoding="utf-8") as file:
                found: dict[str, Any] = json.load(file)
                return found
        except FileNotFoundError:
            if not os.path.isdir(self.root):
                raise ServerUnreachable(reason=f"the folder {self.root} is not there") from None
            raise LogGone from None

    def _set_head(self, head: dict[str, Any]) -> None:
        _write(os.path.join(self.folder, "head"), json.dumps(head).encode())

    def _record(self, seq: int) -> str:
        return os.path.join(self.folder, "records", f"{seq:016d}")

    def _snapshot(self, snapshot: Snapshot) -> str:
        name = f"{snapshot.seq:016d}-{snapshot.snapshot_id.hex()}-{snapshot.parts}-{snapshot.ledger.hex()}"
        return os.path.join(self.folder, "snapshots", name)

    def _snapshots(self) -> list[Snapshot]:
        found = []
        for name in sorted(os.listdir(os.path.join(self.folder, "snapshots"))):
            seq, snapshot_id, parts, ledger = name.split("-")
            if not ledger.endswith(".new"):
                found.append(Snapshot(int(seq), bytes.fromhex(snapshot_id), int(parts), bytes.fromhex(ledger)))
        return found


def _following(seq: int, count: int) -> list[int]:
    return list(range(seq + 1, seq + 1 + count))


def _write(path: str, content: bytes) -> None:
    draft = f"{path}.{os.getpid()}.new"
    with open(draft, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.rename(draft, path)
