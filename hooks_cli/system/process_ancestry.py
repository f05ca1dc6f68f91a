"""Lists the ancestors of this process from /proc, so that a session can find its later commands.

An agent's shell lines are short-lived processes below one long-lived agent. A session that is opened or restored is bound to the
`holders` of that call: the shells that were started for it, up to the first ancestor that had been running before, which is the agent or
its shell. What is above that (a terminal, a multiplexer, a harness) has other children, too. A pid counts together with its start time, so
that a reused pid is not mistaken. Process 1 is left out: everything descends from it.
"""

from __future__ import annotations

import os
import time

DEPTH = 12
# A process that has been running for so long was not started for the call.
SETTLED_SECONDS = 10


def ancestors() -> list[tuple[int, int]]:
    """(pid, start time in clock ticks since boot) of the parent, its parent and so on, nearest first; [] where /proc is not there."""
    found: list[tuple[int, int]] = []
    pid = os.getppid()
    while pid > 1 and len(found) < DEPTH:
        facts = _facts(pid)
        if facts is None:
            break
        parent, start = facts
        found.append((pid, start))
        pid = parent
    return found


def holders(chain: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The part of `ancestors` up to the first process that had been running for 10 seconds; its first where ages are not known."""
    try:
        tick = os.sysconf("SC_CLK_TCK")
        settled = (time.clock_gettime(time.CLOCK_BOOTTIME) - SETTLED_SECONDS) * tick
    except (AttributeError, OSError, ValueError):
        return chain[:1]
    for number, (_, start) in enumerate(chain):
        if start <= settled:
            return chain[: number + 1]
    return chain


def _facts(pid: int) -> tuple[int, int] | None:
    """(parent's pid, start time) from /proc/PID/stat; the command's name in it may hold spaces and parentheses."""
    try:
        descriptor = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        line = os.read(descriptor, 4096)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    fields = line[line.rindex(b")") + 2 :].split()
    return int(fields[1]), int(fields[19])


def started(pid: int) -> int | None:
    """The start time of a process in clock ticks since boot; None when there is none, or where the system does not show it."""
    facts = _facts(pid)
    return None if facts is None else facts[1]


def alive(pid: int, start: int) -> bool:
    """Whether the process that had this pid and start time is still running (0: the start time is not known)."""
    if os.path.isdir("/proc/self"):
        return started(pid) == start and not _is_dead(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _is_dead(pid: int) -> bool:
    """Whether it has ended and only waits for its parent to notice."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            line = file.read(4096)
    except OSError:
        return True
    return line[line.rindex(b")") + 2 :].split()[0] in (b"Z", b"X")
