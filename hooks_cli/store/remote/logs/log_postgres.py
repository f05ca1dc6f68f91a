"""A shared log in PostgreSQL 14 or newer. Contract: `contract`; tables: `server_tables`.

Cold: loading psycopg takes longer than a whole hot command.

The turn is a row lock on the log's own row. It is taken in a statement of its own: in READ COMMITTED the next statement sees what was
committed before the lock was had; one that locks and reads at once would read a state from before it waited. Both share a round trip.
"""

from __future__ import annotations

from hooks_cli.errors import ExtraMissing, HooksError, InternalError, UsageError
from hooks_cli.store.remote.contract import PULL_BYTES, Record, Tail
from hooks_cli.store.remote.failures import AnswerLost, LogBusy, LogGone, ServerRefused, ServerUnreachable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CONNECT_SECONDS = 10
# A machine that stands still in its turn for so long loses it; a process that dies gives it back at once.
IDLE_TURN_MS = 60_000
# So long an answer is waited for beyond the time that the turn may take, and that of a request that needs no turn. A network that is half
# open (nothing comes, and nothing says so) ends then.
ANSWER_SECONDS = 3.0
APPEND_SECONDS = 30.0
# Without the server's notifications, and as a net below them, the log is looked at so often.
POLL_SECONDS = 1.0
RECORDS_AT_ONCE = 5_000
LOCAL_HOSTS = ("", "localhost", "127.0.0.1", "::1")

_HEAD = "SELECT seq, floor, format, ended FROM hooks_cli.log WHERE log = %s"
_RECORDS = f"""SELECT seq, write_id, sealed FROM (
        SELECT seq, write_id, sealed, sum(octet_length(sealed)) OVER (ORDER BY seq) - octet_length(sealed) AS before
        FROM hooks_cli.record WHERE log = %s AND seq > %s ORDER BY seq LIMIT {RECORDS_AT_ONCE}) r
    WHERE before < {PULL_BYTES} ORDER BY seq"""
_INSERT = "INSERT INTO hooks_cli.record(log, seq, write_id, sealed) VALUES (%s, %s, %s, %s)"
# A server that refuses the connection gives no state, only words.
_REFUSED_WORDS = (
    "authentication failed",
    "no pg_hba.conf entry",
    "no password supplied",
    "certificate",
    "does not exist",
)
_REFUSED = ("28", "42501", "3D000", "0A000")


def connection_words(address: str) -> dict[str, Any]:
    """What libpq is told for an address: its own words, and the certificate is checked where the server is not this machine.

    Raises UsageError (64) for a malformed address or one with a password in it, ExtraMissing (69) without psycopg.
    """
    psycopg = driver()
    try:
        words: dict[str, Any] = dict(psycopg.conninfo.conninfo_to_dict(address))
    except psycopg.Error as error:
        raise UsageError(f"This is not an address of a PostgreSQL server: {one_line(error)}") from None
    if words.get("password"):
        raise UsageError(
            "The address holds a password, which other users of this machine could read.",
            hint="Put it into ~/.pgpass (mode 0600), or name a service file: postgresql:///?service=NAME",
        )
    hosts = str(words.get("host") or "").split(",")
    if "service" not in words and not all(host in LOCAL_HOSTS or host.startswith("/") for host in hosts):
        words.setdefault("sslmode", "verify-full")
        words.setdefault("sslrootcert", "system")
    return words


