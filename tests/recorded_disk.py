"""The system calls of a real process, recorded, and what a disk would hold if the power had gone after any of them.

`record` runs a command under strace(1) and keeps every call that changes a file below a folder. `Recording.after_power_loss` plays them
again up to a point, on a disk that promises no more than POSIX does: what a file holds is safe once the file was synced, a name once its
folder was synced, each apart from the other, and what was not synced may be there or not, in any order (Pillai et al., "All File Systems
Are Not Created Equal", OSDI 2014). `failing` runs the command with one of its calls made to fail.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

STRACE = shutil.which("strace")
SECTOR = 512
# What becomes of what was not synced when the power goes; "any N" is a random part of it, names and contents each on their own.
WEATHERS = ("none", "all", "names", "contents", "torn", "in order", "any 1", "any 2", "any 3")
CALLS = (
    "openat,open,creat,close,dup,dup2,dup3,write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range,ftruncate,truncate,fallocate,"
    "fsync,fdatasync,sync_file_range,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir"
)
# The calls whose failure a program has to bear, as the kernel names them.
FALLIBLE = ("write", "pwrite64", "ftruncate", "fsync", "fdatasync", "rename", "link", "unlink", "mkdir")
_LINE = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+)(?: .*)?$")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


class Inode:
    """What a file holds safely, and the writes since: (offset, data), or (size, None) for a truncation."""

    def __init__(self, content: bytes = b"") -> None:
        self.safe = bytearray(content)
        self.pending: list[tuple[int, bytes | None]] = []


class Call:
    """A call that opened a file or changed something. `number` counts the calls of this name in the process, from 1, as strace does."""

    def __init__(self, name: str, kernel_name: str, number: int, arguments: tuple[object, ...]) -> None:
        self.name = name
        self.kernel_name = kernel_name
        self.number = number
        self.arguments = arguments


class Recording:
    """What a process did to the files below `folder`, which held `begun` before."""

    def __init__(self, folder: Path, begun: dict[str, bytes], folders: set[str]) -> None:
        self.folder = folder
        self.begun = begun
        self.folders = folders
        self.calls: list[Call] = []
        self.lies = False  # whether syncs did nothing

    def after_power_loss(self, count: int, weather: str) -> dict[str, bytes]:
        """The files by their paths below the folder, when the power went after the first `count` calls."""
        play = _Play(self)
        for call in self.calls[:count]:
            play.take(call, self.lies)
        return play.left(weather, random.Random(f"{weather} {count}"))


class _Play:
    def __init__(self, recording: Recording) -> None:
        self.safe: dict[str, Inode | None] = {path: Inode(content) for path, content in recording.begun.items()}
        self.safe.update(dict.fromkeys(recording.folders))
        self.now = dict(self.safe)
        self.changes: list[list[tuple[str, Inode | bool | None]]] = []  # not synced yet; False takes a name away
        self.open: dict[int, tuple[Inode | None, str, int]] = {}  # descriptor -> inode, path, position

    def take(self, call: Call, lies: bool) -> None:
        name, arguments = call.name, call.arguments
        if name == "open":
            descriptor, path, made, emptied = arguments
            assert isinstance(path, str) and isinstance(descriptor, int)
            if made and path not in self.now:
                self._name([(path, Inode())])
            inode = self.now.get(path)
            if emptied and inode is not None:
                inode.pending.append((0, None))
            self.open[descriptor] = (inode, path, 0)
        elif name == "write":
            descriptor, data, offset = arguments
            assert isinstance(descriptor, int) and isinstance(data, bytes)
            inode, path, position = self.open[descriptor]
            assert inode is not None
            if offset is None:
                self.open[descriptor] = (inode, path, position + len(data))
            inode.pending.append((position if offset is None else int(str(offset)), data))
        elif name == "truncate":
            inode = self.open[int(str(arguments[0]))][0]
            assert inode is not None
            inode.pending.append((int(str(arguments[1])), None))
        elif name == "sync" and not lies:
            inode, path, _ = self.open[int(str(arguments[0]))]
            if inode is not None:
                for one in inode.pending:
                    _apply(inode.safe, one)
                inode.pending.clear()
            else:
                self._sync_names(path)
        elif name == "rename":
            old, new = map(str, arguments)
            self._name([(new, self.now[old]), (old, False)])
        elif name == "link":
            old, new = map(str, arguments)
            self._name([(new, self.now[old])])
        elif name == "unlink":
            self._name([(str(arguments[0]), False)])
        elif name == "mkdir":
            self._name([(str(arguments[0]), None)])

    def _name(self, changes: list[tuple[str, Inode | bool | None]]) -> None:
        _change(self.now, changes)
        self.changes.append(changes)

    def _sync_names(self, folder: str) -> None:
        kept = []
        for changes in self.changes:
            if any(os.path.dirname(path) == folder for path, _ in changes):
                _change(self.safe, changes)
            else:
                kept.append(changes)
        self.changes = kept

    def left(self, weather: str, chance: random.Random) -> dict[str, bytes]:
        names = dict(self.safe)
        for changes in _part(self.changes, weather, "names", chance):
            _change(names, changes)
        files = {}
        for path, inode in names.items():
            if inode is None or not _reachable(path, names):
                continue
            content = bytearray(inode.safe)
            pending = _part(inode.pending, weather, "contents", chance)
            if weather == "torn" and pending and pending[-1][1]:
                at, data = pending[-1]
                pending = [
                    *pending[:-1],
                    (at, (data or b"")[: SECTOR * chance.randrange(max(1, len(data or b"") // SECTOR))]),
                ]
            for one in pending:
                _apply(content, one)
            files[path] = bytes(content)
        return files


def _part(things: list[Any], weather: str, kind: str, chance: random.Random) -> list[Any]:
    if weather in ("all", "torn", kind):
        return things
    if weather == "in order":
        return things[: chance.randrange(len(things) + 1)]
    if weather.startswith("any"):
        return [one for one in things if chance.random() < 0.5]
    return []


def _change(names: dict[str, Inode | None], changes: list[tuple[str, Inode | bool | None]]) -> None:
    for path, inode in changes:
        if inode is False:
            names.pop(path, None)
        elif not isinstance(inode, bool):
            names[path] = inode


def _reachable(path: str, names: dict[str, Inode | None]) -> bool:
    folder = os.path.dirname(path)
    return not folder or (folder in names and _reachable(folder, names))


def _apply(content: bytearray, one: tuple[int, bytes | None]) -> None:
    at, data = one
    if data is None:
        del content[at:]
        content.extend(bytes(at - len(content)))
    elif data:
        content.extend(bytes(max(0, at - len(content))))
        content[at : at + len(data)] = data


def record(argv: list[str], folder: Path, log: Path, *, cwd: Path, env: dict[str, str], stdin: str = "") -> Recording:
    """Run the command, which has to succeed, and keep what it does to the files below `folder`."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    begun = {os.path.relpath(path, folder): path.read_bytes() for path in files if not path.name.endswith("-shm")}
    folders = {os.path.relpath(path, folder) for path in folder.rglob("*") if path.is_dir()}
    recording = Recording(folder, begun, folders)
    assert STRACE is not None
    call = [STRACE, "-f", "-o", str(log), "-xx", "-s", str(1 << 26), "-e", f"trace={CALLS}", "-e", "signal=none", *argv]
    done = subprocess.run(call, cwd=cwd, env=env, input=stdin, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    _parse(log, recording, str(cwd))
    return recording


def failing(
    call: Call, error: str, argv: list[str], *, cwd: Path, env: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run the command with this call failing once."""
    inject = f"inject={call.kernel_name}:error={error}:when={call.number}"
    return subprocess.run(
        [str(STRACE), "-f", "-o", os.devnull, "-e", inject, *argv],
        cwd=cwd, env=env, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def laid_down(files: dict[str, bytes], place: Path) -> None:
    """Write the files as the disk has them."""
    shutil.rmtree(place, ignore_errors=True)
    for name, content in files.items():
        target = place / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        target.write_bytes(content)
        target.chmod(0o600)


def _parse(log: Path, recording: Recording, cwd: str) -> None:
    counts: dict[str, int] = {}
    followed: set[int] = set()
    processes: set[str] = set()
    root = str(recording.folder)

    def inside(text: str) -> str | None:
        path = os.path.normpath(os.path.join(cwd, text))
        return os.path.relpath(path, root) if path.startswith(root + "/") and not path.endswith("-shm") else None

    for line in log.read_text().splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        process, name, text, result = match[1], match[2], match[3], int(match[4])
        processes.add(process)
        counts[name] = counts.get(name, 0) + 1
        texts = [bytes.fromhex(found.replace("\\x", "")) for found in _TEXT.findall(text)]
        plain = _TEXT.sub('""', text).split(", ")
        made: tuple[object, ...] | None = None
        if result < 0:
            continue
        if name == "openat":
            followed.discard(result)
            path = inside(os.fsdecode(texts[0]))
            if path is not None:
                assert plain[0] == "AT_FDCWD" or texts[0].startswith(b"/")
                assert "O_APPEND" not in plain[2]
                followed.add(result)
                made = ("open", result, path, "O_CREAT" in plain[2], "O_TRUNC" in plain[2])
        elif name in ("rename", "link"):
            paths = [inside(os.fsdecode(one)) for one in texts]
            if any(paths):
                assert all(paths), line
                made = (name, *paths)
        elif name in ("unlink", "mkdir"):
            path = inside(os.fsdecode(texts[0]))
            made = (name, path) if path is not None else None
        elif name == "close":
            followed.discard(int(plain[0]))
        elif int(plain[0] if plain[0].isdigit() else -1) in followed:
            descriptor = int(plain[0])
            if name in ("write", "pwrite64"):
                made = ("write", descriptor, texts[0][:result], int(plain[3]) if name == "pwrite64" else None)
            elif name == "ftruncate":
                made = ("truncate", descriptor, int(plain[1]))
            elif name in ("fsync", "fdatasync"):
                made = ("sync", descriptor)
            else:
                raise AssertionError(f"the model does not know {name}: {line[:200]}")
        else:
            assert not any(inside(os.fsdecode(one)) for one in texts if one.startswith(b"/")), (
                f"not known: {line[:200]}"
            )
        if made is not None:
            recording.calls.append(Call(str(made[0]), name, counts[name], made[1:]))
    assert len(processes) == 1, "the model follows one process"
