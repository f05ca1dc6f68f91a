"""The HTTP proxy that scenarios and services use (`http_proxy`): it resolves services by name.

`curl http://api:8080/health` asks it for the host `api`; it goes on to that service's own proxy, which carries the faults. It reaches
services, and loopback; other hosts only with `--allow-external`. A request without a `traceparent` gets that of its scenario run, whose
token is the user name in the proxy's address.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import Callable

from hooks_cli.features.test_runs.services.network_link import NetworkLink, reset
from hooks_cli.features.test_runs.services.tcp_proxy import LOOPBACK, TcpProxy

LONGEST_HEAD = 65536
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")
_REQUEST = re.compile(rb"([A-Z]+) (\S+) HTTP/1\.[01]")
_URL = re.compile(rb"http://([^/?#]*)([^#]*)", re.IGNORECASE)
_HOST = re.compile(r"(?:[^@]*@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?")
# What belongs to one connection and not to the request.
_DROPPED = (b"proxy-", b"connection:", b"keep-alive:")


class HttpProxy:
    """`services` are the proxies by name with the port that URLs give them (0: any). `refused` is called with each host refused."""

    def __init__(self, services: dict[str, tuple[TcpProxy, int]], allow_external: bool) -> None:
        self.services = services
        self.allow_external = allow_external
        self.refused: Callable[[str], None] = lambda host: None
        self.traces: dict[str, str] = {}
        self.direct = NetworkLink()  # to hosts that are not services
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._port = 0

    def url(self, token: str = "") -> str:
        """The value of `http_proxy`; `token` says which run asks (`traces` maps it to a traceparent)."""
        return f"http://{token + '@' if token else ''}{LOOPBACK}:{self._port}"

    async def open(self) -> None:
        """Listen on a free port of loopback. Raises OSError."""
        self._server = await asyncio.start_server(self._serve, LOOPBACK, 0, limit=LONGEST_HEAD)
        self._port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """End everything."""
        if self._server is not None:
            self._server.close()
        self.direct.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            await self._answer(reader, writer)
        except asyncio.CancelledError:  # by `close`; asyncio would log one that a handler lets out
            reset(writer)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            reset(writer)
            return
        line, *headers = head[:-4].split(b"\r\n")
        request = _REQUEST.fullmatch(line)
        url = _URL.fullmatch(request[2]) if request else None
        if request is not None and request[1] == b"CONNECT":
            await self._go_on(reader, writer, request[2], b"", b"HTTP/1.1 200 Connected\r\n\r\n", 443)
        elif request is not None and url is not None:
            headers = self._headers(headers)
            first = b"%s %s HTTP/1.1\r\n%s\r\n\r\n" % (request[1], url[2] or b"/", b"\r\n".join(headers))
            await self._go_on(reader, writer, url[1], first, b"", 80)
        else:
            writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            writer.close()

    def _headers(self, headers: list[bytes]) -> list[bytes]:
        kept = [header for header in headers if not header.lower().startswith(_DROPPED)]
        if not any(header.lower().startswith(b"traceparent:") for header in kept):
            for header in headers:
                name, _, value = header.partition(b":")
                if name.lower() == b"proxy-authorization" and (trace := self.traces.get(_user(value))):
                    kept.append(b"traceparent: " + trace.encode())
        return [*kept, b"Connection: close"]

    async def _go_on(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        authority: bytes,
        first: bytes,
        opened: bytes,
        default: int,
    ) -> None:
        match = _HOST.fullmatch(authority.decode("ascii", "replace"))
        host = match[1].strip("[]").lower() if match else ""
        port = int(match[2] or default) if match else 0
        if host in self.services and self.services[host][1] in (0, port):
            proxy = self.services[host][0]
            # The service's proxy counts the connection and carries the faults; this one only leads there.
            await NetworkLink().relay(reader, writer, LOOPBACK, proxy.listening, first, opened)
        elif host and host not in self.services and (host in LOOPBACK_HOSTS or self.allow_external):
            await self.direct.relay(reader, writer, host, port, first, opened)
        else:
            self.refused(authority.decode("ascii", "replace")[:200])
            reset(writer)


def _user(value: bytes) -> str:
    """The user name in a Proxy-Authorization header; "" when there is none."""
    kind, _, text = value.strip().partition(b" ")
    if kind.lower() != b"basic":
        return ""
    try:
        return base64.b64decode(text, validate=True).decode("ascii", "replace").partition(":")[0]
    except (binascii.Error, ValueError):
        return ""
