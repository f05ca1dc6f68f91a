"""A service's address for all others: a loopback port that forwards connections through a `NetworkLink`."""

from __future__ import annotations

import asyncio
import socket

from hooks_cli.features.test_runs.services.network_link import NetworkLink, reset

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port of loopback that nothing listens on now."""
    with socket.socket() as held:
        held.bind((LOOPBACK, 0))
        return int(held.getsockname()[1])


class TcpProxy:
    """Listens on a free port of loopback and carries connections to `host` and `port`."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self.link = NetworkLink()
        self.listening = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """`127.0.0.1:PORT`, for clients."""
        return f"{LOOPBACK}:{self.listening}"

    async def open(self) -> None:
        """Listen; the port stays the same when it is opened again. Raises OSError."""
        self._server = await asyncio.start_server(self._serve, LOOPBACK, self.listening)
        self.listening = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Listen no more and reset what is open: new connections are refused."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.link.cut()

    async def close(self) -> None:
        """End everything."""
        await self.shut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def lift(self) -> None:
        """End all faults."""
        self.link.lift()
        if self._server is None:
            await self.open()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            await self.link.relay(reader, writer, self.host, self.port)
        except asyncio.CancelledError:  # by `close`; asyncio would log one that a handler lets out
            reset(writer)
