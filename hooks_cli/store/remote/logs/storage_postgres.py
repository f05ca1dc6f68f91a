"""Administration of a shared log in PostgreSQL: tables, snapshots, compaction, readers."""

from __future__ import annotations

from hooks_cli.store.remote.contract import Reader, Snapshot, Usage
from hooks_cli.store.remote.failures import LogTampered
from hooks_cli.store.remote.logs import server_tables
from hooks_cli.store.remote.logs.log_postgres import PostgresLog, driver

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


class PostgresStorage(PostgresLog):
    """A log in PostgreSQL with its administration; implements `contract.LogStorage`."""

    def make_tables(self) -> None:
        """They belong to the user that connects."""
        with self._transaction() as connection:
            if connection.execute("SELECT to_regclass('hooks_cli.reader')").fetchone()[0] is not None:
                return
            connection.execute("SELECT pg_advisory_xact_lock(7219204821)")  # two that make them at once
            connection.execute(server_tables.TABLES)

    def labels(self) -> list[tuple[bytes, bytes]]:
        with self._transaction() as connection:
            rows = connection.execute("SELECT log, label FROM hooks_cli.log WHERE NOT ended ORDER BY log").fetchall()
        return [(bytes(log), bytes(label)) for log, label in rows]

    def create(self, format: int, label: bytes, snapshot: Snapshot, parts: Iterable[bytes]) -> bool:
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO hooks_cli.log(log, seq, floor, format, label) VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (self.log_id, snapshot.seq, snapshot.seq, format, label),
            )
            seq, ended = connection.execute(
                "SELECT seq, ended FROM hooks_cli.log WHERE log = %s FOR UPDATE", (self.log_id,)
            ).fetchone()
            joined = connection.execute("SELECT 1 FROM hooks_cli.reader WHERE log = %s", (self.log_id,)).fetchone()
            if seq != snapshot.seq or ended or joined:
                return False
            self._insert_snapshot(snapshot, parts)
            return True

    def put_snapshot(self, snapshot: Snapshot, parts: Iterable[bytes]) -> None:
        with self._transaction():
            self._insert_snapshot(snapshot, parts)

    def newest_snapshot(self) -> Snapshot | None:
        row = self._one(
            "SELECT seq, snapshot_id, parts, ledger FROM hooks_cli.snapshot WHERE log = %s "
            "GROUP BY seq, snapshot_id, parts, ledger HAVING count(*) = parts ORDER BY seq DESC, max(at) DESC LIMIT 1",
            (self.log_id,),
        )
        return None if row is None else Snapshot(int(row[0]), bytes(row[1]), int(row[2]), bytes(row[3]))

    def snapshot_part(self, snapshot: Snapshot, part: int) -> bytes:
        row = self._one(
            "SELECT sealed FROM hooks_cli.snapshot WHERE log = %s AND seq = %s AND snapshot_id = %s AND part = %s",
            (self.log_id, snapshot.seq, snapshot.snapshot_id, part),
        )
        if row is None:
            raise LogTampered(expected=f"part {part} of the snapshot {snapshot.seq}", found="none")
        return bytes(row[0])

    def compact(self, snapshot_seq: int, upto: int) -> int:
        row = self._one("SELECT hooks_cli.compact(%s, %s, %s)", (self.log_id, snapshot_seq, upto))
        return int(row[0])

    def set_format(self, format: int) -> None:
        with self._transaction() as connection:
            connection.execute("UPDATE hooks_cli.log SET format = %s WHERE log = %s", (format, self.log_id))

    def end(self, seq: int) -> bool:
        with self._transaction() as connection:
            done = connection.execute(
                "UPDATE hooks_cli.log SET ended = true WHERE log = %s AND seq = %s", (self.log_id, seq)
            )
            connection.execute("SELECT pg_notify(%s, 'ended')", (self.channel,))
            return bool(done.rowcount)

    def note_reader(self, machine: bytes, seq: int, label: bytes, left: bool = False) -> None:
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO hooks_cli.reader(log, machine, seq, label, gone) VALUES (%s, %s, %s, %s, %s) "
                "ON CONFLICT (log, machine) DO UPDATE SET seq = excluded.seq, at = now(), label = excluded.label, gone = excluded.gone",
                (self.log_id, machine, seq, label, left),
            )

    def readers(self) -> list[Reader]:
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT machine, seq, (extract(epoch FROM at) * 1000)::bigint, label, gone FROM hooks_cli.reader "
                "WHERE log = %s ORDER BY machine",
                (self.log_id,),
            ).fetchall()
        return [Reader(bytes(m), int(seq), int(at), bytes(label), bool(gone)) for m, seq, at, label, gone in rows]

    def usage(self) -> Usage:
        row = self._one(
            "SELECT count(*), coalesce(sum(octet_length(sealed)), 0), (SELECT coalesce(sum(octet_length(sealed)), 0) "
            "FROM hooks_cli.snapshot WHERE log = %s) FROM hooks_cli.record WHERE log = %s",
            (self.log_id, self.log_id),
        )
        return Usage(*(int(number) for number in row))

    # -----------------------------------------------------------------------------------------------------------------
    def _one(self, sql: str, params: tuple[object, ...]) -> Any:
        psycopg = driver()
        connection = self.connected()
        try:
            return connection.execute(sql, params, binary=True).fetchone()
        except psycopg.Error as error:
            raise self.trouble(error) from None

    def _insert_snapshot(self, snapshot: Snapshot, parts: Iterable[bytes]) -> None:
        for number, part in enumerate(parts):
            self.connected().execute(
                "INSERT INTO hooks_cli.snapshot(log, seq, snapshot_id, part, parts, ledger, sealed) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s)",
                (self.log_id, snapshot.seq, snapshot.snapshot_id, number, snapshot.parts, snapshot.ledger, part),
            )

    def _transaction(self) -> _Transaction:
        return _Transaction(self)


class _Transaction:
    """`with log._transaction() as connection`: a transaction of its own, the driver's errors in our words."""

    def __init__(self, log: PostgresStorage) -> None:
        self._log = log

    def __enter__(self) -> Any:
        self._connection = self._log.connected()
        self._block = self._connection.transaction()
        try:
            self._block.__enter__()
        except driver().Error as error:
            raise self._log.trouble(error) from None
        return self._connection

    def __exit__(self, *error: Any) -> None:
        psycopg = driver()
        try:
            self._block.__exit__(*error)
        except psycopg.Error as trouble:
            raise self._log.trouble(trouble) from None
        if isinstance(error[1], psycopg.Error):
            raise self._log.trouble(error[1]) from None
