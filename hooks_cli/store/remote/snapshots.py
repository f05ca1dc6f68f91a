"""Snapshots of a store on its server: a copy of the database in encrypted parts, and back."""

from __future__ import annotations

import os

from hooks_cli.crypto.record_seal import RecordSeal
from hooks_cli.errors import CannotCreate
from hooks_cli.store.remote import copies
from hooks_cli.store.remote.contract import PART_BYTES, Snapshot
from hooks_cli.store.remote.failures import LogGone, LogTampered
from hooks_cli.store.sqlite import connection
from hooks_cli.store.sqlite.file import backup
from hooks_cli.store.sqlite.file.backup import Copied
from hooks_cli.store.sqlite.schema import FORMAT
from hooks_cli.store.sqlite.store import MEMORY_BUDGET_MS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hooks_cli.store.remote.contract import LogStorage
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.system.atomic_file import AtomicFile


def copy(store: EmbeddedStore, draft: AtomicFile, seq: int | None = None) -> Snapshot:
    """Copy the store into an empty file, without what is this machine's own. `seq` marks a store that is not a replica yet as one that
    begins there. Raises DiskFull or StorageFailed (74)."""
    backup.copy_to(store, draft.name)
    key = store.key.raw if connection.cipher_in_force(store.connection) else None
    found, ledger = copies.make_shareable(draft.name, key, seq)
    parts = -(-os.stat(draft.name).st_size // PART_BYTES)
    return Snapshot(found, os.urandom(16), parts, ledger)


def sealed_parts(
    path: str, snapshot: Snapshot, seal: RecordSeal, advance: Callable[[int], None] = lambda size: None
) -> Iterator[bytes]:
    """The parts of a copied file as they go to the server. `advance` hears of the bytes of each."""
    with open(path, "rb") as file:
        for part in range(snapshot.parts):
            content = file.read(PART_BYTES)
            yield seal.seal_part(
                FORMAT, snapshot.seq, snapshot.ledger, snapshot.snapshot_id, part, snapshot.parts, content
            )
            advance(len(content))


def fetch(
    log: LogStorage, seal: RecordSeal, draft: AtomicFile, advance: Callable[[int, int], None] = lambda part, parts: None
) -> Snapshot:
    """Write the newest snapshot of a log into an empty file. `advance` hears of the part that came, and of how many there are.

    Raises LogGone or LogTampered (77): a part that was altered, moved or left out does not open."""
    snapshot = log.newest_snapshot()
    if snapshot is None:
        raise LogGone("The server has no complete snapshot of this memory.")
    with open(draft.descriptor, "wb", closefd=False) as file:
        for part in range(snapshot.parts):
            content = seal.open_part(
                FORMAT,
                snapshot.seq,
                snapshot.ledger,
                snapshot.snapshot_id,
                part,
                snapshot.parts,
                log.snapshot_part(snapshot, part),
            )
            if content is None:
                raise LogTampered(
                    expected=f"part {part} of {snapshot.parts} of the snapshot {snapshot.seq}",
                    found="one that was altered, moved, or belongs to another memory",
                )
            file.write(content)
            advance(part + 1, snapshot.parts)
        file.flush()
        os.fsync(draft.descriptor)
    return snapshot


def examine(draft: AtomicFile, snapshot: Snapshot, key: bytes, encrypted: bool, source: str) -> Copied:
    """Check a fetched snapshot: its pages, the ledger over all of its rows, and that it is the state it is said to be.

    Raises LogTampered, Tampered or WrongKey (77), NewerFormat (69)."""
    if os.fstat(draft.descriptor).st_size == 0:
        raise CannotCreate(path=draft.path, reason="the snapshot is empty")
    holds = backup.examine(draft.name, key, encrypted, source, MEMORY_BUDGET_MS)
    seq, ledger = copies.state_of(draft.name, key if encrypted else None)
    if (seq, ledger) != (snapshot.seq, snapshot.ledger):
        raise LogTampered(
            expected=f"a snapshot of record {snapshot.seq} with ledger {snapshot.ledger.hex()[:16]}",
            found=f"record {seq} with ledger {ledger.hex()[:16]}",
        )
    return holds
