"""How far a replica has read its log: local integers in `upkeep`, set in the transaction that applies the records."""

from __future__ import annotations

from hooks_cli.store.sqlite.maintenance import state as maintenance_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore

# The number of the newest record that is in the store; a store without it is not a replica.
REMOTE_SEQ = maintenance_state.REMOTE_SEQ
# 1 while bytes that were destroyed here may still lie in the log.
COMPACT = "remote_compact"
# When the log was last heard of (ms).
REMOTE_AT = "remote_at"


def position(store: EmbeddedStore) -> int:
    """The number of the newest record that is in the store."""
    return maintenance_state.get(store, REMOTE_SEQ)


def as_of(store: EmbeddedStore) -> int:
    """When the log was last heard of (ms); 0 where it was not since this machine joined."""
    return maintenance_state.get(store, REMOTE_AT)


def state(store: EmbeddedStore) -> tuple[int, bytes]:
    """The number of the newest record that is in the store, and its ledger: of one state."""
    seq, ledger = store.query("SELECT (SELECT value FROM upkeep WHERE name = ?), ledger FROM state", (REMOTE_SEQ,))[0]
    return int(seq), bytes(ledger)


def note(store: EmbeddedStore, seq: int) -> None:
    """Note, in the transaction at hand, that the log was taken in up to this record now."""
    store.query(
        "INSERT OR REPLACE INTO upkeep(name, value) VALUES(?1, ?2), (?3, ?4)",
        (REMOTE_SEQ, seq, REMOTE_AT, store.clock()),
    )


def begin(store: EmbeddedStore, seq: int) -> None:
    """Make a replica of an ordinary store. The caller has the writers' turn."""
    store.query("BEGIN IMMEDIATE")
    note(store, seq)
    store.query("COMMIT")


def end(store: EmbeddedStore) -> None:
    """Make an ordinary store of a replica."""
    with store.writing(local=True) as tx:
        tx.store.query("DELETE FROM upkeep WHERE name IN (?, ?, ?)", (REMOTE_SEQ, REMOTE_AT, COMPACT))


def want_compaction(store: EmbeddedStore, wanted: bool) -> None:
    """Note whether bytes that were destroyed here may still lie in the log."""
    with store.writing(local=True) as tx:
        maintenance_state.put(tx, COMPACT, int(wanted))


def compaction_wanted(store: EmbeddedStore) -> bool:
    """Whether bytes that were destroyed here may still lie in the log."""
    return maintenance_state.get(store, COMPACT) == 1


def counts(store: EmbeddedStore) -> tuple[int, int, int]:
    """(revision, live entries, versions)."""
    revision, live, versions = store.query("SELECT revision, live, (SELECT count(*) FROM entry) FROM state")[0]
    return revision, live, versions
