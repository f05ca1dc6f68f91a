"""Scripted programs for the tests of `features/processes`: `python workers.py NAME ARGUMENT…`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

LONG = 600


def say(word: str) -> None:
    os.write(1, f"{word}\n".encode())


def note(path: str) -> None:
    """Write this process's pid, whole, so that a test can wait for the file."""
    with open(path + ".new", "w") as file:
        file.write(str(os.getpid()))
    os.rename(path + ".new", path)


def detach(path: str, environ: dict[str, str]) -> None:
    """Start a sleeper that double-forked into a session of its own; its pid is in `path` when this returns."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execve(sys.executable, [sys.executable, "-IS", __file__, "sleep", path], environ)
        os._exit(0)
    while not os.path.exists(path):
        time.sleep(0.005)


def main(name: str, *rest: str) -> int:
    if name == "exit":
        return int(rest[0])
    if name == "echo-stdin":
        os.write(1, sys.stdin.buffer.read())
    elif name == "print-environment":
        for each in sorted(os.environ):
            say(f"{each}={os.environ[each]}")
    elif name == "sleep":
        note(rest[0])
        time.sleep(LONG)
    elif name == "ignore-term":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        note(rest[0])
        while True:
            time.sleep(LONG)
    elif name == "term-writes":
        signal.signal(signal.SIGTERM, lambda *_: (say("ending"), os._exit(7)))
        note(rest[0])
        time.sleep(LONG)
    elif name == "double-fork":
        detach(rest[0], dict(os.environ))
    elif name == "double-fork-bare":
        detach(rest[0], {})
    elif name == "bare-child":
        # No mark, another session, but a living marked parent.
        subprocess.Popen([sys.executable, "-IS", __file__, "sleep", rest[0]], env={}, start_new_session=True)
        time.sleep(LONG)
    elif name == "flood":
        block = b"x" * 65536
        for _ in range(int(rest[0]) << 4):
            os.write(1, block)
            os.write(2, block[:4096])
        say("done")
    elif name == "fork-all-the-time":
        note(rest[0])
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:  # each lives for 0.2 s and has a successor by then
            if os.fork() == 0:
                time.sleep(0.02)
                continue
            time.sleep(0.1)
            os._exit(0)
    elif name == "finish-later":
        note(rest[0])
        while not os.path.exists(rest[1]):
            time.sleep(0.005)
        say("finished")
        return 5
    elif name == "kill-self":
        os.kill(os.getpid(), signal.SIGKILL)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
