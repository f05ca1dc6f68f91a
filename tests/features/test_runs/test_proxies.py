"""The two proxies: what they carry, and what each network fault does to a connection."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from hooks_cli.features.test_runs.services.http_proxy import HttpProxy
from hooks_cli.features.test_runs.services.tcp_proxy import TcpProxy

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def echo(answer: Callable[[bytes], bytes] = bytes.upper) -> AsyncIterator[int]:
    """A server that answers each line by another one; its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(answer(line))
                await writer.drain()
        except OSError:
            pass
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@asynccontextmanager
async def proxied() -> AsyncIterator[TcpProxy]:
    async with echo() as port:
        proxy = TcpProxy("127.0.0.1", port)
        await proxy.open()
        try:
            yield proxy
        finally:
            await proxy.close()


async def connect(port: int) -> Ends:
    return await asyncio.open_connection("127.0.0.1", port)


async def asked(ends: Ends, text: bytes = b"a\n") -> bytes:
    ends[1].write(text)
    await ends[1].drain()
    return await ends[0].readline()


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        await asyncio.wait_for(test(), 30)

    asyncio.run(bounded())


def test_it_carries_much_in_both_directions_and_counts() -> None:
    async def test() -> None:
        async with proxied() as proxy:
            ends = await connect(proxy.listening)
            text = b"x" * (1 << 16)
            for _ in range(20):
                ends[1].write(text[:-1] + b"\n")
                assert len(await ends[0].readuntil(b"\n")) == len(text)
            assert proxy.link.connections == 1
            ends[1].close()

    run(test)


def test_latency_delays_one_direction_once() -> None:
    async def test() -> None:
        async with proxied() as proxy:
            proxy.link.delay = 0.2
            loop, ends = asyncio.get_running_loop(), await connect(proxy.listening)
            began = loop.time()
            assert await asked(ends) == b"A\n"
            assert loop.time() - began >= 0.19
            proxy.link.lift()
            assert await asked(ends) == b"A\n"
            ends[1].close()

    run(test)


def test_a_partition_holds_everything_until_it_is_lifted() -> None:
    async def test() -> None:
        async with proxied() as proxy:
            ends = await connect(proxy.listening)
            assert await asked(ends) == b"A\n"
            proxy.link.block(True)
            later = await connect(proxy.listening)
            answers = [asyncio.create_task(asked(each)) for each in (ends, later)]
            done, _ = await asyncio.wait(answers, timeout=0.3)
            assert not done
            proxy.link.lift()
            assert await asyncio.gather(*answers) == [b"A\n", b"A\n"]
            for each in (ends, later):
                each[1].close()

    run(test)


def test_down_refuses_and_comes_back_at_the_same_port() -> None:
    async def test() -> None:
        async with proxied() as proxy:
            ends, port = await connect(proxy.listening), proxy.listening
            assert await asked(ends) == b"A\n"
            await proxy.shut()
            with pytest.raises(OSError, match="reset"):
                await ends[0].readexactly(1)
            with pytest.raises(OSError, match=r"Errno 111|Connect call failed"):
                await connect(port)
            await proxy.lift()
            assert proxy.listening == port
            again = await connect(port)
            assert await asked(again) == b"A\n"
            again[1].close()

    run(test)


def test_a_reset_ends_each_connection() -> None:
    async def test() -> None:
        async with proxied() as proxy:
            proxy.link.is_reset = True
            ends = await connect(proxy.listening)
            with pytest.raises(OSError, match="reset"):
                await ends[0].readexactly(1)

    run(test)


def test_bandwidth_slows_what_passes() -> None:
    async def test() -> None:
        async with proxied() as proxy:
            proxy.link.kb_s = 64
            loop, ends = asyncio.get_running_loop(), await connect(proxy.listening)
            began = loop.time()
            await asked(ends, b"x" * 16383 + b"\n")
            assert loop.time() - began >= 0.4  # 16 KiB at 64 KiB/s, in each direction
            ends[1].close()

    run(test)


def test_a_service_that_is_not_there_resets() -> None:
    async def test() -> None:
        proxy = TcpProxy("127.0.0.1", 1)
        await proxy.open()
        ends = await connect(proxy.listening)
        with pytest.raises(OSError, match="reset"):
            await ends[0].readexactly(1)
        await proxy.close()

    run(test)


