"""The store as a replica of a log: what a write transaction does before it begins and before it commits.

    local turn -> the log's turn, and the writes that are missing here -> BEGIN IMMEDIATE, take them in -> the verb, unchanged, its changes
    recorded by SQLite's session extension -> append to the log -> COMMIT

After the append the write is everybody's. A process that dies before its own commit gets it back with the next pull.
"""

from __future__ import annotations

import os
import time

from hooks_cli.errors import HooksError
from hooks_cli.store import anchor
from hooks_cli.store.remote import apply, position
from hooks_cli.store.remote.contract import WRITE_ID_BYTES
from hooks_cli.store.remote.failures import BehindLog, KeptRemotely, ServerUnreachable
from hooks_cli.store.remote.payload import MACHINE_BYTES, Payload
from hooks_cli.store.sqlite import writer_queue
from hooks_cli.store.sqlite.schema import LEDGER_TABLES
from hooks_cli.system.apsw_import import apsw
from hooks_cli.system.failpoints import failpoint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hooks_cli.store.remote.direct_link import DirectLink
    from hooks_cli.store.remote.payload import Fetched
    from hooks_cli.store.remote.relay_link import RelayLink

    Link = DirectLink | RelayLink
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction


class Replica:
    """The log's side of an open store. `connect` opens the way to the log, `at_hand` the relay's where one runs."""

    __slots__ = ("_appended", "_fetched", "_link", "_session", "at_hand", "connect")

    def __init__(
        self, connect: Callable[[EmbeddedStore], Link], at_hand: Callable[[EmbeddedStore], RelayLink | None]
    ) -> None:
        self.at_hand = at_hand
        self.connect = connect
        self._link: Link | None = None
        self._fetched: Fetched | None = None
        self._session: apsw.Session | None = None
        self._appended = False

    def link(self, store: EmbeddedStore) -> Link:
        """The way to the log."""
        if self._link is None:
            self._link = self.connect(store)
        return self._link

    def go_by(self, link: Link) -> None:
        """Take this way to the log from now on."""
        self.close()
        self._link = link

    # --- a write transaction -------------------------------------------------------------------------------------------
    def lock(self, store: EmbeddedStore) -> None:
        """Take the log's turn, before the local transaction begins. Raises as `DirectLink.lock`."""
        link = self.link(store)
        self._appended = False
        while True:
            seq, ledger = position.state(store)
            try:
                fetched = link.lock(seq, ledger, store.budget_ms)
            except BehindLog:
                self._catch_up(store, link)
                continue
            if fetched.reached(seq):
                self._fetched = fetched
                return
            self._take_in(store, fetched)  # much is missing: other machines go on writing meanwhile

    def begin(self, store: EmbeddedStore) -> None:
        """Inside the local transaction: take in what is missing, and record what changes from here on."""
        fetched = self._fetched
        assert fetched is not None
        seq = position.position(store)
        apply.apply(store, [write for write in fetched.writes if write[0] > seq])
        store.query("SAVEPOINT verb")
        self._session = apsw.Session(store.connection, "main")
        for table in LEDGER_TABLES:
            self._session.attach(table)

    def append(self, tx: Transaction, ledger: bytes) -> None:
        """Append what the transaction changed to the log, before the local commit. Raises as `DirectLink.append`."""
        store = tx.store
        assert self._session is not None
        assert self._link is not None
        changeset = self._session.changeset()
        self._end_session()
        collected = store.query("SELECT collected FROM state")[0][0]
        content = Payload(tx.revision, tx.live, collected, tx.now, ledger, machine_of(store), changeset).encode()
        failpoint("remote-before-append")
        seq = self._link.append(os.urandom(WRITE_ID_BYTES), content)
        self._appended = True
        failpoint("remote-between-commits")
        position.note(store, seq)

    def release(self, store: EmbeddedStore) -> None:
        """The transaction changed nothing of the ledger: give the log's turn back, before the local commit."""
        self._end_session()
        if self._link is not None:
            self._link.release()
        if self._fetched is not None:
            position.note(store, self._fetched.seq)

    def abandon(self, store: EmbeddedStore) -> None:
        """The verb failed: its changes go, what was taken in before stays, so that a compare-and-set that is tried again sees it."""
        self._end_session()
        fetched, self._fetched = self._fetched, None
        if self._link is not None:
            self._link.release()
        if fetched is None or not fetched.writes or self._appended or not store.connection.in_transaction:
            return
        try:
            store.query("ROLLBACK TO verb")
            position.note(store, fetched.seq)
            store.query("COMMIT")
        except HooksError:
            return  # the caller rolls everything back; it comes again with the next pull

    def refused_here(self, error: HooksError) -> HooksError:
        """The error of a local commit that failed: after the append it is KeptRemotely (74)."""
        return KeptRemotely(reason=" ".join(str(error).split())) if self._appended else error

    # --- reading -------------------------------------------------------------------------------------------------------
    def pull(self, store: EmbeddedStore) -> int:
        """Take in all that the log has; the number of records that came. Raises as `DirectLink.lock`."""
        link = self.link(store)
        began = position.position(store)
        while True:
            seq, ledger = position.state(store)
            try:
                fetched = link.pull(seq, ledger)
            except BehindLog:
                fetched = None
            held = writer_queue.take(store.path, store.budget_ms)
            try:
                if fetched is None:
                    self._catch_up(store, link)
                    continue
                self._take_in(store, fetched)
            finally:
                writer_queue.give(held)
            if fetched.reached(seq):
                return position.position(store) - began

    def postpones(self, store: EmbeddedStore, how: object) -> bool:
        """Whether a hooks call without an entry is queued instead of sent now; `how` is `[remote] hooks`.

        In auto it is where the relay finds the server far. The relay sends what is queued."""
        if how == "wait":
            return False
        link = self.at_hand(store)
        if link is None:
            return how == "queue"
        try:
            if how == "queue" or link.far:
                link.send_the_queue()
                return True
            return False
        except (HooksError, OSError):
            return how == "queue"
        finally:
            link.close()

    def take_what_is_at_hand(self, store: EmbeddedStore) -> int:
        """Take in what the relay has pulled, without asking the server or waiting for another writer of this machine; when the log was last
        heard of (ms), 0 without a relay."""
        link = self.at_hand(store)
        if link is None:
            return 0
        try:
            seq, ledger = position.state(store)
            fetched = link.cached(seq, ledger)
            if fetched.writes:
                held = writer_queue.take(store.path, 0)
                try:
                    self._take_in(store, fetched)
                finally:
                    writer_queue.give(held)
            return fetched.at
        except (HooksError, OSError):
            return 0
        finally:
            link.close()

    def sleep(self, store: EmbeddedStore, seconds: float) -> None:
        """Sleep for so long, or until the log has a record that is not here. Without the server it only sleeps."""
        began = time.monotonic()
        try:
            self.link(store).wait(position.position(store), seconds)
        except (HooksError, OSError):
            self.forget_link()
            time.sleep(max(0.0, seconds - (time.monotonic() - began)))

    def take_news(self, store: EmbeddedStore) -> bool:
        """Take in what the log has; whether anything came. Without the server nothing comes."""
        try:
            return self.pull(store) > 0
        except ServerUnreachable:
            self.forget_link()
            return False

    def forget_link(self) -> None:
        """End the connection, so that the next request makes a new one."""
        self.close()
        self._link = None

    def close(self) -> None:
        """End the connection to the log."""
        if self._link is not None:
            self._link.close()

    def _catch_up(self, store: EmbeddedStore, link: Link) -> None:
        """The log begins later than what is here: take the server's snapshot."""
        from hooks_cli.store.remote.catch_up import catch_up

        catch_up(store, link.direct())

    def _take_in(self, store: EmbeddedStore, fetched: Fetched) -> None:
        """Take writes in, in a local transaction of its own. The caller has the local turn; another process may have been faster."""
        store.query("BEGIN IMMEDIATE")
        try:
            seq = position.position(store)
            apply.apply(store, [write for write in fetched.writes if write[0] > seq])
            position.note(store, max(seq, fetched.writes[-1][0] if fetched.writes else fetched.seq))
            store.query("COMMIT")
        except BaseException:
            if store.connection.in_transaction:
                store.connection.execute("ROLLBACK")
            raise
        revision, ledger = store.query("SELECT revision, ledger FROM state")[0]
        anchor.advance(store.anchor_path, store.key.raw, store.store_id, revision, ledger)
        store.checkpoint()

    def _end_session(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()


def machine_of(store: EmbeddedStore) -> bytes:
    """The number of this machine (16 bytes), zeros where it can keep none."""
    return store.machine().ljust(MACHINE_BYTES, b"\0")
