"""The anchor: the newest committed revision and ledger, kept outside the database to detect rollback.

An authenticated page cipher notices an altered page, but not an old file put back. The anchor does: a store that is behind it, or that
has another ledger at the anchored revision, is not the one that was written. A store that is ahead is normal (a process died between
its commit and this note, or the machine lost power: the note is never synced) and moves the anchor on.

Two slots of 64 bytes are written in turn, so that a torn write leaves the other one: revision (8 bytes, little-endian), ledger (32),
the store's id (8), and a keyed checksum of these (16). The order matters on reading: the anchor first, the store's state after it,
since another process may commit and anchor in between.
"""

from __future__ import annotations

import os

from hooks_cli.crypto.keys.file import publish, sync_folder
from hooks_cli.crypto.ledger import subkey, tag

SLOT_BYTES = 64
SHORT_HASH = 16

# The ring of the last commits' (revision, short ledger hash): what a store that is ahead of its anchor is compared by.
MARKS = 32
MARK_BYTES = 8 + SHORT_HASH
# Beside the anchor while another database takes the store's place (`store.anchor`).
NEXT_SUFFIX = ".next"


def read(path: str, data_key: bytes, store_id: bytes) -> tuple[int, bytes] | None:
    """The newest valid slot as (revision, ledger of 32 bytes), or None when there is none for this store."""
    slots = [slot for slot in _slots(path, subkey(data_key, b"anchor"), store_id) if slot is not None]
    return max(slots) if slots else None


def advance(path: str, data_key: bytes, store_id: bytes, revision: int, ledger: bytes) -> None:
    """Note a commit, forward only. A place that cannot be written loses evidence, never data, so that failures pass silently."""
    key = subkey(data_key, b"anchor")
    first, second = _slots(path, key, store_id)
    if max(first or (0, b""), second or (0, b""))[0] >= revision:
        return
    position = 0 if first is None or (second is not None and first < second) else SLOT_BYTES
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    except OSError:
        return
    try:
        os.pwrite(descriptor, _written(key, store_id, revision, ledger), position)
    except OSError:
        pass
    finally:
        os.close(descriptor)


def note(data_key: bytes, store_id: bytes, revision: int, ledger: bytes) -> bytes:
    """The content of a whole anchor file that says this."""
    return _written(subkey(data_key, b"anchor"), store_id, revision, ledger)


def replace(path: str, data_key: bytes, store_id: bytes, revision: int, ledger: bytes) -> None:
    """Start again at this point: after a rotation, or an accepted rollback. Under the exclusive lock only."""
    try:
        os.unlink(path)
    except OSError:  # none there; or what cannot be taken away, which is not an anchor either
        pass
    advance(path, data_key, store_id, revision, ledger)


def _written(key: bytes, store_id: bytes, revision: int, ledger: bytes) -> bytes:
    body = revision.to_bytes(8, "little") + ledger + store_id
    return body + tag(key, body)


def _slots(path: str, key: bytes, store_id: bytes) -> list[tuple[int, bytes] | None]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return [None, None]
    try:
        content = os.read(descriptor, 2 * SLOT_BYTES)
    except OSError:  # no file: it loses evidence, and stops nothing
        return [None, None]
    finally:
        os.close(descriptor)
    return [_slot(content[at : at + SLOT_BYTES], key, store_id) for at in (0, SLOT_BYTES)]


def _slot(content: bytes, key: bytes, store_id: bytes) -> tuple[int, bytes] | None:
    body, mac = content[:48], content[48:]
    if len(content) != SLOT_BYTES or body[40:] != store_id or tag(key, body) != mac:
        return None
    return int.from_bytes(body[:8], "little"), body[8:40]


def announce(path: str, data_key: bytes, store_id: bytes, revision: int, ledger: bytes) -> None:
    """Keep beside the anchor `path` what it is going to be, durable. Under the exclusive lock only. Raises 73, 74, 77."""
    publish(path + NEXT_SUFFIX, note(data_key, store_id, revision, ledger), replace=True)


def promote(path: str) -> None:
    """Make the announced anchor the anchor, durable; when another process has done it, that is as well."""
    try:
        os.replace(path + NEXT_SUFFIX, path)
    except FileNotFoundError:
        return
    sync_folder(os.path.dirname(path))


def settle(path: str, data_key: bytes, store_id: bytes, revision: int, ledger: bytes) -> None:
    """An exchange was cut short: finish it when the store (its present revision and ledger) is the announced one, else forget it."""
    try:
        if read(path + NEXT_SUFFIX, data_key, store_id) == (revision, ledger):
            promote(path)
        else:
            os.unlink(path + NEXT_SUFFIX)
    except OSError:
        return  # the comparison with the anchor decides then


def find_mark(marks: bytes, revision: int) -> bytes | None:
    """The short ledger hash that a commit left at `revision`, when it is still in the ring of the last commits."""
    wanted = revision.to_bytes(8, "little")
    for at in range(0, len(marks), MARK_BYTES):
        if marks[at : at + 8] == wanted:
            return marks[at + 8 : at + MARK_BYTES]
    return None
