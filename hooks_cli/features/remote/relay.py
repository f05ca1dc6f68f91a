"""The relay: keeps the connection to the server open, so that hot commands need no driver and no connection of their
own.

It serves one store of one user. It has the remote subkey and no data key: it seals and opens records, opens no store and takes no local
turn. Each command has a connection to it, and a thread here; the turn of a command whose connection closes is given back. A second
connection to the server waits for what other machines write, and keeps the newest of it at hand for readers.
"""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import threading
import time

from hooks_cli import __version__
from hooks_cli.crypto.record_seal import RecordSeal, log_id
from hooks_cli.errors import HooksError
from hooks_cli.features.remote.create import own_label
from hooks_cli.features.remote.membership import shared_store
from hooks_cli.store.remote import attach, frames
from hooks_cli.store.remote.direct_link import DirectLink
from hooks_cli.store.remote.failures import LogBusy
from hooks_cli.store.remote.payload import Fetched, ledger_of
from hooks_cli.store.remote.relay_link import NoRelay, connect, is_own, socket_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment

# It ends when no command has come for so long.
IDLE_SECONDS = float(os.environ.get("HOOKS_RELAY_IDLE_SECONDS", "600"))
WAIT_SECONDS = 5.0
RETRY_SECONDS = 1.0
QUEUE_SECONDS = 0.3
# How many bytes of other machines' newest writes are kept at hand.
KEPT_BYTES = 16 * 1024 * 1024
# How far this machine is is told to the server at most so often.
NOTED_SECONDS = 30.0


