"""Describes a store's key (place, kind, age) without its bytes, for `key show` and `doctor`."""

from __future__ import annotations

import os

from hooks_cli.crypto.keys import slots, source, unlock_cache
from hooks_cli.crypto.keys.data_key import fingerprint
from hooks_cli.errors import Busy, HooksError
from hooks_cli.features.keys.manage import present_key
from hooks_cli.store.sqlite import opener_lock
from hooks_cli.store.sqlite.store import MEMORY_BUDGET_MS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment

KIND_WORDS = {
    "file": "key file",
    "variable": "raw key in a variable",
    "named-file": "raw key in a named file",
    "command": "raw key from a command",
    "passphrase": "passphrase",
    "unlocked": "passphrase, unlocked",
    "keyring": "slot in the keyring",
}


def facts(environment: Environment) -> dict[str, object]:
    """The facts by name; `problem` says why the key could not be had, `fingerprint` tells it from others."""
    found: dict[str, object] = {
        "store": environment.places.store_path,
        "store_exists": os.path.exists(environment.places.store_path),
        "kind": None,
        "source": None,
        "key_file": None,
        "slots": _slots(environment),
        "unlocked_until": None,
        "fingerprint": None,
        "rotation_unfinished": False,
        "problem": None,
    }
    if os.path.exists(environment.places.key_path):
        status = os.stat(environment.places.key_path)
        found["key_file"] = {"path": environment.places.key_path, "mode": f"{status.st_mode & 0o7777:04o}"}
    unlocked = unlock_cache.get(environment.places.slots_path)
    if unlocked is not None:
        found["unlocked_until"] = slots.stamp(unlocked.until * 1000)
    try:
        key = present_key(environment)
    except HooksError as error:
        found["problem"] = str(error)
        return found
    found["rotation_unfinished"] = _unfinished(environment)
    found["kind"], found["source"] = KIND_WORDS[key.kind], key.source
    found["fingerprint"] = fingerprint(key.raw)
    return found


def _unfinished(environment: Environment) -> bool:
    """Whether a killed rotation left its next key. One that is under way has it, too, and holds the store's lock for as long."""
    if not os.path.exists(environment.places.store_path):
        return False
    try:
        held = opener_lock.looking(environment.places.store_path, MEMORY_BUDGET_MS)
    except Busy:
        return False
    try:
        kept = slots.read(environment.places.slots_path) or []
        beside = os.path.exists(environment.places.key_path + source.NEXT_SUFFIX)
        return beside or any(slot["next"] is not None for slot in kept)
    finally:
        opener_lock.release(held)


def _slots(environment: Environment) -> list[dict[str, object]]:
    try:
        found = slots.read(environment.places.slots_path) or []
    except HooksError:
        return []
    return [{"id": slot["id"], "kind": slot["kind"], "created_at": slot["created_at"]} for slot in found]