class PostgresLog:
    """The log `log_id` on a server; implements `contract.Log`. Connects at the first request, and again after a broken connection."""

    def __init__(self, address: str, log_id: bytes) -> None:
        self.address = address
        self.log_id = log_id
        self._connection: Any = None
        self._in_turn = False
        self._listening = False

    # --- the five methods ----------------------------------------------------------------------------------------------
    def lock(self, after: int, budget_ms: int) -> Tail:
        psycopg = driver()
        was_open = self._connection is not None
        connection = self.connected(budget_ms / 1000)
        try:
            with _Patience(connection, budget_ms / 1000 + ANSWER_SECONDS), connection.pipeline():
                connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
                connection.execute(f"SET LOCAL lock_timeout = {max(1, int(budget_ms))}")
                head = self._cursor().execute(_HEAD + " FOR UPDATE", (self.log_id,))
                rows = self._cursor().execute(_RECORDS, (self.log_id, after))
                self._in_turn = True
            return self._tail(head, rows)
        except psycopg.errors.LockNotAvailable:
            self.release()
            raise LogBusy(seconds=f"{budget_ms / 1000:g}") from None
        except psycopg.Error as error:
            self.release()
            trouble = self.trouble(error)
            if was_open and self._connection is None:
                return self.lock(after, budget_ms)  # the connection broke while it was idle
            raise trouble from None
        except BaseException:
            self.release()
            raise

    def append(self, records: list[Record]) -> None:
        psycopg = driver()
        connection, self._in_turn = self._connection, False
        try:
            with _Patience(connection, APPEND_SECONDS), connection.pipeline():
                for record in records:
                    self._cursor().execute(_INSERT, (self.log_id, record.seq, record.write_id, record.sealed))
                connection.execute("UPDATE hooks_cli.log SET seq = %s WHERE log = %s", (records[-1].seq, self.log_id))
                connection.execute("SELECT pg_notify(%s, %s)", (self.channel, str(records[-1].seq)))
                connection.execute("COMMIT")
        except psycopg.Error as error:
            if connection.broken or connection.closed:
                self.close()
                raise AnswerLost(one_line(error)) from None
            self._in_turn = True
            self.release()
            raise self.trouble(error) from None
        except BaseException:
            self.close()
            raise

    def release(self) -> None:
        if not self._in_turn:
            return
        self._in_turn = False
        try:
            self._connection.execute("ROLLBACK")
        except driver().Error:
            self.close()

    def pull(self, after: int) -> Tail:
        psycopg = driver()
        was_open = self._connection is not None
        connection = self.connected()
        try:
            with _Patience(connection, APPEND_SECONDS), connection.pipeline():
                head = self._cursor().execute(_HEAD, (self.log_id,))
                rows = self._cursor().execute(_RECORDS, (self.log_id, after))
            return self._tail(head, rows)
        except psycopg.Error as error:
            trouble = self.trouble(error)
            if was_open and self._connection is None:
                return self.pull(after)
            raise trouble from None

    def wait(self, after: int, seconds: float) -> int:
        import time

        psycopg = driver()
        connection = self.connected()
        deadline = time.monotonic() + seconds
        try:
            if not self._listening:
                connection.execute(f'LISTEN "{self.channel}"')  # before looking, so that nothing falls between
                self._listening = True
            while True:
                row = connection.execute("SELECT seq FROM hooks_cli.log WHERE log = %s", (self.log_id,)).fetchone()
                if row is None:
                    raise LogGone
                left = deadline - time.monotonic()
                if row[0] > after or left <= 0:
                    return int(row[0])
                for _ in connection.notifies(timeout=min(left, POLL_SECONDS), stop_after=1):
                    pass
        except psycopg.Error as error:
            raise self.trouble(error) from None

    def close(self) -> None:
        connection, self._connection = self._connection, None
        self._in_turn = self._listening = False
        if connection is not None:
            connection.close()

    # -------------------------------------------------------------------------------------------------------------------
    @property
    def channel(self) -> str:
        """The name under which the server notifies those who wait for this log."""
        return f"hooks_{self.log_id.hex()}"

    def connected(self, seconds: float = CONNECT_SECONDS) -> Any:
        """The open connection; a new one, waited for at most so long, where there is none or the last one broke."""
        if self._connection is not None and not self._connection.closed:
            return self._connection
        psycopg = driver()
        self._in_turn = self._listening = False
        words = connection_words(self.address)
        try:
            self._connection = psycopg.connect(
                **{"connect_timeout": max(2, int(min(seconds, CONNECT_SECONDS))), "application_name": "hooks-cli"}
                | words,
                autocommit=True,
                prepare_threshold=1,
                keepalives_idle=20,
                keepalives_interval=5,
                keepalives_count=3,
                tcp_user_timeout=30_000,
            )
            self._connection.execute(f"SET idle_in_transaction_session_timeout = {IDLE_TURN_MS}")
        except psycopg.Error as error:
            self.close()
            raise self.trouble(error) from None
        return self._connection

    def _cursor(self) -> Any:
        return self._connection.cursor(binary=True)

    def _tail(self, head: Any, rows: Any) -> Tail:
        found = head.fetchone()
        if found is None:
            raise LogGone
        seq, floor, its_format, ended = found
        records = [Record(int(number), bytes(write_id), bytes(sealed)) for number, write_id, sealed in rows.fetchall()]
        return Tail(int(seq), int(floor), int(its_format), bool(ended), records)

    def trouble(self, error: Any) -> HooksError:
        """A driver's error in our words. A connection that is of no use any more is closed."""
        psycopg = driver()
        state = getattr(error, "sqlstate", None) or ""
        if self._connection is not None and (self._connection.broken or self._connection.closed):
            self.close()
        if isinstance(error, (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName)):
            return LogGone("The server has no tables of hooks-cli: nothing was made there yet.")
        line = one_line(error)
        if state.startswith(_REFUSED) or any(words in line for words in _REFUSED_WORDS):
            return ServerRefused(reason=line)
        if isinstance(error, psycopg.OperationalError):
            return ServerUnreachable(reason=line)
        return InternalError(reason=f"the server's answer: {line}")


class _Patience:
    """`with _Patience(connection, seconds):` when the block takes longer the connection is shut, which ends the driver's wait."""

    def __init__(self, connection: Any, seconds: float) -> None:
        import threading

        self._connection = connection
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *error: object) -> None:
        self._timer.cancel()

    def _shut(self) -> None:
        import os
        import socket

        try:
            with socket.socket(fileno=os.dup(self._connection.fileno())) as same:
                same.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def driver() -> Any:
    """The driver. Raises ExtraMissing (69) where it is not installed."""
    try:
        import psycopg
    except ImportError:
        raise ExtraMissing(feature="A memory on a server", extra="remote") from None
    return psycopg


def one_line(error: BaseException) -> str:
    """The driver's words on one line."""
    return " ".join(str(error).split()) or type(error).__name__
