"""The anchor of a store that takes another's place (`memory restore`): announced before the exchange, made the anchor after it. Cold.

    announced, durable  ->  the database is renamed into place, durable  ->  the announced anchor is renamed into place, durable
    killed here: the old store is there,      killed here: the new store is there, and the old anchor: the next
    the next opener drops what was announced  opener finds it announced, and finishes the exchange

Without it a restored store, older as it mostly is, would be taken for one that was rolled back, whenever the machine went down in between
or soon after. Who opens the store holds the opener's lock, so that no exchange is under way then.
"""

from __future__ import annotations

import os

from hooks_cli.crypto.key_file import publish, sync_folder
from hooks_cli.store import anchor


def announce(path: str, data_key: bytes, store_id: bytes, revision: int, ledger: bytes) -> None:
    """Keep beside the anchor `path` what it is going to be, durable. Under the exclusive lock only. Raises 73, 74, 77."""
    publish(path + anchor.NEXT_SUFFIX, anchor.note(data_key, store_id, revision, ledger), replace=True)


def promote(path: str) -> None:
    """Make the announced anchor the anchor, durable; when another process has done it, that is as well."""
    try:
        os.replace(path + anchor.NEXT_SUFFIX, path)
    except FileNotFoundError:
        return
    sync_folder(os.path.dirname(path))


def settle(path: str, data_key: bytes, store_id: bytes, revision: int, ledger: bytes) -> None:
    """An exchange was cut short: finish it when the store (its present revision and ledger) is the announced one, else forget it."""
    try:
        if anchor.read(path + anchor.NEXT_SUFFIX, data_key, store_id) == (revision, ledger):
            promote(path)
        else:
            os.unlink(path + anchor.NEXT_SUFFIX)
    except OSError:
        return  # the comparison with the anchor decides then
