"""The stdio transport of MCP: one JSON-RPC message a line. Reads from standard input, writes to standard output, and nothing else does.

`Wire` takes file descriptors 0 and 1 for itself: afterwards 0 is the null device and 1 is standard error, so that no print, no library
and no child process can write into the protocol or read from it. Input that is no JSON-RPC is answered with the error that JSON-RPC has
for it. The loop ends when the input ends, or when the process that started the server is gone.
"""

from __future__ import annotations

import os
import select
import sys

from hooks_cli.text import json_exact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Message = dict[str, Any]
    # Takes a request or a notification, returns the answer to send, None for none.
    Handler = Callable[[Message], Message | None]

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, INTERNAL_ERROR = -32700, -32600, -32601, -32602, -32603
# A longer line is refused: a value has at most 64 MiB, and JSON escapes can make a byte six.
LONGEST_LINE = 400 * 1024 * 1024
READ_BYTES = 1 << 20
# How often the parent is looked at while nothing comes. It is gone within half of the second that the server has to end in.
LOOK_SECONDS = 0.4


class RpcError(Exception):
    """A JSON-RPC error to answer with: its code, message and data."""

    def __init__(self, code: int, message: str, data: object = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data


class Wire:
    """The two ends of the protocol. `idle` (returns False to end) is called when nothing came for `LOOK_SECONDS`, or for `interval`."""

    def __init__(self) -> None:
        self._in = os.dup(0)
        self._out = os.dup(1)
        os.set_inheritable(self._in, False)
        os.set_inheritable(self._out, False)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        os.dup2(2, 1)
        self._parent = os.getppid()
        self._buffer = bytearray()
        self._searched = 0  # the bytes of the buffer that are known to hold no line break
        self.interval = LOOK_SECONDS
        self.closed = False

    def serve(self, handle: Handler, idle: Callable[[], bool]) -> None:
        """Answer messages in their order until the input ends, nobody reads the output, the parent is gone, or `idle` returns False."""
        while not self.closed:
            ready = select.select([self._in], [], [], self.interval)[0]
            if not ready:
                if self.orphaned or not idle():
                    return
                continue
            part = os.read(self._in, READ_BYTES)
            if not part:
                if self._buffer.strip():
                    self._take(bytes(self._buffer), handle)  # the last line may lack its end
                return
            self._buffer += part
            self._lines(handle)

    def _lines(self, handle: Handler) -> None:
        while not self.closed:
            end = self._buffer.find(b"\n", self._searched)
            if end < 0:
                self._searched = len(self._buffer)
                if self._searched > LONGEST_LINE:
                    self.send(error_message(None, INVALID_REQUEST, "The message is too long."))
                    self.closed = True
                return
            line = bytes(self._buffer[:end])
            del self._buffer[: end + 1]
            self._searched = 0
            if line.strip():
                self._take(line, handle)

    def _take(self, line: bytes, handle: Handler) -> None:
        """Answer one line: a message, or a batch of them (protocol 2025-03-26 has batches)."""
        try:
            message = json_exact.read(line.decode(), _no_json)
        except (ValueError, RecursionError) as error:
            self.send(error_message(None, PARSE_ERROR, f"The line is not JSON: {error}"))
            return
        if isinstance(message, list) and message:
            answers = [answer for one in message if (answer := answer_to(one, handle)) is not None]
            if answers:
                self.send(answers)
            return
        answer = answer_to(message, handle)
        if answer is not None:
            self.send(answer)

    def send(self, message: Message | list[Message]) -> None:
        """Write one message. When nobody reads any more, the loop ends."""
        data = json_exact.value_text(message).encode() + b"\n"
        view = memoryview(data)
        try:
            while view:
                try:
                    view = view[os.write(self._out, view) :]
                except BlockingIOError:
                    select.select([], [self._out], [], LOOK_SECONDS)
                    if self.orphaned:
                        raise BrokenPipeError from None
        except OSError:
            self.closed = True

    @property
    def orphaned(self) -> bool:
        """Whether the process that started the server is gone."""
        return os.getppid() != self._parent

    @property
    def hung_up(self) -> bool:
        """Whether nobody waits for an answer any more: asked while a call waits for a lock."""
        if self.closed or self.orphaned:
            return True
        poll = select.poll()
        poll.register(self._in, select.POLLIN)
        return any(event & select.POLLHUP and not event & select.POLLIN for _, event in poll.poll(0))


def answer_to(message: object, handle: Handler) -> Message | None:
    """The answer to one message, None to a notification and to an answer. Raises nothing."""
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        return error_message(None, INVALID_REQUEST, 'A message is a JSON object with "jsonrpc": "2.0".')
    identity = message.get("id")
    asks = "id" in message
    if not isinstance(message.get("method"), str):
        if asks and ("result" in message or "error" in message):
            return None  # an answer: this server asks nothing, so it belongs to nobody
        return error_message(identity if _is_id(identity) else None, INVALID_REQUEST, "The message has no method.")
    if asks and not _is_id(identity):
        return error_message(None, INVALID_REQUEST, "The id is a string or a number.")
    try:
        params = message.get("params")
        if params is not None and not isinstance(params, dict):
            raise RpcError(INVALID_PARAMS, "The parameters are an object.")
        result = handle(message)
    except RpcError as error:
        return error_message(identity, error.code, str(error), error.data) if asks else None
    except Exception as error:
        if os.environ.get("HOOKS_DEBUG") == "1":
            import traceback

            traceback.print_exception(error)
        sys.stderr.write(f"hooks-cli: a bug in the MCP server: {type(error).__name__}: {error}\n")
        return error_message(identity, INTERNAL_ERROR, f"{type(error).__name__}: {error}") if asks else None
    return {"jsonrpc": "2.0", "id": identity, "result": result} if asks and result is not None else None


def error_message(identity: object, code: int, text: str, data: object = None) -> Message:
    """A JSON-RPC error answer."""
    error: Message = {"code": code, "message": text}
    if data is not None:
        error["data"] = data
    return {"jsonrpc": "2.0", "id": identity, "error": error}


def _no_json(word: str) -> object:
    raise ValueError(f"{word} is no JSON")


def _is_id(identity: object) -> bool:
    return isinstance(identity, str | int | float) and not isinstance(identity, bool)
