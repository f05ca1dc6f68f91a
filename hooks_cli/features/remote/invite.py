"""Invites: the data key of a shared memory in an age file, encrypted for one colleague's public key.

It holds the store's id, the newest (record, ledger) at that time, and the key's fingerprint; no address and no password. An age file does
not say who wrote it, so a person who joins compares the fingerprint with what the colleague says in another way.
"""

from __future__ import annotations

import json

from hooks_cli.crypto import age_files
from hooks_cli.crypto.keys import data_key
from hooks_cli.errors import DataError
from hooks_cli.store.remote import position
from hooks_cli.store.remote.failures import LogGone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.environment import Environment
    from hooks_cli.store.sqlite.store import EmbeddedStore

FORM = 1


class Invite:
    """An opened invite."""

    __slots__ = ("fingerprint", "key", "ledger", "project", "seq", "store_id")

    def __init__(self, store_id: bytes, project: str, key: bytes, seq: int, ledger: bytes) -> None:
        self.store_id = store_id
        self.project = project
        self.key = key
        self.seq = seq
        self.ledger = ledger
        self.fingerprint = data_key.fingerprint(key)


def write(store: EmbeddedStore, environment: Environment, recipients: list[Any]) -> tuple[bytes, Invite]:
    """An invite to the store as it is on the server now: the file's bytes, and what it says. Raises LogGone (77) where it is not a
    replica.
    """
    if store.replica is None:
        raise NotShared
    store.replica.pull(store)
    seq, ledger = position.state(store)
    invite = Invite(store.store_id, environment.project.name, store.key.raw, seq, ledger)
    body = {
        "hooks-cli invite": FORM,
        "store": invite.store_id.hex(),
        "project": invite.project,
        "key": invite.key.hex(),
        "record": invite.seq,
        "ledger": invite.ledger.hex(),
        "fingerprint": invite.fingerprint,
    }
    return age_files.encrypt(json.dumps(body).encode(), recipients), invite


def read(content: bytes, identities: list[Any], name: str) -> Invite:
    """Open an invite with one's private keys. Raises WrongKey (77), DataError (65)."""
    if not age_files.is_age_file(content):
        raise DataError(f"{name} is not an invite: it is not an age file.")
    plain = age_files.decrypt(content, identities, name)
    try:
        body = json.loads(plain)
        if body["hooks-cli invite"] != FORM:
            raise DataError(f"{name} is an invite of a newer form.", hint="Update hooks-cli.")
        invite = Invite(
            bytes.fromhex(body["store"]),
            str(body["project"]),
            bytes.fromhex(body["key"]),
            int(body["record"]),
            bytes.fromhex(body["ledger"]),
        )
    except (ValueError, KeyError, TypeError):
        raise DataError(f"{name} is not an invite: its content is not one.") from None
    if len(invite.key) != 32 or len(invite.store_id) != 8 or len(invite.ledger) != 32:
        raise DataError(f"{name} is not an invite: its key, store or ledger has a wrong length.")
    return invite


class NotShared(LogGone):
    """This project's memory is not shared: it has no server."""

    hint = "Share it: hooks-cli remote create postgresql://USER@HOST/DATABASE"
