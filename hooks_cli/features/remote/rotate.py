"""Rotates the key of a shared memory: ends the log and starts a new one under a new key. Other machines must be invited
again.

    the log is ended at the record that is here  ->  the store gets a new key (`key rotate`)  ->  a new log with a snapshot
        killed here: run it again                     killed here: run it again, the old log is no more asked for

So a colleague is removed who has the old key.
"""

from __future__ import annotations

from hooks_cli.crypto.keys import data_key
from hooks_cli.environment import Environment
from hooks_cli.features.keys import rotate as key_rotate
from hooks_cli.features.remote import create
from hooks_cli.features.remote.membership import shared_store
from hooks_cli.store.remote import attach
from hooks_cli.store.remote.failures import LogGone, LogTampered
from hooks_cli.store.remote.position import position
from hooks_cli.store.remote.replica import machine_of
from hooks_cli.store.sqlite import writer_queue
from hooks_cli.system.failpoints import failpoint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


# The points that `rotate` tells of: those of `key rotate`, and the two of the log.
STEPS = 7


def rotate(
    environment: Environment,
    *,
    new_key: bytes | None = None,
    phrase: str | None = None,
    reached: Callable[[str], None] = lambda point: None,
) -> key_rotate.Rotated:
    """Rotate the key of a shared memory. Raises what `key rotate` raises, and the errors of the server."""
    if not end_log(environment):
        store = shared_store(environment)  # an earlier rotation was killed after the store had its new key
        rotated = key_rotate.Rotated(data_key.fingerprint(store.key.raw), store.key.source, store.key.kind, 0)
        store.close()
    else:
        reached("the log is ended")
        failpoint("remote-log-ended")
        rotated = key_rotate.rotate(environment, new_key=new_key, phrase=phrase, reached=reached)
    failpoint("remote-key-rotated")
    begin_log(environment)
    reached("the new log has begun")
    return rotated


def end_log(environment: Environment) -> bool:
    """Take in all that the log has, and end it there; False when that was done before, and the store has another key already.

    Raises the errors of the server; nothing is changed then."""
    store = shared_store(environment)
    assert store.replica is not None
    link = attach.direct_link(environment, store)
    link.ended_too = True
    store.replica.go_by(link)
    try:
        while True:
            store.replica.pull(store)
            tail = link.log.pull(position(store))
            if tail.ended or link.log.end(position(store)):
                return True
    except LogGone:
        return False
    finally:
        store.replica.close()
        store.close()


def begin_log(environment: Environment, advance: Callable[[int, int], None] = lambda done, of: None) -> int:
    """Make the new log of a store that has its new key, beginning at the record that the old one ended with; the snapshot's size."""
    store = shared_store(environment)
    link = attach.direct_link(environment, store)
    held = writer_queue.take(store.path, store.budget_ms)
    try:
        size = create.upload_first(store, environment, link, position(store), advance)
    except create.LogExists:
        raise LogTampered(expected="no log under the new key", found="one that others have joined") from None
    finally:
        writer_queue.give(held)
    machine = machine_of(store)
    link.log.note_reader(machine, position(store), create.own_label(link, machine))
    link.close()
    store.close()
    return size
