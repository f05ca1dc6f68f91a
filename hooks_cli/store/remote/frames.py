"""The messages between a command and the relay, over a unix socket: a letter, the length (4 bytes), the payload.

Requests: `H` hello with the program's version · `L` lock · `A` append · `R` release · `P` pull · `C` what the relay has pulled already ·
`W` wait · `Q` send what waits in the queue · `B` end (`remote relay --stop`).
Answers: `F` writes that came, `S` a number, `O` done, `E` an error (its class, message and hint).
Hot: imports nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HELLO, LOCK, APPEND, RELEASE, PULL, CACHED, WAIT, STOP, QUEUE = b"H", b"L", b"A", b"R", b"P", b"C", b"W", b"B", b"Q"
FETCHED, NUMBER, DONE, ERROR = b"F", b"S", b"O", b"E"
_HEAD = 5
# No request or answer is longer than the writes that come at once, and one write more.
LONGEST = 1 << 30
_PIECE = 1 << 20


class Ended(OSError):
    """The other side has closed the connection."""


def send(connection: Any, kind: bytes, content: bytes = b"") -> None:
    """Send one frame. Raises OSError."""
    connection.sendall(kind + len(content).to_bytes(4, "big") + content)


def receive(connection: Any) -> tuple[bytes, bytes]:
    """The next frame: its letter and its content. Raises Ended when the other side has gone, OSError."""
    head = _exactly(connection, _HEAD)
    size = int.from_bytes(head[1:], "big")
    if size > LONGEST:
        raise Ended("a frame that is too long")
    return head[:1], _exactly(connection, size)


def _exactly(connection: Any, size: int) -> bytes:
    parts = []
    while size:
        part = connection.recv(min(size, _PIECE))
        if not part:
            raise Ended("the connection was closed")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def number(content: bytes, at: int) -> int:
    """The 8-byte number at a place."""
    return int.from_bytes(content[at : at + 8], "big")


def pack(*numbers: int) -> bytes:
    """Numbers of 8 bytes each."""
    return b"".join([one.to_bytes(8, "big") for one in numbers])


def pack_writes(seq: int, at: int, writes: list[tuple[int, bytes]]) -> bytes:
    """The log's newest record, when it was seen (ms), and writes, as an answer."""
    parts = [pack(seq, at, len(writes))]
    for last, content in writes:
        parts += [pack(last, len(content)), content]
    return b"".join(parts)


def unpack_writes(content: bytes) -> tuple[int, int, list[tuple[int, bytes]]]:
    """What `pack_writes` packed."""
    seq, at, count = number(content, 0), number(content, 8), number(content, 16)
    place, writes = 24, []
    for _ in range(count):
        last, size = number(content, place), number(content, place + 8)
        writes.append((last, content[place + 16 : place + 16 + size]))
        place += 16 + size
    return seq, at, writes
