"""Carries bytes between a client and a service, and applies network faults (delay, loss, cut).

Latency is added to what goes to the service, so that one request and its answer take `delay` longer, not twice.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections.abc import Coroutine
from typing import Any

CHUNK_BYTES = 65536
QUEUED_CHUNKS = 64


class NetworkLink:
    """The way to one service. The attributes are the faults in force; `connections` counts what passed."""

    def __init__(self) -> None:
        self.delay = 0.0  # seconds
        self.jitter = 0.0
        self.kb_s = 0.0
        self.is_reset = False
        self.connections = 0
        self._passing = asyncio.Event()
        self._passing.set()
        self._writers: set[asyncio.StreamWriter] = set()

    def block(self, blocked: bool) -> None:
        """Hold everything back, or let it go on."""
        if blocked:
            self._passing.clear()
        else:
            self._passing.set()

    def lift(self) -> None:
        """End all faults."""
        self.delay = self.jitter = self.kb_s = 0.0
        self.is_reset = False
        self._passing.set()

    def cut(self) -> None:
        """Reset all connections."""
        for writer in list(self._writers):
            reset(writer)

    async def relay(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        host: str,
        port: int,
        first: bytes = b"",
        opened: bytes = b"",
    ) -> None:
        """Connect to host and port, send `first`, answer `opened`, and carry both directions to their end.

        A service that is not there looks to the client as it would without us: the connection is reset.
        """
        self.connections += 1
        self._writers.add(writer)
        other: asyncio.StreamWriter | None = None
        try:
            if self.is_reset:
                raise ConnectionResetError
            answers, other = await asyncio.open_connection(host, port)
            self._writers.add(other)
            if opened:
                writer.write(opened)
            await _both(self._carry(reader, other, first, delayed=True), self._carry(answers, writer))
        except (OSError, asyncio.IncompleteReadError):
            reset(writer)
        finally:
            for each in (writer, other):
                if each is not None:
                    self._writers.discard(each)
                    each.close()

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: bytes = b"", delayed: bool = False
    ) -> None:
        """Carry one direction; a chunk waits until it is due, so that latency does not limit the throughput."""
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(QUEUED_CHUNKS)

        def due() -> float:
            late = self.delay + random.uniform(-self.jitter, self.jitter)  # noqa: S311
            return loop.time() + max(0.0, late if delayed else 0.0)

        async def read() -> None:
            data = first or await reader.read(CHUNK_BYTES)
            while data:
                await queue.put((due(), data))
                data = await reader.read(CHUNK_BYTES)
            await queue.put((0.0, b""))

        async def write() -> None:
            while True:
                at, data = await queue.get()
                await asyncio.sleep(at - loop.time())
                await self._passing.wait()
                if not data:
                    break
                if self.kb_s:
                    await asyncio.sleep(len(data) / (self.kb_s * 1024))
                writer.write(data)
                await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()

        await _both(read(), write())


async def _both(*parts: Coroutine[Any, Any, None]) -> None:
    """Run both to their end; the first error ends the other."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with a reset instead of an orderly close."""
    held = writer.get_extra_info("socket")
    if held is not None:
        try:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
    writer.transport.abort()
