"""The running processes of this user, read from /proc, and which of them belong to an attempt.

A process belongs to an attempt when it carries the attempt's mark in its environment, is in the session of the attempt's first process,
or descends from a process that belongs to it. A process that was started with an empty environment, in a session of its own, and whose
parents have all ended, is found only by `subreaper` while the orchestrator lives.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from typing import NamedTuple

from hooks_cli.features.processes.variables import MARK, marks_in

# The kernel allows more, but a longer environment is not read: 1 MiB is 30 times what a busy shell has.
LONGEST_ENVIRONMENT = 1 << 20
ENDED_STATES = ("Z", "X")


class ProcessRow(NamedTuple):
    """One process: `start` in clock ticks since boot, `cpu_ticks` used so far, `resident_pages` of memory."""

    pid: int
    parent: int
    group: int
    session: int
    state: str
    start: int
    cpu_ticks: int
    resident_pages: int

    @property
    def running(self) -> bool:
        """Whether it has not ended. A process that only waits to be collected by its parent has."""
        return self.state not in ENDED_STATES


class Identity(NamedTuple):
    """A process that cannot be mistaken for a later one with the same pid: `start` as in ProcessRow, 0 where it is not known."""

    pid: int
    start: int


def supported() -> bool:
    """Whether the system shows its processes in /proc."""
    return os.path.isdir("/proc/self/fd")


def reach() -> str:
    """What ending an attempt covers here: `marks` (every process that it started) or `group` (its process group alone)."""
    return "marks" if supported() else "group"


def read(pid: int) -> ProcessRow | None:
    """One process; None when there is none, or where the system does not show it."""
    line = _contents(f"/proc/{pid}/stat", 4096)
    if not line:
        return None
    # The command's name stands in parentheses and may hold spaces and parentheses itself.
    fields = line[line.rindex(b")") + 2 :].split()
    return ProcessRow(
        pid,
        parent=int(fields[1]),
        group=int(fields[2]),
        session=int(fields[3]),
        state=fields[0].decode(),
        start=int(fields[19]),
        cpu_ticks=int(fields[11]) + int(fields[12]),
        resident_pages=int(fields[21]),
    )


def is_ours(pid: int) -> bool:
    """Whether the process runs as this user."""
    try:
        return os.stat(f"/proc/{pid}").st_uid == os.geteuid()
    except OSError:
        return False


def table() -> dict[int, ProcessRow]:
    """All processes of this user by pid; empty where the system does not show them."""
    try:
        names = os.listdir("/proc")
    except OSError:
        return {}
    found = {}
    for name in names:
        if name.isdigit() and is_ours(int(name)):
            row = read(int(name))
            if row is not None:
                found[row.pid] = row
    return found


def marks_of(pid: int) -> tuple[str, ...]:
    """The marks in a process's environment; () when it has none or may not be read."""
    whole = b"\0" + _contents(f"/proc/{pid}/environ", LONGEST_ENVIRONMENT)
    at = whole.find(b"\0" + MARK.encode() + b"=")
    if at < 0:
        return ()
    return marks_in(whole[at + len(MARK) + 2 :].partition(b"\0")[0].decode("ascii", "replace"))


def members(
    marks: Collection[str], leaders: Iterable[Identity] = (), rows: dict[int, ProcessRow] | None = None
) -> dict[int, ProcessRow]:
    """The processes of the attempts with these marks and first processes (`leaders`), ended ones left out; never this process.

    `rows` is a table read before; without it the table is read now.
    """
    rows = table() if rows is None else rows
    sessions = {leader.pid for leader in leaders if leader.pid in rows and rows[leader.pid].start == leader.start}
    wanted = frozenset(marks)
    found = {
        pid
        for pid, row in rows.items()
        if row.running and (row.session in sessions or (wanted and not wanted.isdisjoint(marks_of(pid))))
    }
    found |= sessions
    children: dict[int, list[int]] = {}
    for row in rows.values():
        children.setdefault(row.parent, []).append(row.pid)
    waiting = list(found)
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    found.discard(os.getpid())
    return {pid: rows[pid] for pid in found if rows[pid].running}


def _contents(path: str, limit: int) -> bytes:
    """What a file in /proc holds; b"" when the process has ended or may not be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    parts = []
    try:
        while limit > 0 and (part := os.read(descriptor, min(limit, 65536))):
            parts.append(part)
            limit -= len(part)
    except OSError:
        pass
    finally:
        os.close(descriptor)
    return b"".join(parts)
