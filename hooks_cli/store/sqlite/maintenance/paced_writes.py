"""Long work in short transactions, paced so that no other writer waits long for its turn.

A transaction of long work is made of small pieces, and ends with the piece during which somebody came to the writers' queue
(`turn.wanted`), at the latest after some milliseconds. While nobody else writes, the next one follows at once; where somebody waits, or has
written within the last second, the store is left alone for a while first, so that who writes again and again finds it free mostly, and
finds the disk idle, too. Checkpoints meanwhile are passive ones, made after the turn was given back, which keep nobody waiting.
"""

from __future__ import annotations

import time

from hooks_cli.store.sqlite import writer_queue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction

# How long a transaction of long work deletes or merges before it commits, with nobody beside and while others write; and how long the
# store is left alone after one in the latter case.
WORK_SECONDS = 0.008
WORK_IN_COMPANY_SECONDS = 0.003
REST_SECONDS = 0.008
# For so long after another's write others are expected to write again.
COMPANY_SECONDS = 1.0

_released = 0.0
_revision = -1  # of the store when the last transaction of long work ended
_company_until = 0.0


class paced:  # noqa: N801
    """`with paced(store) as tx`: a write transaction of long work, once the rest after the last one is over. `local` as in the contract."""

    def __init__(self, store: EmbeddedStore, *, local: bool = False) -> None:
        self.store = store
        self.local = local
        self.transaction: Transaction | None = None

    def __enter__(self) -> Transaction:
        global _company_until
        now = time.monotonic()
        if writer_queue.wanted(self.store.path):
            _company_until = now + COMPANY_SECONDS
        left = _released + REST_SECONDS - now
        if left > 0 and now < _company_until:
            time.sleep(left)
        self.transaction = self.store.writing(local=self.local)
        transaction = self.transaction.__enter__()
        self.store.patient = True
        if transaction.revision != _revision and _revision >= 0:
            _company_until = time.monotonic() + COMPANY_SECONDS
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


def enough(store: EmbeddedStore, began: float) -> bool:
    """Whether a transaction of long work that began then (a time of `time.monotonic`) should end: its time is up, or somebody waits."""
    now = time.monotonic()
    limit = WORK_IN_COMPANY_SECONDS if now < _company_until else WORK_SECONDS
    return now - began >= limit or writer_queue.wanted(store.path)
