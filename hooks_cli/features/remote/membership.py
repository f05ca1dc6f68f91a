"""Pull, leave, upgrade and status of a shared memory."""

from __future__ import annotations

import os

from hooks_cli.environment import Environment
from hooks_cli.errors import HooksError, Unavailable
from hooks_cli.features.remote import join
from hooks_cli.features.remote.compaction import label_of
from hooks_cli.features.remote.invite import NotShared
from hooks_cli.store.remote import attach, relay_link
from hooks_cli.store.remote.position import as_of, end, position
from hooks_cli.store.remote.replica import machine_of
from hooks_cli.store.sqlite.maintenance import scrub
from hooks_cli.store.sqlite.schema import FORMAT
from hooks_cli.store.sqlite.store import EmbeddedStore, open_store
from hooks_cli.system.private_files import remove_quietly

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class MachinesBehind(Unavailable):
    """These machines cannot read format {format} yet: {names}. Nothing was changed."""

    hint = "Update hooks-cli there and run any command that writes; machines that are gone for good: hooks-cli remote leave"


def shared_store(environment: Environment) -> EmbeddedStore:
    """The project's store, which is a replica. Raises NotShared (77), NotFound (1)."""
    store = open_store(environment, create=False)
    if store.replica is None:
        store.close()
        raise NotShared
    return store


def pull(environment: Environment) -> tuple[int, int]:
    """Take in what other machines wrote: (records that came, the newest record).

    A machine that was away for so long that the log begins later takes the server's snapshot. Raises the errors of the server."""
    store = shared_store(environment)
    assert store.replica is not None
    count = store.replica.pull(store)
    scrub.scrub(store)  # what was destroyed elsewhere leaves these files, too
    link = attach.direct_link(environment, store)
    join.note(link, store)
    link.close()
    newest = position(store)
    store.close()
    return count, newest


def leave(environment: Environment) -> str:
    """Make an ordinary store of the replica; a line about the server when it could not be told, else ""."""
    store = shared_store(environment)
    problem = ""
    try:
        link = attach.direct_link(environment, store)
        join.note(link, store, left=True)
        link.close()
    except HooksError as error:
        problem = str(error)
    end(store)
    remove_quietly(attach.address_path(environment))
    store.close()
    return problem


def upgrade(environment: Environment) -> tuple[int, int]:
    """Let the log have the newest format that this program knows: (format before, format now). Raises MachinesBehind (69)."""
    store = shared_store(environment)
    link = attach.direct_link(environment, store)
    before = link.log.pull(position(store)).format
    if before < FORMAT:
        late = []
        for reader in link.log.readers():
            text = link.seal.open_label(reader.machine, reader.label) or ""
            known = text.partition(" ")[0]
            if not reader.left and not (known.isdigit() and int(known) >= FORMAT):
                late.append(label_of(link, reader))
        if late:
            raise MachinesBehind(format=FORMAT, names=", ".join(late))
        link.log.set_format(FORMAT)
    link.close()
    store.close()
    return before, max(before, FORMAT)


def status(environment: Environment) -> dict[str, Any]:
    """What is known of the shared memory: here, and on the server when it can be reached (`error` says why it cannot)."""
    store = shared_store(environment)
    here = position(store)
    facts: dict[str, Any] = {
        "store_id": store.store_id.hex(),
        "address": None,
        "record": here,
        "as_of": as_of(store) or None,
        "relay": relay_answers(environment, store),
    }
    try:
        facts["address"] = attach.address_of(environment)
        link = attach.direct_link(environment, store)
        link.ended_too = True
        tail = link.log.pull(here)
        usage = link.log.usage()
        own = machine_of(store)
        facts["server"] = {
            "record": tail.seq,
            "behind": max(0, tail.seq - here),
            "floor": tail.floor,
            "format": tail.format,
            "ended": tail.ended,
            "log_records": usage.records,
            "log_bytes": usage.bytes,
            "snapshot_bytes": usage.snapshot_bytes,
        }
        facts["machines"] = [
            {
                "name": label_of(link, reader),
                "id": reader.machine.hex(),
                "this": reader.machine == own,
                "record": here if reader.machine == own else reader.seq,
                "behind": max(0, tail.seq - (here if reader.machine == own else reader.seq)),
                "seen_at": reader.at,
                "left": reader.left,
            }
            for reader in link.log.readers()
        ]
        link.close()
    except HooksError as error:
        facts["error"] = " ".join(str(error).split())
    store.close()
    return facts


class RestoreShared(HooksError):
    """This memory is shared: a restored copy would contradict the server's history. Nothing was restored."""

    exit_code = 76
    hint = (
        "Leave the server first (hooks-cli remote leave); or take the entries of the copy in: restore it elsewhere "
        "(HOOKS_STORE=/some/place/old.db), then memory export and memory import."
    )


def refuse_replica(environment: Environment) -> None:
    """Raise RestoreShared (76) where this project's memory is a replica."""
    if is_replica(environment):
        raise RestoreShared


def relay_answers(environment: Environment, store: EmbeddedStore) -> bool:
    """Whether a relay of this memory is there."""
    try:
        relay_link.connect(relay_link.socket_path(environment, store), 2.0)[0].close()
    except relay_link.NoRelay:
        return False
    return True


def is_replica(environment: Environment) -> bool:
    """Whether this project's store is a replica, as far as that can be told without opening it."""
    return os.path.exists(attach.address_path(environment))
