"""Long work in short transactions, paced so that no other writer waits long for its turn.

Who finds the store locked tries again after 1, 3, 8, 18 … ms (SQLite's busy handler; its blocking locks are not in effect in this
build). So a transaction of long work lasts a few milliseconds, and after it the store is left alone for longer than the gap between
those tries: whoever came during the transaction has then got the lock at the third try at the latest. Checkpoints meanwhile are
passive ones, which keep nobody waiting.
"""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

    from hooks_cli.store.embedded import EmbeddedStore
    from hooks_cli.store.transaction import Transaction

# How long a transaction of long work deletes or merges before it commits, and how long the store is left alone after that.
WORK_SECONDS = 0.004
REST_SECONDS = 0.008

_released = 0.0


class paced:  # noqa: N801
    """`with paced(store) as tx`: a write transaction of long work, once the rest after the last one is over."""

    def __init__(self, store: EmbeddedStore) -> None:
        self.store = store
        self.transaction: Transaction | None = None

    def __enter__(self) -> Transaction:
        left = _released + REST_SECONDS - time.monotonic()
        if left > 0:
            time.sleep(left)
        self.store.patient = True
        self.transaction = self.store.writing()
        return self.transaction.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        global _released
        assert self.transaction is not None
        try:
            self.transaction.__exit__(kind, error, trace)
        finally:
            self.store.patient = False
            _released = time.monotonic()
