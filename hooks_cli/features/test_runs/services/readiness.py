"""Checks once whether a service is ready, in the way that its plan names."""

from __future__ import annotations

import asyncio
import re

from hooks_cli.features.processes.attempt import Attempt
from hooks_cli.features.test_runs.files.case_plan import ReadyCheck
from hooks_cli.features.test_runs.services import waiting
from hooks_cli.features.test_runs.services.surroundings import Surroundings

LOOK_SECONDS = 0.02  # between two looks
COMMAND_LOOK_SECONDS = 0.2
CONNECT_SECONDS = 5.0
# A look is not a request of a test: its flag asks the service to send no span of it.
NOT_SAMPLED = "00-" + "1" * 32 + "-" + "1" * 16 + "-00"
STARTED_SECONDS = 0.1  # a service without a check is ready when it has run for so long


def pause(check: ReadyCheck) -> float:
    """The seconds between two looks."""
    return COMMAND_LOOK_SECONDS if check.kind == "cmd" else LOOK_SECONDS


async def look(
    check: ReadyCheck,
    address: tuple[str, int] | None,
    attempt: Attempt | None,
    age: float,
    surroundings: Surroundings,
    name: str,
    cwd: str,
) -> bool:
    """Whether the service is ready now; `age` is how many seconds it has run."""
    if check.kind == "log":
        if attempt is None:
            return False
        written = attempt.files.read("stdout") + b"\n" + attempt.files.read("stderr")
        return re.search(check.value, written.decode("utf-8", "replace")) is not None
    if check.kind == "cmd":
        command = surroundings.start_line(f"{name}.ready", check.value, cwd, surroundings.variables(f"{name}.ready"))
        outcome = await waiting.ended(command, CONNECT_SECONDS)
        if outcome is None:
            await waiting.end([command], 0)
        return outcome is not None and outcome.ok
    if check.kind == "started" or address is None:
        return age >= STARTED_SECONDS
    try:
        return await asyncio.wait_for(_answers(*address, check.value), CONNECT_SECONDS)
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return False


async def _answers(host: str, port: int, path: str) -> bool:
    """Whether the port takes a connection and, with a path, answers a GET with a 2xx status."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        if not path:
            return True
        head = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\ntraceparent: {NOT_SAMPLED}\r\n\r\n"
        writer.write(head.encode())
        line = (await reader.readline()).split()
        return len(line) >= 2 and line[0].startswith(b"HTTP/") and line[1].startswith(b"2")
    finally:
        writer.close()
