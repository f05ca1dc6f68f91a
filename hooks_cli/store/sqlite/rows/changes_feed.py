"""Follows the store: yields each version once, as any process commits it, in order of revision.

Between two looks no read transaction is open, and the opener's lock is given back, so that a watch of hours keeps no process from
checkpointing, restoring or rotating. Whether there is something new is asked of SQLite's data_version, which reads a counter in shared
memory; whether the file was replaced, of its inode.
"""

from __future__ import annotations

import os
import time

from hooks_cli.errors import NotFound
from hooks_cli.model.entry import Entry
from hooks_cli.store.sqlite.rows.entries import COLUMNS, FROM_ENTRIES, is_version_sql, matching
from hooks_cli.store.sqlite.store import MEMORY_BUDGET_MS, open_store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment

# How long to sleep between two looks: short while things happen, longer in a quiet store.
SHORTEST_SECONDS = 0.005
LONGEST_SECONDS = 0.1
# Changes read at once.
PORTION = 500

# A destruction, at its own revision: the newest version that lost its content then. Its columns are those of `COLUMNS`.
DESTROYED = f"""
    SELECT h.address, v.revision, e.version, v.at, e.kind, 0, NULL, s.name, v.attribution IS 'guessed', v.agent, 'destroy', NULL, NULL,
           NULL, NULL, NULL, NULL, NULL, v.trace, h.pinned, NULL
    FROM event v JOIN head h ON h.address = v.fields ->> '$.memory_key'
    JOIN entry e ON {is_version_sql()} AND e.version = (SELECT max(value) FROM json_each(v.fields, '$.versions'))
    LEFT JOIN session s ON s.id = v.session
    WHERE v.revision > ? AND v.revision <= ? AND v.verb = 'destroy' ORDER BY v.revision"""


class RevisionCollected(NotFound):
    """Changes after revision {since} were collected. The oldest revision to resume from is {oldest}."""

    hint = "Resume with --since {oldest}, and read what there is now: memory recall GLOB"


class Feed:
    """The changes of addresses that fit a glob, from a revision on. `after` is the revision up to which everything was given."""

    def __init__(self, environment: Environment, pattern: str, since: int | None) -> None:
        """`since` None begins with what comes next."""
        self.environment = environment
        self.pattern = pattern
        self.store = open_store(environment, budget_ms=MEMORY_BUDGET_MS)
        self._inode = os.stat(self.store.path).st_ino
        self._seen_version = -1
        self.after = self._state()[0] if since is None else since

    def _state(self) -> tuple[int, int]:
        """(newest revision, newest collected revision)."""
        revision, collected = self.store.query("SELECT revision, collected FROM state")[0]
        return revision, collected

    def newest(self) -> int:
        """The revision that the store is at."""
        return self._state()[0]

    def look(self) -> list[Entry]:
        """The changes since the last look, oldest first, a portion at most. Raises RevisionCollected (1)."""
        condition, params = matching(self.pattern)
        store = self.store
        version = self._data_version()
        store.query("BEGIN")
        try:
            newest, collected = self._state()
            if collected > self.after:
                raise RevisionCollected(since=self.after, oldest=collected)
            rows = store.query(
                f"SELECT {COLUMNS} FROM {FROM_ENTRIES} WHERE e.revision > ? AND {condition} ORDER BY e.revision LIMIT ?",
                (self.after, *params, PORTION),
            )
            until = rows[-1][1] if len(rows) == PORTION else newest
            destroyed = store.query(DESTROYED, (self.after, until))
            destroyed = [row for row in destroyed if self._fits(row[0])]
        finally:
            store.query("COMMIT")
        found = sorted([Entry(row) for row in (*rows, *destroyed)], key=lambda entry: entry.revision)
        self.after = until
        if until == newest:
            self._seen_version = version
        return found

    def _fits(self, address: str) -> bool:
        return (
            bool(self.store.query("SELECT ? GLOB ?", (address, self.pattern or "*"))[0][0]) or address == self.pattern
        )

    def mark(self) -> None:
        """Count everything that was committed until now as seen: for who looks with a query of its own after this."""
        self._seen_version = self._data_version()

    def _data_version(self) -> int:
        return int(self.store.query("PRAGMA data_version")[0][0])

    def wait(self, deadline: float | None) -> bool:
        """Sleep until something was committed; False when the time (of `time.monotonic`) is up first."""
        pause = SHORTEST_SECONDS
        while True:
            if self._is_new():
                return True
            left = LONGEST_SECONDS if deadline is None else deadline - time.monotonic()
            if left <= 0:
                return False
            replica = self.store.replica
            self.store.release()
            try:
                if replica is None:
                    time.sleep(min(pause, left))
                else:
                    replica.sleep(self.store, min(LONGEST_SECONDS, left))
            finally:
                self._take_up()
            if replica is not None and replica.take_news(self.store):
                return True  # committed by this very connection, which `_is_new` does not see
            pause = min(pause * 1.5, LONGEST_SECONDS)

    def rest(self, seconds: float) -> bool:
        """Give the lock back for so long, then say whether anything was committed since the last `look` or `mark`."""
        self.store.release()
        try:
            time.sleep(seconds)
        finally:
            self._take_up()
        return self._is_new()

    def _is_new(self) -> bool:
        return self._data_version() != self._seen_version

    def _take_up(self) -> None:
        """Take the lock again, and the new file when the old one was replaced meanwhile."""
        self.store.reacquire()
        try:
            replaced = os.stat(self.store.path).st_ino != self._inode
        except FileNotFoundError:
            replaced = True
        if replaced:
            self.store.close()
            self.store = open_store(self.environment, budget_ms=MEMORY_BUDGET_MS)
            self._inode = os.stat(self.store.path).st_ino
            self._seen_version = -1
            # A restored backup may be at an earlier revision: what is written to it from now on is new anyway.
            self.after = min(self.after, self.newest())

    def close(self) -> None:
        """Give the store back."""
        self.store.close()
