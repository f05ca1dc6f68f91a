"""`remote join`: this project's memory becomes a replica of a log that another machine made."""

from __future__ import annotations

import os

from hooks_cli.crypto.keys import data_key, file, keepers, source
from hooks_cli.crypto.record_seal import RecordSeal, log_id, remote_key
from hooks_cli.environment import Environment
from hooks_cli.errors import HooksError, KeySourceError, WrongKey
from hooks_cli.features.keys.manage import sole_keeper
from hooks_cli.features.remote.create import own_label, remember
from hooks_cli.project.note import prepare_store_folder
from hooks_cli.store.remote import attach, position, snapshots
from hooks_cli.store.remote.contract import Snapshot
from hooks_cli.store.remote.direct_link import DirectLink
from hooks_cli.store.remote.failures import LogGone, LogTampered
from hooks_cli.store.remote.payload import ledger_of
from hooks_cli.store.remote.replica import machine_of
from hooks_cli.store.sqlite import opener_lock
from hooks_cli.store.sqlite.file import backup
from hooks_cli.store.sqlite.schema import FORMAT
from hooks_cli.store.sqlite.store import MEMORY_BUDGET_MS, EmbeddedStore, open_store
from hooks_cli.system.atomic_file import AtomicFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

BEFORE = ".before-join-"


class MemoryNotEmpty(HooksError):
    """This project has a memory already, with {versions} versions. Nothing was changed."""

    exit_code = 76
    hint = "Give --merge (its entries come into the shared memory as new versions) or --replace (it is set aside)."


class Joined:
    """What was joined: entries and versions there, and where the memory that was here before is now ("" without one)."""

    __slots__ = ("aside", "entries", "old_key", "revision", "versions")

    def __init__(self, entries: int, versions: int, revision: int, aside: str, old_key: str) -> None:
        self.entries = entries
        self.versions = versions
        self.revision = revision
        self.aside = aside
        self.old_key = old_key


def find_store(address: str, key: bytes, wanted: str = "") -> bytes:
    """The id of the store whose log on this server is kept with this data key; `wanted` names one (hex) of several.

    Raises LogGone (77) when there is none, KeySourceError (78) when there are several."""
    log = attach.open_log(address, bytes(16))
    seal_key = remote_key(key)
    found = {}
    for name, label in log.labels():
        text = RecordSeal(seal_key, b"").open_label(name, label)
        if text is not None:
            store_id, _, project = text.partition(" ")
            found[store_id] = project
    log.close()
    if wanted:
        found = {name: project for name, project in found.items() if name == wanted}
    if not found:
        raise LogGone("The server has no memory that this key opens.", hint="Check the address and the key.")
    if len(found) > 1:
        listed = ", ".join(f"{name} ({project})" for name, project in sorted(found.items()))
        raise KeySourceError(reason=f"the key opens several memories there: {listed}", hint="Name one: --store ID")
    return bytes.fromhex(next(iter(found)))


def versions_here(environment: Environment) -> int:
    """How many versions this project's own memory holds, 0 without one. A replica of this very log counts as nothing of its own."""
    if not os.path.exists(environment.places.store_path):
        return 0
    store = open_store(environment, create=False)
    try:
        return position.counts(store)[2]
    finally:
        store.close()


