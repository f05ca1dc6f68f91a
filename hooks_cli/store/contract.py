"""The contract of a store: the methods of `Store` and `Transaction` with their errors.

1. **Durable.** When the `with store.writing()` block has ended without an error, what it wrote is on the disk (one sync), and stays
   there through `kill -9` and power loss. When it ended with an error, nothing of it was kept.
2. **Serial.** One writer at a time, all writers in one order; each transaction sees all that were committed before it began.
   Readers never wait for writers, and see one consistent state for each statement.
3. **Numbered.** Revisions are store-wide, increasing, and never reused, also not after deletion or garbage collection. Versions are
   1, 2, 3 … within an address, without gaps at the time of writing.
4. **Encrypted.** Nothing in the files is readable without the key: not the values, the addresses, the sessions, nor their number.
5. **Verifiable.** The ledger covers every row of the tables in `schema.LEDGER_TABLES`. Every change of one of them is made inside a
   `Transaction` and told to it (`insert`, or `forget` and `remember`), so that the ledger changes in the same commit.
6. **Bounded waits.** Whatever waits for a lock waits at most the budget of the store, then raises Busy (75).

Each method names its errors, with their exit codes; after any of them the store is as it was before the call. A program error is none of
them: a statement with a mistake raises InternalError (70).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Any, Protocol, Self

    from hooks_cli.store.sensitive_values import Guard

    Params = tuple[Any, ...]
    Row = tuple[Any, ...]

    class Transaction(Protocol):
        """One write transaction: `with store.writing() as tx`. It commits when the block ends, and rolls back when the block raises.

        `now` is the time (ms) of all that it writes, `revision` the newest store-wide revision, `live` how many addresses hold something,
        `ended` whether it was committed. `notes` are lines for standard error, told after the commit.
        """

        now: int
        revision: int
        live: int
        ended: bool
        notes: list[str]

        def __enter__(self) -> Self:
            """Wait for the writers before, and begin.

            Raises Busy (75), StorageFailed or DiskFull (74), PermissionRefused (77), Tampered (77) for a store that was rolled back.
            """

        def __exit__(
            self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
        ) -> None:
            """Commit, or roll back when the block raised. Raises StorageFailed or DiskFull (74), Busy (75): nothing was kept then."""

        @property
        def machine(self) -> int | None:
            """The row of this machine, made by its first write; None where it has no number. Raises StorageFailed or DiskFull (74)."""

        def next_revision(self) -> int:
            """The next store-wide revision; it is used up only if the transaction commits. Raises nothing."""

        def insert(self, table: str, row: Row) -> None:
            """Add a row of a ledger table, all columns in the order of `schema.LEDGER_TABLES`. Raises StorageFailed or DiskFull (74)."""

        def forget(self, table: str, row: Row) -> None:
            """Take a row out of the ledger that the caller deletes or has just replaced. Raises nothing."""

        def remember(self, table: str, row: Row) -> None:
            """Take a row into the ledger that the caller has just written. Raises nothing."""

        def add_to_ledger(self, amount: int) -> None:
            """Add the sum of the hashes of many rows (those taken out subtracted), modulo 2**256. Raises nothing."""

        def accept_ledger(self, ledger: int, revision: int) -> None:
            """Begin the ledger anew with this sum, above this revision: for a user who takes the store as it is. Raises nothing."""

    class Store(Protocol):
        """An open store. `path` is its file, `store_id` the 16 bytes that name it, `budget_ms` how long it waits for a lock."""

        path: str
        store_id: bytes
        budget_ms: int

        def query(self, sql: str, params: Params = ()) -> list[Row]:
            """All rows of one statement. Memory grows with them; use `each` for many.

            Raises Busy (75), StorageFailed or DiskFull (74), PermissionRefused (77), Tampered (77) for a page that is not authentic.
            """

        def each(self, sql: str, params: Params = ()) -> Iterator[Row]:
            """The rows of one statement, one by one. A read transaction lasts until they are used up. Raises what `query` raises."""

        def row(self, sql: str, params: Params = ()) -> Row | None:
            """The first row, or None. Raises what `query` raises."""

        def writing(self, *, local: bool = False) -> Any:
            """A write transaction, which begins with its `with` block. A `local` one changes no table of the ledger: it needs no server
            where the store is a replica. Raises nothing."""

        @property
        def guard(self) -> Guard:
            """What is sensitive here, by the settings. Raises ConfigError (78) for settings that are not valid."""

        def wait_at_most(self, milliseconds: int) -> None:
            """From now on wait no longer than this for other writers. Raises nothing."""

        def checkpoint(self) -> None:
            """Copy a long write-ahead log back and truncate it; never waits, at worst it is left for the next commit. Raises nothing."""

        def release(self) -> None:
            """Give the opener's lock back while nothing is read or written; `reacquire` before the next statement. Raises nothing."""

        def reacquire(self) -> None:
            """Take the opener's lock again. The file may have been replaced meanwhile: look at its inode. Raises Busy (75)."""

        def close(self) -> None:
            """Give the file and the lock back. A process that ends without it loses nothing. Raises nothing."""
