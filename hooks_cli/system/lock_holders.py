"""Which processes hold a lock on a file, read from /proc/locks: for the error of a call that waited in vain. Linux only.

Of a process of this program its verb is told and nothing else: the other words of its command line may be values.
"""

from __future__ import annotations

import os

from hooks_cli.errors import Busy

MOST = 3


def in_use(store_path: str, seconds: float, ending: str) -> Busy:
    """The error (75) of a call that waited so long for a store; the hint names who holds the lock file with this ending."""
    error = Busy(store=store_path, seconds=f"{seconds:g}")
    holders = told(store_path + ending)
    if holders:
        error.hint_text = f"It is held by {holders}. Try again, or look at it: ps -o pid,stat,etime,cmd -p PID"
    return error


def told(*paths: str) -> str:
    """`process 1234 (hooks-cli memory import)`, several separated by commas; "" where the holders cannot be found."""
    return ", ".join(f"process {pid} ({program(pid)})" for pid in _holders(paths)[:MOST])


def _holders(paths: tuple[str, ...]) -> list[int]:
    """The processes with a lock on one of the files that is granted, without this one."""
    files = set()
    for path in paths:
        try:
            status = os.stat(path)
        except OSError:
            continue
        files.add(f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}")
    found: dict[int, None] = {}
    try:
        with open("/proc/locks", encoding="ascii") as file:
            for line in file:
                # `1: FLOCK  ADVISORY  WRITE 1234 fe:00:56 0 EOF`; who waits has `->` behind the number.
                words = line.split()
                if len(words) > 5 and words[1] != "->" and words[5] in files and words[4].isdigit():
                    found[int(words[4])] = None
    except OSError:
        return []
    found.pop(os.getpid(), None)
    return list(found)


def program(pid: int) -> str:
    """The program of a process, and of this one the group and the verb that it runs."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = [word.decode("utf-8", "replace") for word in file.read(4096).split(b"\0")]
    except OSError:
        return "of another user"
    for at, word in enumerate(words):
        if word.endswith("hooks_cli/__main__.py"):
            verb = [name for name in words[at + 1 : at + 3] if name.replace("-", "").isalpha() and name.islower()]
            return " ".join(["hooks-cli", *verb])
    name = os.path.basename(words[0])
    return name if name.isprintable() and name else "without a name"
