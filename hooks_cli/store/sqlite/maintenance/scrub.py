"""Secure deletion: removes destroyed bytes from the word index, free pages and the write-ahead log.

The words of a deleted row stay in the index's segments until these are merged (a contentless index only marks the row as gone), and
every version of a page stays in the write-ahead log until it is truncated. Freed space in the database itself is overwritten by SQLite
(secure_delete is compiled in). All steps are short transactions; `upkeep.SCRUB` stays set until the last one is done.

One step of merging the index takes up one word at least, and so as long as that word is in many entries (0.4 ms for a thousand). So a step
is broken off, and taken back, when a writer arrives, and tried again; a destruction insists after a while.
"""

from __future__ import annotations

import time

from hooks_cli.errors import Busy
from hooks_cli.store.sqlite.errors import translate
from hooks_cli.store.sqlite.maintenance import state
from hooks_cli.system.apsw_import import apsw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore

# Pages of the word index merged in one transaction, and free pages given back in one: a few milliseconds each.
MERGED_PAGES = 4
# While a step is under way, it is asked so often (in seconds, and in steps of SQLite's machine) whether a writer waits; who writes all the
# time is given way for so long.
LOOK_SECONDS = 0.001
LOOK_STEPS = 20
PATIENCE_SECONDS = 15.0
VACUUMED_PAGES = 32


def scrub(store: EmbeddedStore) -> None:
    """Finish a destruction: the words out of the index, the log truncated. Does nothing when there is nothing to finish.

    Raises Busy (75) when a reader holds the write-ahead log beyond the store's budget; the next destroy or gc goes on then.
    """
    if not state.get(store, state.SCRUB):
        return
    if state.get(store, state.MERGING):
        merge_words(store, insist=True)  # one that began before the destruction may have copied the words on already
    merge_words(store, insist=True)
    truncate_log(store)
    with store.writing(local=True) as tx:
        tx.store.query("DELETE FROM upkeep WHERE name = ?", (state.SCRUB,))


def merge_words(store: EmbeddedStore, deadline: float | None = None, *, insist: bool = False) -> bool:
    """Merge all segments of the word index step by step, until none holds a deleted row; whether that is done.

    `deadline` is a time of `time.monotonic` after which it stops; the next call goes on. It makes way for others who write, and gives up
    where these leave no time for a step for `PATIENCE_SECONDS`; with `insist` it has others wait instead.
    """
    tried_since = time.monotonic()
    while deadline is None or time.monotonic() < deadline:
        out_of_patience = time.monotonic() - tried_since > PATIENCE_SECONDS
        if out_of_patience and not insist:
            return False
        done = _merge_step(store, deadline, make_way=not out_of_patience)
        if done is not None:
            tried_since = time.monotonic()
        if done:
            return True
    return False


class _BrokenOff(Exception):
    """A writer arrived, or the time was up."""


def _merge_step(store: EmbeddedStore, deadline: float | None, *, make_way: bool) -> bool | None:
    """One step in one transaction: whether that was the last one, None when it was broken off."""
    from hooks_cli.store.sqlite import writer_queue
    from hooks_cli.store.sqlite.maintenance.throttled_writes import ThrottledWrite

    next_look = 0.0

    def break_off() -> bool:
        nonlocal next_look
        now = time.monotonic()
        if now < next_look:
            return False
        next_look = now + LOOK_SECONDS
        return (deadline is not None and now >= deadline) or (make_way and writer_queue.wanted(store.path))

    try:
        with ThrottledWrite(store, local=True) as tx:
            merging = state.get(store, state.MERGING)
            before = store.connection.total_changes()
            store.connection.set_progress_handler(break_off, LOOK_STEPS)
            try:
                # A negative number starts a merge of all segments (fts5: "the 'merge' command"), a positive one goes on with it.
                pages = MERGED_PAGES if merging else -MERGED_PAGES
                store.connection.execute("INSERT INTO search(search, rank) VALUES('merge', ?)", (pages,))
            except apsw.InterruptError as error:
                raise _BrokenOff from error
            except apsw.Error as error:
                raise translate(error, store.path, store.budget_ms) from error
            finally:
                store.connection.set_progress_handler(None)
            # The command itself counts as one change; less than two says that there was nothing to merge.
            done = store.connection.total_changes() - before < 2
            if done:
                state.put(tx, state.UNINDEXED, 0)
            if done or not merging:
                state.put(tx, state.MERGING, int(not done))
    except _BrokenOff:
        return None
    return done


def words_are_stale(store: EmbeddedStore) -> bool:
    """Whether a tenth of the word index or more is deleted rows, or a merge is under way."""
    unindexed = state.get(store, state.UNINDEXED)
    live = int(store.query("SELECT live FROM state")[0][0])
    return bool(state.get(store, state.MERGING)) or unindexed * 10 > live + unindexed


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
    if not free_pages(store):
        return 0
    from hooks_cli.store.sqlite.maintenance.throttled_writes import ThrottledWrite, should_commit

    while free_pages(store) and (deadline is None or time.monotonic() < deadline):
        with ThrottledWrite(store):
            began = time.monotonic()
            while free_pages(store):
                store.query(f"PRAGMA incremental_vacuum({VACUUMED_PAGES})")
                if should_commit(store, began):
                    break
    return before - page_count(store)
