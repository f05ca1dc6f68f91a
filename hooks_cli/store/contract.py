"""The contract of a store: the methods of `Store` and `Transaction` with their errors.

1. **Durable.** When the `with store.writing()` block has ended without an error, what it wrote is on the disk (one sync), and stays
   there through `kill -9` and power loss. When it ended with an error, nothing of it was kept.
2. **Serial.** One writer at a time, all writers in one order; each transaction sees all that were committed before it began.
   Readers never wait for writers, and see one consistent state for each statement.
3. **Numbered.** Revisions are store-wide, increasing, and never reused, also not after deletion or garbage collection. Versions are
   1, 2, 3 … within an address, without gaps at the time of writing.
4. **Sealed off.** Nothing in the files is readable without the key: not the values, the addresses, the sessions, nor their number.
5. **Evident.** The ledger covers every row of the tables in `schema.LEDGER_TABLES`; each write keeps it in the same transaction.
6. **Patient, not stuck.** Whatever waits for a lock waits at most its budget, then raises Busy (75).

Errors of every method: Busy (75), StorageFailed or DiskFull (74), PermissionRefused or Tampered (77); after any of them the store is as
it was before the call.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    Params = tuple[Any, ...]
    Row = tuple[Any, ...]

    class Transaction(Protocol):
        """One write transaction: `with store.writing() as tx`. Commits when the block ends, rolls back when it raises."""

        store: Store
        now: int

        def next_revision(self) -> int:
            """The next store-wide revision; it is used up only if the transaction commits."""

        def insert(self, table: str, row: Row) -> None:
            """Add a row of a ledger table, all columns in the order of `schema.LEDGER_TABLES`."""

        def forget(self, table: str, row: Row) -> None:
            """Take a row out of the ledger that the caller deletes or has just replaced."""

        def remember(self, table: str, row: Row) -> None:
            """Take a row into the ledger that the caller has just written."""

    class Store(Protocol):
        """An open store."""

        path: str
        store_id: bytes

        def query(self, sql: str, params: Params = ()) -> list[Row]:
            """All rows of one statement. Memory grows with them; use `each` for many."""

        def each(self, sql: str, params: Params = ()) -> Any:
            """The rows of one statement, one after the other. A read transaction lasts until they are used up."""

        def row(self, sql: str, params: Params = ()) -> Row | None:
            """The first row, or None."""

        def writing(self, *, local: bool = False) -> Any:
            """A write transaction (a context manager that gives a Transaction). A `local` one changes no table of the ledger: it needs no
            server where the store is a replica."""

        def close(self) -> None:
            """Give the file and the lock back. A process that ends without it loses nothing."""
