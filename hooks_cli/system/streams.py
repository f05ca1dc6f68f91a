"""Standard input, output and error for the verbs: exact bytes, and no error if the reader of a pipe went away.

`Streams` is the part of `Environment` that talks to the outside. It bypasses Python's own streams, whose encoding depends on the
locale and whose errors come at exit; code that prints through `sys.stdout` (rich) calls `flush` first.
"""

from __future__ import annotations

import os
import time
from stat import S_ISREG

from hooks_cli.errors import InputMissing, OutputFailed, TooLarge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

FLUSH_AT = 1 << 16
NOTE = "hooks-cli: "


class Streams:
    """Standard input, output and error. `variables` are the environment variables (NO_COLOR and TERM count)."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self._pending: list[bytes] = []
        self._pending_size = 0
        self._out_closed = False
        # Whether what is printed must be JSON, which is valid UTF-8: `entry` sets it from --json and --format.
        self.as_json = False
        # What was read of standard input, for a call that has to be queued.
        self.stdin_content = b""

    def out(self, text: str) -> None:
        """Write text to standard output as UTF-8, exactly; bytes that a file name smuggled in (surrogates) come out as they were,
        in JSON as U+FFFD.
        """
        try:
            data = text.encode()
        except UnicodeEncodeError:
            try:
                data = text.encode("utf-8", "surrogateescape")
            except UnicodeEncodeError:
                data = text.encode("utf-8", "backslashreplace")
            if self.as_json:
                data = data.decode("utf-8", "replace").encode()
        self.out_bytes(data)

    def value(self, text: str) -> None:
        """Write a stored value to standard output: exactly, but to a terminal with all that could steer it shown as escapes."""
        if not text.isprintable() and self.is_terminal(1):
            from hooks_cli.text.escapes import escaped

            text = escaped(text)
        self.out(text)

    def out_bytes(self, data: bytes) -> None:
        """Write bytes to standard output. They are kept until there are 64 KiB of them, or `flush`."""
        self._pending.append(data)
        self._pending_size += len(data)
        if self._pending_size >= FLUSH_AT:
            self.flush()

    def flush(self) -> None:
        """Bring to standard output what is kept. A reader that went away (`| head`) is not an error; a full disk is OutputFailed (74)."""
        data, self._pending, self._pending_size = b"".join(self._pending), [], 0
        view = memoryview(data)
        while view and not self._out_closed:
            try:
                view = view[os.write(1, view) :]
            except BrokenPipeError:
                self._out_closed = True
            except BlockingIOError:
                time.sleep(0.001)
            except OSError as error:
                self._out_closed = True
                raise OutputFailed(reason=error.strerror or str(error)) from None

    @property
    def reader_gone(self) -> bool:
        """Whether the reader of standard output went away: what goes on for long ends then."""
        return self._out_closed

    def err(self, line: str) -> None:
        """Write one line to standard error, at once; characters that could steer a terminal are shown as escapes.

        Beside JSON a note is JSON too, {"schema_version", "note"}, so that a program can read standard error line by line.
        """
        if self.as_json and line.startswith(NOTE):
            from hooks_cli.text.json_writer import object_text

            line = object_text({"schema_version": "1", "note": line[len(NOTE) :]})
        if not line.isprintable():
            line = "".join(c if c.isprintable() or c in "\n\t" else _escaped(c) for c in line)
        view = memoryview((line + "\n").encode("utf-8", "backslashreplace"))
        try:
            while view:
                view = view[os.write(2, view) :]
        except OSError:
            pass  # no stream is left for a message

    def read_stdin(self, limit: int, patience_ms: int | None = None) -> bytes:
        """All of standard input, exactly. With `patience_ms` it waits so long for the first byte and for each part after it, and
        then gives what came, b"" if nothing did: a pipe that stays open does not block it.

        Raises TooLarge (65) beyond `limit` bytes, InputMissing (66) when it cannot be read.
        """
        try:
            waiting = patience_ms is not None and not S_ISREG(os.fstat(0).st_mode)
            if waiting:
                import select
            parts: list[bytes] = []
            size = 0
            while True:
                if waiting and patience_ms is not None and not select.select([0], [], [], patience_ms / 1000)[0]:
                    break
                part = os.read(0, 1 << 20)
                if not part:
                    break
                parts.append(part)
                size += len(part)
                if size > limit:
                    raise TooLarge(what="The standard input", size=f"more than {limit}", limit=limit)
            self.stdin_content = b"".join(parts)
            return self.stdin_content
        except OSError as error:
            raise InputMissing(path="standard input", reason=error.strerror or str(error)) from None

    def is_terminal(self, fd: int) -> bool:
        """Whether a file descriptor (0, 1 or 2) is a terminal."""
        try:
            return os.isatty(fd)
        except OSError:
            return False

    @property
    def colour(self) -> bool:
        """Whether standard output takes colour and decoration: a terminal that is not dumb, without NO_COLOR (no-color.org)."""
        variables = self.variables
        return not variables.get("NO_COLOR") and variables.get("TERM") != "dumb" and self.is_terminal(1)


def _escaped(character: str) -> str:
    """A JSON escape, so that a JSON line stays valid."""
    code = ord(character)
    if code > 0xFFFF:
        code -= 0x10000
        return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
    return f"\\u{code:04x}"