class Relay:
    """One relay. `config` has socket, address, key (the remote subkey), store_id, format and machine, bytes in hex."""

    def __init__(self, config: dict[str, str]) -> None:
        self.path = config["socket"]
        self.address = config["address"]
        self.key = bytes.fromhex(config["key"])
        self.store_id = bytes.fromhex(config["store_id"])
        self.format = int(config["format"])
        self.machine = bytes.fromhex(config["machine"])
        self.writing = self._link()
        self.turn = threading.Lock()
        self.state = threading.Condition()
        self.last_call = time.monotonic()
        self.open_calls = 0
        self.stopped = False
        # How far the commands are, and what came after that.
        self.seq, self.ledger = -1, b""
        self.base = -1
        self.kept: list[tuple[int, bytes]] = []
        self.newest, self.heard_at = 0, 0
        self.noted, self.noted_at = -1, 0.0
        # Of a round trip to the server, in microseconds: the shortest of late.
        self.round_trip = 0
        self.sending = threading.Lock()

    def serve(self) -> None:
        """Listen until no client connects for a while. Returns at once when another relay listens there."""
        lock = os.open(self.path + ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return
        if os.path.lexists(self.path):
            os.unlink(self.path)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listening.bind(self.path)
        os.chmod(self.path, 0o600)
        listening.listen(64)
        listening.settimeout(0.5)
        threading.Thread(target=self._follow, daemon=True).start()
        try:
            while not self._is_idle():
                try:
                    connection, _ = listening.accept()
                except TimeoutError:
                    continue
                if is_own(connection):
                    threading.Thread(target=self._answer, args=(connection,), daemon=True).start()
                else:
                    connection.close()
        finally:
            os.unlink(self.path)
            listening.close()

    def _is_idle(self) -> bool:
        quiet = time.monotonic() - self.last_call
        return self.stopped or (not self.open_calls and quiet > IDLE_SECONDS) or not os.path.lexists(self.path)

    def _link(self) -> DirectLink:
        log = attach.open_log(self.address, log_id(self.key, self.store_id))
        return DirectLink(log, RecordSeal(self.key, self.store_id), self.format)

    # --- a command -----------------------------------------------------------------------------------------------------
    def _answer(self, connection: socket.socket) -> None:
        """Serve one command until it goes."""
        self.open_calls += 1
        locked = False
        try:
            while True:
                kind, content = frames.receive(connection)
                self.last_call = time.monotonic()
                try:
                    if kind == frames.LOCK:
                        locked = self._lock(connection, content)
                        continue
                    if kind == frames.APPEND and locked:
                        locked = False
                        seq = self._append(content)
                        frames.send(connection, frames.NUMBER, frames.pack(seq))
                        continue
                    if kind == frames.RELEASE:
                        if locked:
                            locked = False
                            self._give_back()
                        frames.send(connection, frames.DONE)
                        continue
                    frames.send(connection, *self._plain(kind, content))
                except HooksError as error:
                    said = "\0".join((type(error).__name__, str(error), error.hint_text))
                    frames.send(connection, frames.ERROR, said.encode())
        except OSError:
            pass
        finally:
            if locked:
                self._give_back()
            connection.close()
            self.open_calls -= 1
            self.last_call = time.monotonic()

    def _plain(self, kind: bytes, content: bytes) -> tuple[bytes, bytes]:
        """The answer to a request that needs no turn."""
        if kind == frames.HELLO:
            if content.decode("utf-8", "replace") != __version__:
                self.stopped = True  # the program was updated: the next call starts the new one's relay
                return frames.ERROR, b"HooksError\0another version\0"
            return frames.DONE, frames.pack(self.round_trip)
        if kind == frames.QUEUE:
            threading.Thread(target=self._send_the_queue, daemon=True).start()
            return frames.DONE, b""
        if kind == frames.STOP:
            self.stopped = True
            return frames.DONE, b""
        seq = frames.number(content, 0)
        if kind == frames.PULL:
            link = self._link()
            try:
                fetched = link.pull(seq, content[8:])
            finally:
                link.close()
            self._is_at(seq, content[8:])
            return frames.FETCHED, frames.pack_writes(fetched.seq, _now(), fetched.writes)
        if kind == frames.CACHED:
            self._is_at(seq, content[8:])
            with self.state:
                writes = [write for write in self.kept if write[0] > seq] if self.base <= seq else []
                return frames.FETCHED, frames.pack_writes(writes[-1][0] if writes else seq, self.heard_at, writes)
        if kind == frames.WAIT:
            deadline = time.monotonic() + frames.number(content, 8) / 1000
            with self.state:
                while self.newest <= seq and (left := deadline - time.monotonic()) > 0 and not self.stopped:
                    self.state.wait(left)
                return frames.NUMBER, frames.pack(self.newest)
        return frames.ERROR, b"HooksError\0an unknown request\0"

    def _lock(self, connection: socket.socket, content: bytes) -> bool:
        """Take the turn for a command; whether it has it."""
        seq, budget_ms, ledger = frames.number(content, 0), frames.number(content, 8), content[16:]
        began = time.monotonic()
        if not self.turn.acquire(timeout=budget_ms / 1000):
            raise LogBusy(seconds=f"{budget_ms / 1000:g}")
        try:
            left = max(1, budget_ms - int((time.monotonic() - began) * 1000))
            fetched = self.writing.lock(seq, ledger, left)
        except BaseException:
            self.turn.release()
            raise
        has_turn = fetched.reached(seq)
        if not has_turn:
            self.turn.release()
        self._is_at(seq, ledger)
        try:
            frames.send(connection, frames.FETCHED, frames.pack_writes(fetched.seq, _now(), fetched.writes))
        except OSError:
            if has_turn:
                self._give_back()
            raise
        return has_turn

    def _append(self, content: bytes) -> int:
        try:
            seq = self.writing.append(content[:16], content[16:])
        finally:
            self.turn.release()
        with self.state:
            self.newest = max(self.newest, seq)
            self.heard_at = _now()
            self.seq, self.ledger = seq, ledger_of(content[16:])
            self.base, self.kept = seq, []
            self.state.notify_all()
        return seq

    def _give_back(self) -> None:
        try:
            self.writing.release()
        finally:
            self.turn.release()

    # --- what other machines write -------------------------------------------------------------------------------------
    def _is_at(self, seq: int, ledger: bytes) -> None:
        """A command is at this record: what is kept at hand begins there or before."""
        with self.state:
            if seq > self.seq:
                self.seq, self.ledger = seq, ledger
                self.kept = [write for write in self.kept if write[0] > seq]
                self.base = max(self.base, seq) if self.base >= 0 else seq
            if self.base < 0:
                self.base = seq
            self.state.notify_all()

    def _follow(self) -> None:
        """Wait for other machines' writes, and keep the newest at hand; tell the server how far this machine is."""
        link: DirectLink | None = None
        while not self.stopped:
            try:
                with self.state:
                    while self.seq < 0 and not self.stopped:
                        self.state.wait(1.0)
                    known = max([self.seq, *[write[0] for write in self.kept]])
                    ledger = ledger_of(self.kept[-1][1]) if self.kept else self.ledger
                link = link or self._link()
                began = time.monotonic()
                link.log.pull(known)
                self.round_trip = int((time.monotonic() - began) * 1e6)
                newest = link.wait(known, WAIT_SECONDS)
                fetched = link.pull(known, ledger) if newest > known else Fetched(newest, 0, [])
                self._keep(known, fetched)
                self._note(link)
            except HooksError:
                if link is not None:
                    link.close()
                link = None
                time.sleep(RETRY_SECONDS)

    def _keep(self, known: int, fetched: Fetched) -> None:
        with self.state:
            self.newest, self.heard_at = max(self.newest, fetched.seq), _now()
            last = max([self.seq, *[write[0] for write in self.kept]])
            if last == known:
                self.kept += fetched.writes
                while self.kept and sum(len(content) for _, content in self.kept) > KEPT_BYTES:
                    self.base = self.kept.pop(0)[0]
            self.state.notify_all()

    def _send_the_queue(self) -> None:
        """Run `remote pull`, which takes in what waits in the queue: it has the key, the relay has not."""
        time.sleep(QUEUE_SECONDS)  # the call that asks has still to write itself down; others come with it
        with self.sending:
            subprocess.run(
                [sys.executable, "-m", "hooks_cli", "remote", "pull"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
            )

    def _note(self, link: DirectLink) -> None:
        if self.seq > self.noted and time.monotonic() - self.noted_at > NOTED_SECONDS:
            link.log.note_reader(self.machine, self.seq, own_label(link, self.machine))
            self.noted, self.noted_at = self.seq, time.monotonic()


def _now() -> int:
    return time.time_ns() // 1_000_000


def stop(environment: Environment) -> bool:
    """End the relay of this project's memory; False when there is none. Raises NotShared (77), NotFound (1)."""
    store = shared_store(environment)
    try:
        connection, _ = connect(socket_path(environment, store))
        frames.send(connection, frames.STOP)
        frames.receive(connection)
        connection.close()
    except (NoRelay, OSError):
        return False
    finally:
        store.close()
    return True
