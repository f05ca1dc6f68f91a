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
from hooks_cli.store.pacing import paced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.embedded import EmbeddedStore

# Pages of the word index merged in one transaction, and free pages given back in one: a few milliseconds each.
MERGED_PAGES = 8
VACUUMED_PAGES = 64


def scrub(store: EmbeddedStore) -> None:
    """Finish a destruction: the words out of the index, the log truncated. Does nothing when there is nothing to finish.

    Raises Busy (75) when a reader holds the write-ahead log beyond the store's budget; the next destroy or gc goes on then.
    """
    if not upkeep.get(store, upkeep.SCRUB):
        return
    if upkeep.get(store, upkeep.MERGING):
        merge_words(store)  # one that began before the destruction may have copied the words on already
    merge_words(store)
    truncate_log(store)
    with store.writing() as tx:
        tx.store.query("DELETE FROM upkeep WHERE name = ?", (upkeep.SCRUB,))


def merge_words(store: EmbeddedStore, deadline: float | None = None) -> bool:
    """Merge all segments of the word index step by step, until none holds a deleted row; whether that is done.

    `deadline` is a time of `time.monotonic` after which it stops between two steps; the next call goes on.
    """
    merging = upkeep.get(store, upkeep.MERGING)
    while deadline is None or time.monotonic() < deadline:
        before = store.connection.total_changes()
        with paced(store) as tx:
            # A negative number starts a merge of all segments (fts5: "the 'merge' command"), a positive one goes on with it.
            store.query(
                "INSERT INTO search(search, rank) VALUES('merge', ?)", (MERGED_PAGES if merging else -MERGED_PAGES,)
            )
            # The command itself counts as one change; less than two says that there was nothing to merge.
            done = store.connection.total_changes() - before < 2
            if done:
                upkeep.put(tx, upkeep.UNINDEXED, 0)
            if done or not merging:
                upkeep.put(tx, upkeep.MERGING, int(not done))
        merging = 1
        if done:
            return True
    return False


def words_are_stale(store: EmbeddedStore) -> bool:
    """Whether a tenth of the word index or more is deleted rows, or a merge is under way."""
    unindexed = upkeep.get(store, upkeep.UNINDEXED)
    live = int(store.query("SELECT live FROM state")[0][0])
    return bool(upkeep.get(store, upkeep.MERGING)) or unindexed * 10 > live + unindexed


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
        with paced(store):
            store.query(f"PRAGMA incremental_vacuum({VACUUMED_PAGES})")
    return before - page_count(store)
