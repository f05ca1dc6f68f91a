"""A replica's link to its log through the relay, a process that keeps the connection open (`features.remote.relay`).

The relay has the remote subkey, not the data key: it seals and opens records, and can open neither the store nor what is sealed in it
twice. Its socket lies in a folder that only this user can enter, under a name made with the data key; both sides check the other's user.
The first write that finds no relay starts one, and goes its own way meanwhile. Hot: imports `os` and `_socket`.
"""

from __future__ import annotations

import os
import sys

from hooks_cli import __version__
from hooks_cli.errors import HooksError, InternalError
from hooks_cli.store.remote import frames
from hooks_cli.store.remote.payload import Fetched

try:
    from _blake2 import blake2b
except ImportError:  # a Python built without it
    from hashlib import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from hooks_cli.environment import Environment
    from hooks_cli.store.remote.direct_link import DirectLink
    from hooks_cli.store.sqlite.store import EmbeddedStore

SWITCH = "HOOKS_REMOTE_RELAY"
# A unix socket's path has at most this number of bytes.
LONGEST_PATH = 100
SECONDS = 60.0
CACHED_SECONDS = 0.005
FAR_MICROSECONDS = 5_000
_PEER_CREDENTIALS = 17  # SO_PEERCRED of Linux


class NoRelay(Exception):
    """There is no relay to speak to."""


def wanted(environment: Environment) -> bool:
    """Whether a relay is used: HOOKS_REMOTE_RELAY=off and `[remote] relay = false` say no."""
    said = environment.variables.get(SWITCH, "")
    return said != "off" if said else environment.settings.get("remote.relay") is not False


def socket_path(environment: Environment, store: EmbeddedStore) -> str:
    """Where the relay of this store listens; its folder need not be there."""
    name = blake2b(store.path.encode("utf-8", "surrogateescape"), key=store.key.raw, digest_size=12).hexdigest()
    for folder in (environment.variables.get("XDG_RUNTIME_DIR", ""), "/tmp"):  # noqa: S108  # checked to be ours
        path = os.path.join(folder, f"hooks-cli-{os.geteuid()}", name)
        if os.path.isabs(path) and len(os.fsencode(path)) <= LONGEST_PATH:
            return path
    raise NoRelay


def connect(path: str, seconds: float = SECONDS) -> tuple[Any, bool]:
    """An open connection to the relay at `path`, and whether a round trip to the server takes over 5 ms.

    Raises NoRelay when there is none, or it is another user's."""
    import _socket  # what `socket` wraps in enumerations

    folder = os.path.dirname(path)
    try:
        status = os.lstat(folder)
        if status.st_uid != os.geteuid() or status.st_mode & 0o170077 != 0o040000:
            raise NoRelay
        connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        connection.settimeout(seconds)
        connection.connect(path)
    except OSError:
        raise NoRelay from None
    try:
        if not is_own(connection):
            raise NoRelay
        frames.send(connection, frames.HELLO, __version__.encode())
        answer, body = frames.receive(connection)
        if answer != frames.DONE:
            raise NoRelay
    except OSError:
        raise NoRelay from None
    return connection, frames.number(body, 0) > FAR_MICROSECONDS


def is_own(connection: Any) -> bool:
    """Whether the other side of a connection is a process of this user (where the system tells)."""
    import _socket

    if not hasattr(_socket, "SO_PEERCRED"):
        return True  # the folder's mode is what there is
    credentials = connection.getsockopt(_socket.SOL_SOCKET, _PEER_CREDENTIALS, 12)
    return int.from_bytes(credentials[4:8], sys.byteorder) == os.geteuid()


class RelayLink:
    """The log as a replica uses it, through the relay. `direct` opens the way without it: after the relay died in the middle of an append,
    and where a snapshot is needed."""

    def __init__(self, connection: Any, far: bool, direct: Callable[[], DirectLink]) -> None:
        self._connection = connection
        self.far = far
        self._direct = direct
        self._before = (0, b"")
        self._locked = False

    def direct(self) -> DirectLink:
        """The way without the relay."""
        return self._direct()

    def lock(self, seq: int, ledger: bytes, budget_ms: int) -> Fetched:
        """As `DirectLink.lock`."""
        fetched = self._fetched(frames.LOCK, frames.pack(seq, budget_ms) + ledger)
        self._locked = fetched.reached(seq)
        self._before = (fetched.seq, fetched.ledger(ledger))
        return fetched

    def append(self, write_id: bytes, content: bytes) -> int:
        """As `DirectLink.append`."""
        self._locked = False
        try:
            return frames.number(self._ask(frames.APPEND, write_id + content, frames.NUMBER), 0)
        except OSError as error:
            direct = self._direct()
            return direct.look_up(*self._before, write_id, content, f"the relay ended ({error})")

    def release(self) -> None:
        """As `DirectLink.release`."""
        if self._locked:
            self._locked = False
            try:
                self._ask(frames.RELEASE, b"", frames.DONE)
            except (OSError, HooksError):
                self.close()  # which frees the turn as well

    def pull(self, seq: int, ledger: bytes) -> Fetched:
        """As `DirectLink.pull`."""
        return self._fetched(frames.PULL, frames.pack(seq) + ledger)

    def cached(self, seq: int, ledger: bytes) -> Fetched:
        """What the relay has pulled already beyond record `seq`; its `at` says when the log was last heard of. Asks no server."""
        return self._fetched(frames.CACHED, frames.pack(seq) + ledger)

    def wait(self, seq: int, seconds: float) -> int:
        """As `DirectLink.wait`."""
        self._connection.settimeout(seconds + SECONDS)
        return frames.number(self._ask(frames.WAIT, frames.pack(seq, int(seconds * 1000)), frames.NUMBER), 0)

    def send_the_queue(self) -> None:
        """Have the relay send soon what waits in the queue."""
        self._ask(frames.QUEUE, b"", frames.DONE)

    def close(self) -> None:
        """End the connection; a turn is given back."""
        self._connection.close()

    def _fetched(self, kind: bytes, content: bytes) -> Fetched:
        try:
            return Fetched(*frames.unpack_writes(self._ask(kind, content, frames.FETCHED)))
        except OSError as error:
            from hooks_cli.store.remote.failures import ServerUnreachable

            raise ServerUnreachable(reason=f"the relay ended ({error})") from None

    def _ask(self, kind: bytes, content: bytes, expected: bytes) -> bytes:
        frames.send(self._connection, kind, content)
        answer, body = frames.receive(self._connection)
        if answer == frames.ERROR:
            raise error_of(body)
        if answer != expected:
            raise InternalError(reason=f"the relay answered {answer!r} to {kind!r}")
        return body


def error_of(body: bytes) -> HooksError:
    """The error that the relay told of."""
    from hooks_cli.store.remote import failures

    name, message, hint = body.decode("utf-8", "replace").split("\0", 2)
    found = getattr(failures, name, HooksError)
    error: HooksError = found(message, hint=hint)
    return error


def start(path: str, config: bytes) -> None:
    """Start a relay for this user that listens at `path`; it gets its configuration on standard input, and outlives this process.

    Raises OSError where that cannot be done."""
    folder = os.path.dirname(path)
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        pass
    reading, writing = os.pipe()
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        os.posix_spawn(
            sys.executable,
            [sys.executable, "-m", "hooks_cli", "remote", "relay"],
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, reading, 0),
                (os.POSIX_SPAWN_DUP2, nothing, 1),
                (os.POSIX_SPAWN_DUP2, nothing, 2),
            ],
            setsid=True,
        )
        os.write(writing, config)
        os.close(nothing)
    finally:
        os.close(reading)
        os.close(writing)
