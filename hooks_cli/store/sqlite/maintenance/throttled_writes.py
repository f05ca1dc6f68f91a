"""Throttled writes for long jobs (garbage collection, clear): many short transactions, with pauses while other writers are active.

A job commits when another writer joins the queue (`writer_queue.wanted`) or when its time is up. It pauses before the next transaction
while others write, so that frequent writers rarely wait and find the disk idle. Checkpoints in between are passive and block no process.
"""

from __future__ import annotations

import time

from hooks_cli.store.sqlite import writer_queue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction

BATCH_SECONDS = 0.008  # longest transaction of a long job while no other process writes
BUSY_BATCH_SECONDS = 0.003  # the same while other writers are active
PAUSE_SECONDS = 0.008  # pause between two transactions while other writers are active
BUSY_SECONDS = 1.0  # other writers count as active for so long after their last write

_released = 0.0
_revision = -1  # the store's revision after the last throttled transaction
_busy_until = 0.0


class ThrottledWrite:
    """`with ThrottledWrite(store) as tx`: one short transaction of a long job, after a pause if others write. `local`: see the contract."""

    def __init__(self, store: EmbeddedStore, *, local: bool = False) -> None:
        self.store = store
        self.local = local
        self.transaction: Transaction | None = None

    def __enter__(self) -> Transaction:
        global _busy_until
        now = time.monotonic()
        if writer_queue.wanted(self.store.path):
            _busy_until = now + BUSY_SECONDS
        left = _released + PAUSE_SECONDS - now
        if left > 0 and now < _busy_until:
            time.sleep(left)
        self.transaction = self.store.writing(local=self.local)
        transaction = self.transaction.__enter__()
        self.store.patient = True
        if transaction.revision != _revision and _revision >= 0:
            _busy_until = time.monotonic() + BUSY_SECONDS
        return transaction

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        global _released, _revision
        assert self.transaction is not None
        try:
            self.transaction.__exit__(kind, error, trace)
            _revision = self.transaction.revision
        finally:
            self.store.patient = False
            _released = time.monotonic()


def should_commit(store: EmbeddedStore, started: float) -> bool:
    """Whether the transaction that started then (`time.monotonic`) must commit: its time is up, or another writer waits."""
    now = time.monotonic()
    limit = BUSY_BATCH_SECONDS if now < _busy_until else BATCH_SECONDS
    return now - started >= limit or writer_queue.wanted(store.path)