def join(
    environment: Environment,
    address: str,
    key: bytes,
    store_id: bytes,
    seen: tuple[int, bytes] | None = None,
    advance: Callable[[int, int], None] = lambda part, parts: None,
) -> Joined:
    """Put the log's newest snapshot in the place of this project's memory, and take in what was written since.

    `seen` is a (record, ledger) that the log must have: that of an invite. What was here is kept under another name. Raises LogGone,
    LogTampered or WrongKey (77), KeySourceError (78) when this project's key comes from elsewhere and is another one."""
    seal_key = remote_key(key)
    link = DirectLink(attach.open_log(address, log_id(seal_key, store_id)), RecordSeal(seal_key, store_id), FORMAT)
    encrypted = environment.settings.get("memory.security.encrypt_at_rest") is not False
    prepare_store_folder(environment)
    with sole_keeper(environment), AtomicFile(environment.places.store_path) as draft:
        old = _refuse_other_key(environment, key)
        found = snapshots.fetch(link.log, link.seal, draft, advance)
        snapshots.examine(draft, found, key, encrypted, "the invited key")
        if seen is not None:
            check_seen(link, found, seen)
        made = backup.prepare(draft.name, key, key, encrypted, MEMORY_BUDGET_MS)
        if made.store_id != store_id:
            raise LogTampered(expected=f"store {store_id.hex()}", found=f"store {made.store_id.hex()}")
        old_key = _keep_old_key(environment, old)
        if old is not None:
            file.publish_key_file(environment.places.key_path + source.NEXT_SUFFIX, key, replace=True)
        elif data_key.explicit_source(environment) is None and not os.path.exists(environment.places.slots_path):
            file.publish_key_file(environment.places.key_path, key, replace=True)
        held = opener_lock.exclusive(environment.places.store_path, MEMORY_BUDGET_MS)
        try:
            aside = backup.put_in_place(environment.places.store_path, made, environment.places.anchor_path, key)
            remember(environment, address)
            if old is not None:
                keepers.adopt_next(environment.places.key_path, key)
        finally:
            opener_lock.release(held)
    store = open_store(environment, create=False)
    assert store.replica is not None
    store.replica.pull(store)
    revision, entries, versions = position.counts(store)
    note(link, store)
    store.replica.close()
    store.close()
    link.close()
    return Joined(entries, versions, revision, aside, old_key)


def note(link: DirectLink, store: EmbeddedStore, *, left: bool = False) -> None:
    """Tell the log how far this machine has taken it in."""
    machine = machine_of(store)
    link.log.note_reader(machine, position.position(store), own_label(link, machine), left)


def check_seen(link: DirectLink, found: Snapshot, seen: tuple[int, bytes]) -> None:
    """Raise LogTampered (77) unless the log leads beyond (record, ledger) that a colleague has seen, and passes through it."""
    wanted, ledger_then = seen
    seq, ledger = found.seq, found.ledger
    passed = seq > wanted or (seq, ledger) == seen
    while not passed:
        fetched = link.pull(seq, ledger)
        passed = any(at == wanted and ledger_of(content) == ledger_then for at, content in fetched.writes)
        if passed or not fetched.writes or fetched.writes[-1][0] >= wanted:
            break
        seq, ledger = fetched.writes[-1][0], ledger_of(fetched.writes[-1][1])
    if not passed:
        raise LogTampered(
            expected=f"record {wanted} with ledger {ledger_then.hex()[:16]}, as the invite says",
            found=f"a log that was rolled back, or written on another history, up to record {seq}",
        )


def _refuse_other_key(environment: Environment, key: bytes) -> bytes | None:
    """The key file's key where it is another one. Raises KeySourceError (78) where the key comes from elsewhere and is another one."""
    if data_key.explicit_source(environment) is not None or os.path.exists(environment.places.slots_path):
        present = source.resolve(environment)
        if present.raw != key:
            raise KeySourceError(
                reason=f"this project's key comes from {present.source}, and it is not the one of the memory to be joined",
                hint="Put that key there, or unset it, and try again.",
            )
        return None
    there = file.read_key_file(environment.places.key_path)
    return there if there is not None and there != key else None


def _keep_old_key(environment: Environment, old: bytes | None) -> str:
    """Keep the key of a memory that is set aside beside the present one; the file's path, "" where there is nothing to keep."""
    if old is None or not os.path.exists(environment.places.store_path):
        return ""
    number = 1
    while not file.publish_key_file(f"{environment.places.key_path}{BEFORE}{number}", old):
        number += 1
    return f"{environment.places.key_path}{BEFORE}{number}"


__all__ = ["Joined", "MemoryNotEmpty", "WrongKey", "check_seen", "find_store", "join", "note", "versions_here"]
