"""A write transaction: assigns revisions, updates the ledger, writes the anchor at commit."""

from __future__ import annotations

from hooks_cli.crypto.ledger import MODULUS
from hooks_cli.errors import HooksError
from hooks_cli.store import anchor
from hooks_cli.store.sqlite import writer_queue
from hooks_cli.store.sqlite.schema import FORMAT, LEDGER_TABLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

    from hooks_cli.store.contract import Row
    from hooks_cli.store.sqlite.store import EmbeddedStore

_INSERT = {
    table: f"INSERT INTO {table}({columns}) VALUES({','.join('?' * len(columns.split(',')))})"
    for table, columns in LEDGER_TABLES.items()
}
# What a transaction begins from, the row of this machine (NULL when it has none yet), and the version of the word index: one statement.
_STATE = (
    "SELECT revision, live, ledger, marks, (SELECT id FROM machine WHERE name = ?), "
    "coalesce((SELECT value FROM upkeep WHERE name = 'word_index'), 1) FROM state"
)


class Transaction:
    """One write transaction; implements `contract.Transaction`. `now` is the time of all its writes."""

    __slots__ = (
        "_first_revision",
        "_ledger",
        "_machine",
        "_machine_id",
        "_marks",
        "_replica",
        "_turn",
        "ended",
        "index_version",
        "live",
        "notes",
        "now",
        "revision",
        "store",
    )

    def __init__(self, store: EmbeddedStore, local: bool = False) -> None:
        self.store = store
        self._replica = None if local else store.replica
        self.now = 0
        self.revision = 0
        self.live = 0
        # Which version of the word index serves, and so how words are written to it (`store.sqlite.search.next_index`).
        self.index_version = 1
        self.ended = False
        # Lines for stderr, said after the commit.
        self.notes: list[str] = []

    def __enter__(self) -> Transaction:
        store = self.store
        if store.rollback_seen is not None:
            raise store.rollback_seen
        self._turn = writer_queue.take(store.path, store.budget_ms)
        replica = self._replica
        try:
            if store.format != FORMAT:
                from hooks_cli.store.sqlite.file import migrations

                migrations.migrate(store)
            self._machine_id = store.machine()
            if replica is not None:
                replica.lock(store)
            store.query("BEGIN IMMEDIATE")
            if replica is not None:
                replica.begin(store)
            row = store.query(_STATE, (self._machine_id,))[0]
            self.revision, self.live, ledger, self._marks, self._machine, self.index_version = row
        except BaseException:
            self._rollback()
            raise
        self._first_revision = self.revision
        self._ledger = int.from_bytes(ledger, "little")
        self.now = store.clock()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._rollback()
            return
        store = self.store
        ledger = self._ledger.to_bytes(32, "little")
        replica = self._replica
        try:
            if self.revision != self._first_revision:
                mark = self.revision.to_bytes(8, "little") + ledger[: anchor.SHORT_HASH]
                marks = self._marks[-(anchor.MARKS - 1) * anchor.MARK_BYTES :] + mark
                store.query(
                    "UPDATE state SET revision=?, live=?, ledger=?, marks=?", (self.revision, self.live, ledger, marks)
                )
                if replica is not None:
                    replica.append(self, ledger)
            elif replica is not None:
                replica.release(store)
            store.query("COMMIT")
        except BaseException as failed:
            self._rollback()
            if replica is not None and isinstance(failed, HooksError):
                raise replica.refused_here(failed) from failed
            raise
        self.ended = True
        if self.revision != self._first_revision:
            anchor.advance(store.anchor_path, store.key.raw, store.store_id, self.revision, ledger)
            if store.span_facts is not None:
                from hooks_cli.store.sqlite import telemetry_note

                telemetry_note.note(store, store.span_facts, self._first_revision, self.revision)
        for line in self.notes:
            store.warn(line)
        if store.patient:
            writer_queue.give(self._turn)  # a passive checkpoint needs no turn
            store.checkpoint()
        else:
            store.checkpoint()  # before the next one's turn: a truncation needs a moment without writers
            writer_queue.give(self._turn)

    def _rollback(self) -> None:
        try:
            if self._replica is not None:
                self._replica.abandon(self.store)
            if self.store.connection.in_transaction:
                self.store.connection.execute("ROLLBACK")
        finally:
            writer_queue.give(self._turn)
            self._turn = writer_queue.NONE

    def accept_ledger(self, ledger: int, revision: int) -> None:
        """Start again with this ledger, above this revision: only for a user who has looked and takes the store as it is."""
        self._ledger = ledger
        self.revision = max(self.revision, revision) + 1

    @property
    def machine(self) -> int | None:
        """The row of this machine, made by its first write, which takes a revision too; None where the machine has no number."""
        if self._machine is None and self._machine_id:
            from hooks_cli.store.sqlite import machines

            self._machine = machines.number_of(self, self._machine_id)
        number: int | None = self._machine
        return number

    def next_revision(self) -> int:
        self.revision += 1
        return self.revision

    def insert(self, table: str, row: Row) -> None:
        self.store.query(_INSERT[table], row)
        self.remember(table, row)

    def forget(self, table: str, row: Row) -> None:
        self._ledger = (self._ledger - self.store.ledger.row(table, row)) % MODULUS

    def remember(self, table: str, row: Row) -> None:
        self._ledger = (self._ledger + self.store.ledger.row(table, row)) % MODULUS

    def add_to_ledger(self, amount: int) -> None:
        """Take in the sum of the hashes of many rows (those taken out subtracted), modulo 2**256."""
        self._ledger = (self._ledger + amount) % MODULUS


if TYPE_CHECKING:
    from hooks_cli.store import contract

    # The type checker holds the class to the contract.
    _CONTRACT: type[contract.Transaction] = Transaction
