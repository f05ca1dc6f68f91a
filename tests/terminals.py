"""A program on a terminal of its own (a pseudo-terminal), as a person would run it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import PROGRAM, TIMEOUT_SECONDS


class Terminal:
    """A running program whose standard streams are a terminal of `columns` by `rows`; `shown` is all that it wrote."""

    def __init__(
        self,
        *argv: str,
        env: Mapping[str, str],
        cwd: Path,
        columns: int = 100,
        rows: int = 40,
        stdin: int | None = None,
        stdout: int | None = None,
    ) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            [PROGRAM, *argv],
            stdin=slave if stdin is None else stdin,
            stdout=slave if stdout is None else stdout,
            stderr=slave,
            env={"TERM": "xterm-256color", **env},
            cwd=cwd,
            start_new_session=True,
        )
        os.close(slave)
        self.raw = b""

    @property
    def shown(self) -> str:
        return self.raw.decode("utf-8", "replace")

    def _read(self, seconds: float) -> bool:
        """Read a part; False when the program has closed its terminal."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            part = os.read(self.master, 1 << 16)
        except OSError:
            return False
        self.raw += part
        return bool(part)

    def wait_for(self, text: str) -> None:
        """Read until `text` was shown."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while text not in self.shown:
            going = self._read(0.2)
            assert going or text in self.shown, f"{text!r} never came:\n{self.shown}"
            assert time.monotonic() < deadline, f"{text!r} did not come:\n{self.shown}"

    def type(self, keys: str) -> None:
        """Type on its keyboard."""
        os.write(self.master, keys.encode())

    def end(self) -> int:
        """Read until the program ends; its exit code."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while self._read(0.2):
            if self.process.poll() is not None and not select.select([self.master], [], [], 0)[0]:
                break
            assert time.monotonic() < deadline, self.shown
        code = self.process.wait(TIMEOUT_SECONDS)
        os.close(self.master)
        return code


def plain(text: str) -> str:
    """The text without escape sequences for colour and cursor."""
    import re

    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)", "", text).replace("\r\n", "\n")
