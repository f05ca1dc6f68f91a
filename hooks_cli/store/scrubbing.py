"""Driving the bytes of what was destroyed out of every place that keeps them: the word index, free pages, the write-ahead log.

The words of a deleted row stay in the index's segments until these are merged (a contentless index only marks the row as gone), and
every version of a page stays in the write-ahead log until it is truncated. Freed space in the database itself is overwritten by SQLite
(secure_delete is compiled in). All steps are short transactions; `upkeep.SCRUB` stays set until the last one is done.
"""

from __future__ import annotations

import time

from hooks_cli.errors import Busy
from hooks_cli.store import upkeep
from hooks_cli.store.engine import apsw
from hooks_cli.store.faults import translate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.embedded import EmbeddedStore

# Pages of the word index merged in one transaction, and free pages given back in one: a few milliseconds each.
MERGED_PAGES = 16
VACUUMED_PAGES = 64
# Between two transactions of long work, so that a writer who waits gets its turn.
PAUSE_SECONDS = 0.002


def scrub(store: EmbeddedStore) -> None:
    """Finish a destruction: the words out of the index, the log truncated. Does nothing when there is nothing to finish.

    Raises Busy (75) when a reader holds the write-ahead log beyond the store's budget; the next destroy or gc goes on then.
    """
    if not upkeep.get(store, upkeep.SCRUB):
        return
    merge_words(store, whole=True)
    truncate_log(store)
    with store.writing() as tx:
        tx.store.query("DELETE FROM upkeep WHERE name = ?", (upkeep.SCRUB,))


def merge_words(store: EmbeddedStore, *, whole: bool, deadline: float | None = None) -> None:
    """Merge the segments of the word index step by step; `whole`: until no segment holds a deleted row.

    `deadline` is a time of `time.monotonic` after which it stops between two steps.
    """
    first = True
    while deadline is None or time.monotonic() < deadline:
        before = store.connection.total_changes()
        with store.writing():
            # A negative number starts a merge of all segments (fts5: "the 'merge' command"), a positive one goes on with it.
            pages = -MERGED_PAGES if whole and first else MERGED_PAGES
            store.query("INSERT INTO search(search, rank) VALUES('merge', ?)", (pages,))
        first = False
        # The command itself counts as one change; less than two says that there was nothing to merge.
        if store.connection.total_changes() - before < 2:
            return
        time.sleep(PAUSE_SECONDS)


def truncate_log(store: EmbeddedStore) -> None:
    """Copy the write-ahead log back and truncate it, waiting for readers as long as the store's budget.

    Raises Busy (75).
    """
    deadline = time.monotonic() + store.budget_ms / 1000
    while True:
        try:
            store.connection.wal_checkpoint(None, apsw.SQLITE_CHECKPOINT_TRUNCATE)
            return
        except apsw.BusyError:
            if time.monotonic() > deadline:
                raise Busy(
                    store=store.path,
                    seconds=f"{store.budget_ms / 1000:g}",
                    hint="A reader holds the write-ahead log. Close it (watch, browse) and repeat, or run: memory gc",
                ) from None
            time.sleep(0.05)
        except apsw.Error as error:
            raise translate(error, store.path, store.budget_ms) from error


def settle_log(store: EmbeddedStore) -> None:
    """Copy the write-ahead log back if no reader is in the way: the database file shrinks only then. Never waits."""
    store.connection.set_busy_timeout(0)
    try:
        store.connection.wal_checkpoint(None, apsw.SQLITE_CHECKPOINT_TRUNCATE)
    except apsw.Error:
        return  # the next commit with a long log does it
    finally:
        store.connection.set_busy_timeout(store.budget_ms)


def free_pages(store: EmbeddedStore) -> int:
    """How many pages of the file hold nothing."""
    return int(store.query("PRAGMA freelist_count")[0][0])


def page_count(store: EmbeddedStore) -> int:
    """How many pages the file has."""
    return int(store.query("PRAGMA page_count")[0][0])


def give_back(store: EmbeddedStore, deadline: float | None = None) -> int:
    """Return free pages to the file system in short transactions; how many pages the file shrank by."""
    before = page_count(store)
    while free_pages(store) and (deadline is None or time.monotonic() < deadline):
        with store.writing():
            store.query(f"PRAGMA incremental_vacuum({VACUUMED_PAGES})")
        time.sleep(PAUSE_SECONDS)
    return before - page_count(store)
