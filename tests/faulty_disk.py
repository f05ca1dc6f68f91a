"""A disk that can fail and lose power, below the cipher: an SQLite VFS that notes every write, truncation and sync of the real files.

A test runs the product on it (`Disk.mounted`), and then asks what the disk would hold if the power had gone after the n-th operation
(`Disk.after_power_loss`). What was synced is there. What was written later may be there wholly, not at all, in part, or out of order:
each of these `WEATHERS` is tried. `fail_at` makes the n-th operation fail instead.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hooks_cli.system.apsw_import import apsw

SECTOR = 512
LAYERED = "multipleciphers-faulty"
# What becomes of writes that were not synced when the power goes.
WEATHERS = ("none", "all", "first half", "any of them", "torn")


class Operation:
    """`kind` is write, truncate or sync, on the file `name`; `data` at `offset`, or the new size in `offset`."""

    __slots__ = ("data", "kind", "name", "offset")

    def __init__(self, kind: str, name: str, offset: int = 0, data: bytes = b"") -> None:
        self.kind = kind
        self.name = name
        self.offset = offset
        self.data = data


class Disk:
    """The operations so far. `marks` are places in them that a test notes (what was acknowledged by then)."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.begun: dict[str, bytes] = {}
        self.fail_at = -1
        self.error: type[Exception] = apsw.IOError
        self.short = False

    def note(self, operation: Operation) -> None:
        """Take part in an operation, or fail it."""
        if len(self.operations) == self.fail_at:
            self.fail_at = -1
            raise self.error("the disk fails")
        self.operations.append(operation)

    @contextmanager
    def mounted(self, folder: Path) -> Iterator[Disk]:
        """All databases that are opened meanwhile lie on this disk, which begins with the files of `folder`."""
        self.begun = {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        before = apsw.vfs_names()[0]
        _Vfs.mount(self)
        # The cipher layer makes itself a layer above any VFS that it is asked for by name.
        apsw.Connection(str(folder / "layer"), vfs=LAYERED).close()
        apsw.set_default_vfs(LAYERED)
        try:
            yield self
        finally:
            apsw.set_default_vfs(before)

    def after_power_loss(self, count: int, weather: str, seed: int = 0) -> dict[str, bytes]:
        """The files, by path, when the power went after the first `count` operations."""
        durable = {name: bytearray(content) for name, content in self.begun.items()}
        pending: dict[str, list[Operation]] = {}
        for operation in self.operations[:count]:
            if operation.kind == "sync":
                for one in pending.pop(operation.name, []):
                    _apply(durable, one)
            else:
                pending.setdefault(operation.name, []).append(operation)
        chance = random.Random(seed)
        for operations in pending.values():
            for one in _survivors(operations, weather, chance):
                _apply(durable, one)
        return {name: bytes(content) for name, content in durable.items()}


def _survivors(operations: list[Operation], weather: str, chance: random.Random) -> list[Operation]:
    if weather == "all":
        return operations
    if weather == "first half":
        return operations[: len(operations) // 2]
    if weather == "any of them":
        return [one for one in operations if chance.random() < 0.5]
    if weather == "torn" and operations:
        last = operations[-1]
        keep = SECTOR * chance.randrange(0, max(1, len(last.data) // SECTOR))
        return (
            [*operations[:-1], Operation(last.kind, last.name, last.offset, last.data[:keep])]
            if last.data
            else operations
        )
    return []


def _apply(files: dict[str, bytearray], operation: Operation) -> None:
    content = files.setdefault(operation.name, bytearray())
    if operation.kind == "truncate":
        del content[operation.offset :]
        content.extend(bytes(operation.offset - len(content)))
    elif operation.data:
        content.extend(bytes(max(0, operation.offset - len(content))))
        content[operation.offset : operation.offset + len(operation.data)] = operation.data


class _Vfs(apsw.VFS):
    """One for the whole process: the cipher layer above it holds on to it."""

    mounted: _Vfs | None = None
    disk: Disk

    @classmethod
    def mount(cls, disk: Disk) -> None:
        """Make `disk` the one that is written to."""
        if cls.mounted is None:
            cls.mounted = cls("faulty", "unix")
        cls.mounted.disk = disk

    def xOpen(self, name: object, flags: list[int]) -> _File:  # noqa: N802
        return _File(self.disk, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        self.disk.note(Operation("truncate", filename, 0))
        super().xDelete(filename, syncdir)


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: object, flags: list[int]) -> None:
        self.disk = disk
        self.name = str(name.filename() if isinstance(name, apsw.URIFilename) else name)
        super().__init__("unix", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        data = bytes(data)
        try:
            self.disk.note(Operation("write", self.name, offset, data))
        except Exception:
            if self.disk.short:
                super().xWrite(data[: len(data) // 2], offset)
            raise
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self.disk.note(Operation("truncate", self.name, newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self.disk.note(Operation("sync", self.name))
        super().xSync(flags)


def restored(files: dict[str, bytes], folder: Path, place: Path) -> None:
    """Write the files of `folder` as the disk has them to `place`, without the shared memory that no power loss leaves."""
    for name, content in files.items():
        if name.endswith("-shm"):
            continue
        target = place / os.path.relpath(name, folder)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        target.write_bytes(content)
        target.chmod(0o600)
