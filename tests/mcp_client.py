"""A plain MCP client for tests: starts the installed program's server, and sees every byte that it writes."""

from __future__ import annotations

import itertools
import json
import os
import select
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.conftest import PROGRAM

ANSWER_SECONDS = 45
HANDSHAKE = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}


class ToolError(Exception):
    """A tool answered with isError; `error` is the CLI's error object."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(json.dumps(answer))
        self.error: dict[str, Any] = answer["error"]
        self.answer = answer


class Client:
    """One server process and its pipes. `lines` are all lines that it wrote to standard output."""

    def __init__(self, environ: Mapping[str, str], cwd: Path, *options: str, program: Path = PROGRAM) -> None:
        self.process = subprocess.Popen(
            [program, "mcp", "start", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environ),
            cwd=cwd,
        )
        self._ids = itertools.count(1)
        self._buffer = b""
        self.lines: list[bytes] = []

    def __enter__(self) -> Client:
        self.request("initialize", HANDSHAKE)
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def send(self, message: object) -> None:
        """Write one message."""
        assert self.process.stdin is not None
        data = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.process.stdin.write(data + b"\n")
        self.process.stdin.flush()

    def line(self) -> bytes:
        """The next line of standard output. Raises EOFError at its end."""
        assert self.process.stdout is not None
        descriptor = self.process.stdout.fileno()
        while b"\n" not in self._buffer:
            assert select.select([descriptor], [], [], ANSWER_SECONDS)[0], "no answer"
            part = os.read(descriptor, 1 << 20)
            if not part:
                raise EOFError
            self._buffer += part
        found, _, self._buffer = self._buffer.partition(b"\n")
        self.lines.append(found)
        return found

    def read(self) -> Any:
        """The next message."""
        return json.loads(self.line())

    def request(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask, and return the whole answer; notifications before it are passed over."""
        identity = next(self._ids)
        message: dict[str, Any] = {"jsonrpc": "2.0", "id": identity, "method": method}
        if params is not None:
            message["params"] = params
        self.send(message)
        while True:
            answer: dict[str, Any] = self.read()
            if answer.get("id") == identity:
                return answer

    def result(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask, and return the result."""
        answer = self.request(method, params)
        assert "result" in answer, answer
        found: dict[str, Any] = answer["result"]
        return found

    def call(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """Call a tool, and return its structured content. Raises ToolError when it failed."""
        result = self.result("tools/call", {"name": name, "arguments": arguments})
        found: dict[str, Any] = result["structuredContent"]
        if result["isError"]:
            raise ToolError(found)
        return found

    def close(self) -> int:
        """End its input, and return its exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        code = self.process.wait(ANSWER_SECONDS)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
        return code