@asynccontextmanager
async def web(allow_external: bool = False) -> AsyncIterator[tuple[HttpProxy, list[bytes], int]]:
    """An HTTP proxy that knows the service `api` (port 8080 in URLs); the lines that the service got, and its real port."""
    got: list[bytes] = []

    def answer(line: bytes) -> bytes:
        got.append(line)
        return b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok" if line == b"\r\n" else b""

    async with echo(answer) as port:
        service = TcpProxy("127.0.0.1", port)
        await service.open()
        proxy = HttpProxy({"api": (service, 8080)}, allow_external)
        await proxy.open()
        try:
            yield proxy, got, port
        finally:
            await proxy.close()
            await service.close()


async def fetched(proxy: HttpProxy, head: bytes) -> bytes:
    """What the proxy answers, up to 64 bytes; b"" when it resets."""
    ends = await connect(int(proxy.url().rpartition(":")[2]))
    ends[1].write(head)
    try:
        return await ends[0].read(64)
    except OSError:
        return b""
    finally:
        ends[1].close()


def test_a_services_name_leads_to_it_and_the_run_gets_its_trace() -> None:
    async def test() -> None:
        async with web() as (proxy, got, _):
            proxy.traces["run1"] = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
            token = base64.b64encode(b"run1:").decode()
            head = f"GET http://api:8080/health?x=1 HTTP/1.1\r\nHost: api:8080\r\nProxy-Authorization: Basic {token}\r\n\r\n"
            assert (await fetched(proxy, head.encode())).startswith(b"HTTP/1.1 200 OK")
            assert got[0] == b"GET /health?x=1 HTTP/1.1\r\n"
            assert b"Host: api:8080\r\n" in got
            assert f"traceparent: {proxy.traces['run1']}\r\n".encode() in got
            assert not any(line.lower().startswith(b"proxy-") for line in got)
            got.clear()
            own = b"GET http://api:8080/ HTTP/1.1\r\nTraceparent: mine\r\nProxy-Authorization: Basic " + token.encode()
            assert await fetched(proxy, own + b"\r\n\r\n")
            assert [line for line in got if line.lower().startswith(b"traceparent")] == [b"Traceparent: mine\r\n"]

    run(test)


def test_connect_opens_a_tunnel() -> None:
    async def test() -> None:
        async with web() as (proxy, got, _):
            ends = await connect(int(proxy.url().rpartition(":")[2]))
            ends[1].write(b"CONNECT api:8080 HTTP/1.1\r\n\r\n")
            assert (await ends[0].readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
            ends[1].write(b"raw\r\n")
            while not got:
                await asyncio.sleep(0.01)
            assert got == [b"raw\r\n"]
            ends[1].close()

    run(test)


@pytest.mark.parametrize(
    "authority", ["other.invalid", "api:9", "10.0.0.1:80", "api.example:8080", "user@evil.invalid", "", "[::2]:1"]
)
def test_everything_else_is_refused_and_told(authority: str) -> None:
    async def test() -> None:
        async with web() as (proxy, got, _):
            refused: list[str] = []
            proxy.refused = refused.append
            assert await fetched(proxy, f"GET http://{authority}/ HTTP/1.1\r\n\r\n".encode()) == b""
            assert refused == [authority]
            assert got == []

    run(test)


def test_loopback_is_reached_without_an_option() -> None:
    async def test() -> None:
        async with web() as (proxy, got, port):
            assert await fetched(proxy, f"GET http://127.0.0.1:{port}/x HTTP/1.1\r\n\r\n".encode())
            assert got[0] == b"GET /x HTTP/1.1\r\n"
            assert proxy.direct.connections == 1

    run(test)


@pytest.mark.parametrize("head", [b"GET /x HTTP/1.1\r\n\r\n", b"rubbish\r\n\r\n", b"\xff" * 100 + b"\r\n\r\n"])
def test_what_is_no_request_to_a_proxy_is_400(head: bytes) -> None:
    async def test() -> None:
        async with web() as (proxy, _, _port):
            assert (await fetched(proxy, head)).startswith(b"HTTP/1.1 400")

    run(test)
