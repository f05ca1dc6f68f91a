"""Compaction of a shared log: uploads a complete snapshot and deletes the records that it replaces.

It is how bytes that were destroyed leave the server: the record that wrote them lies in the log until then.
"""

from __future__ import annotations

from hooks_cli.environment import Environment
from hooks_cli.errors import HooksError
from hooks_cli.features.remote.create import own_label
from hooks_cli.store.remote import attach, snapshots
from hooks_cli.store.remote.contract import Reader
from hooks_cli.store.remote.position import compaction_wanted, position, want_compaction
from hooks_cli.store.remote.replica import machine_of
from hooks_cli.store.sqlite import opener_lock
from hooks_cli.store.sqlite.store import MEMORY_BUDGET_MS, EmbeddedStore
from hooks_cli.system.atomic_file import AtomicFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.remote.direct_link import DirectLink

# A machine that was not heard of for so long is not waited for: when it comes again it takes the snapshot.
SILENT_MS = 30 * 86_400_000
# A log that is longer than this is worth a snapshot (records above its floor).
LONG_LOG = 5_000


class Compacted:
    """What was done: `floor` is the last record that is gone from the server; `behind` are the machines that have not taken it in yet."""

    __slots__ = ("behind", "floor", "names")

    def __init__(self, floor: int, behind: list[Reader], names: list[str]) -> None:
        self.floor = floor
        self.behind = behind
        self.names = names


def after_destruction(store: EmbeddedStore, environment: Environment, now: bool) -> dict[str, object]:
    """Of a shared memory: drive what was destroyed out of the server's log, `now` or with the next pull, and tell who still has it; what
    the answer of `memory destroy` says of it.

    Raises the server's errors: it is destroyed here then, and the next `remote pull` goes on."""
    if store.replica is None:
        return {}
    want_compaction(store, True)
    if not now:
        environment.err(
            "hooks-cli: not gone from the server yet: its log holds the bytes, sealed, until the next hooks-cli remote pull"
        )
        return {"gone_from_server": False, "machines_behind": []}
    try:
        done = drive_out(store, environment)
    except HooksError:
        environment.err("hooks-cli: destroyed here, but not on the server yet. To continue: hooks-cli remote pull")
        raise
    for name in done.names:
        environment.err(f"hooks-cli: the machine {name} has not taken this in yet; the bytes are there until it does")
    return {"gone_from_server": True, "machines_behind": done.names}


def drive_out(store: EmbeddedStore, environment: Environment) -> Compacted:
    """Compact the log up to what this machine has, so that nothing that was destroyed here is left there.

    Several processes that want it at once share one compaction. Raises the errors of the server, and DiskFull (74)."""
    wanted = position(store)
    held = opener_lock.exclusive(store.path + ".compact", MEMORY_BUDGET_MS)
    link = attach.direct_link(environment, store)
    try:
        floor = link.log.pull(wanted).floor
        if floor < wanted:
            floor = _compact(store, link, None)
        want_compaction(store, False)
        machine = machine_of(store)
        link.log.note_reader(machine, wanted, own_label(link, machine))
        return _told(link, floor, wanted)
    finally:
        link.close()
        opener_lock.release(held)


def tidy(store: EmbeddedStore, environment: Environment) -> Compacted | None:
    """Shorten a long log, down to the slowest machine that was heard of lately, or drive out what was destroyed here without that; None
    when there is nothing to do."""
    if compaction_wanted(store):
        return drive_out(store, environment)
    link = attach.direct_link(environment, store)
    try:
        tail = link.log.pull(position(store))
        if tail.seq - tail.floor <= LONG_LOG:
            return None
        now = environment.now()
        slowest = [reader.seq for reader in link.log.readers() if not reader.left and now - reader.at < SILENT_MS]
        upto = min([position(store), *slowest])
        return _told(link, _compact(store, link, upto), upto) if upto > tail.floor else None
    finally:
        link.close()


def _compact(store: EmbeddedStore, link: DirectLink, upto: int | None) -> int:
    with AtomicFile(store.path) as draft:
        made = snapshots.copy(store, draft)
        link.log.put_snapshot(made, snapshots.sealed_parts(draft.name, made, link.seal))
        return link.log.compact(made.seq, made.seq if upto is None else min(upto, made.seq))


def _told(link: DirectLink, floor: int, wanted: int) -> Compacted:
    behind = [reader for reader in link.log.readers() if not reader.left and reader.seq < wanted]
    return Compacted(floor, behind, [label_of(link, reader) for reader in behind])


def label_of(link: DirectLink, reader: Reader) -> str:
    """A machine's name as it gave it itself; the first digits of its id where that cannot be read."""
    text = link.seal.open_label(reader.machine, reader.label)
    return text.partition(" ")[2] if text else reader.machine.hex()[:8]
