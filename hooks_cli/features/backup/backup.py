"""`memory backup` and `memory restore`: copies the whole store, verified, and puts a copy back.

A copy is encrypted with the store's own key. With a passphrase a slot file lies beside it (`FILE.slots`), which opens the
copy where that key is not at hand. Restoring verifies before it replaces anything, and sets the old store aside.
"""

from __future__ import annotations

import gzip
import os
import shutil
import zlib
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass

from hooks_cli.crypto.keys import passphrase, slots
from hooks_cli.crypto.keys import source as key_source
from hooks_cli.environment import Environment
from hooks_cli.errors import DataError, HooksError, InputMissing, KeyMissing, OutputExists, WrongKey
from hooks_cli.features.backup import copy_files
from hooks_cli.features.keys.manage import sole_keeper
from hooks_cli.features.transfer.importers.foreign_sqlite import MAGIC
from hooks_cli.project import note
from hooks_cli.store.sqlite import connection, opener_lock
from hooks_cli.store.sqlite.file import backup
from hooks_cli.store.sqlite.file.backup import Copied
from hooks_cli.store.sqlite.store import MEMORY_BUDGET_MS, EmbeddedStore
from hooks_cli.system.atomic_file import COMPANION, AtomicFile, sweep
from hooks_cli.system.output_file import refuse_existing
from hooks_cli.system.private_files import trouble
from hooks_cli.text.escapes import shell_word

# The smallest page that a database can have.
PAGE = 512
LOOK_BYTES = 4096
ENDING = ".backup"
NAMES_TRIED = 20
BUDGET_MS = MEMORY_BUDGET_MS
FROM_PHRASE = "the passphrase"
WITH_PHRASE_HINT = "A passphrase opens it: memory restore {path} --passphrase"
NO_KEY_HINT = (
    "The copy needs the key of the store it was made of. There: hooks-cli key export. Here: hooks-cli key import. Or make a copy "
    "that a passphrase opens: memory backup --passphrase."
)
OLD_KEY_HINT = (
    "It needs the key that its store had then. With that one on paper it has a place of its own: export HOOKS_STORE=/some/place/old.db; "
    "hooks-cli key import --file paper.txt; hooks-cli memory restore {path}. From there memory export brings it into another store."
)


@dataclass(slots=True)
class BackedUp:
    """What was made: the file, the slot file beside it or "", and what is in it."""

    path: str
    slots: str
    holds: Copied


@dataclass(slots=True)
class Restored:
    """What was restored, and where the store that was there before is now ("" when there was none)."""

    holds: Copied
    aside: str


def back_up(
    store: EmbeddedStore,
    environment: Environment,
    path: str,
    *,
    phrase: str = "",
    force: bool = False,
    stage: Callable[[str], None] = lambda what: None,
) -> BackedUp:
    """Write a verified copy of the store to `path`, with a slot for `phrase` when there is one. `stage` hears what is done.

    Raises OutputExists (73), InputMissing (66), Tampered (77), StorageFailed or DiskFull (74).
    """
    sweep(os.path.dirname(path) or ".")
    refuse_existing(path, force)
    if phrase:
        refuse_existing(path + COMPANION, force)
    encrypted = connection.cipher_in_force(store.connection) != ""
    with AtomicFile(path) as draft:
        stage("Copying the store")
        backup.copy_to(store, draft.name)
        stage("Verifying the copy")
        holds = backup.examine(draft.name, store.key.raw, encrypted, store.key.source, BUDGET_MS)
        new = [slots.passphrase_slot(store.key.raw, phrase, environment.now())] if phrase else []
        companion = copy_files.put_in_place(draft.name, path, new, force)
    return BackedUp(path, companion, holds)


def default_name(environment: Environment, part: str = "", ending: str = ENDING, folder: str = "") -> str:
    """The default name of a copy in a folder (the current one): `memory-<project>-20251017-120000.backup`, with `-2` … if it is taken."""
    folder = folder or environment.cwd
    import time

    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(environment.now() // 1000))
    word = "".join(c if c.isalnum() or c in "._-" else "_" for c in part)
    start = (
        f"memory-{environment.project.name}-{word}-{stamp}" if word else f"memory-{environment.project.name}-{stamp}"
    )
    names = [start, *[f"{start}-{number}" for number in range(2, 100)]]
    free = next((name for name in names if not os.path.lexists(os.path.join(folder, name + ending))), start)
    return os.path.join(folder, free + ending)


def under_free_name(name: Callable[[], str], make: Callable[[str], BackedUp]) -> BackedUp:
    """Make a copy under the default name: one that another process took in the meantime is left to it, and the next one tried.

    `name` gives a name that is free, `make` makes the copy. Raises what `back_up` raises; OutputExists (73) when no name is left.
    """
    for _ in range(NAMES_TRIED):
        try:
            return make(name())
        except OutputExists:
            continue
    return make(name())


def copies_in(environment: Environment) -> list[str]:
    """The copies in the current folder with a default name, the newest first."""
    start = f"memory-{environment.project.name}-"
    found = [
        entry for entry in os.scandir(environment.cwd)
        if entry.name.startswith(start) and entry.name.endswith(ENDING) and entry.is_file()
    ]  # fmt: skip
    return [
        entry.path for entry in sorted(found, key=lambda entry: (entry.stat().st_mtime_ns, entry.name), reverse=True)
    ]


def restore(environment: Environment, path: str, *, phrase: str = "", dry_run: bool = False) -> Restored:
    """Put a copy in the place of the store; with `dry_run` only verify it.

    Raises InputMissing (66), DataError (65) when it is not a copy, WrongKey or Tampered (77), Busy (75) while the store is
    open elsewhere; then everything is as it was.
    """
    encrypted = environment.settings.get("memory.security.encrypt_at_rest") is not False
    _refuse_what_is_no_copy(path, encrypted)
    if not dry_run:
        note.prepare_store_folder(environment)
    with nullcontext() if dry_run else sole_keeper(environment):
        return _restore(environment, path, phrase, encrypted, dry_run)


def _restore(environment: Environment, path: str, phrase: str, encrypted: bool, dry_run: bool) -> Restored:
    keys, source = _its_keys(environment, path, phrase)
    place = environment.places.store_path
    with AtomicFile(place if os.path.isdir(os.path.dirname(place)) else path) as draft:
        _copy(path, draft)
        its_key, holds = _opened(draft, path, keys, encrypted, source)
        if dry_run:
            return Restored(holds, "")
        key = key_source.resolve_or_create(environment)
        made = backup.prepare(draft.name, its_key, key.raw, encrypted, BUDGET_MS)
        held = opener_lock.exclusive(place, BUDGET_MS)
        try:
            aside = backup.put_in_place(place, made, environment.places.anchor_path, key.raw)
        finally:
            opener_lock.release(held)
    return Restored(holds, aside)


def _examined(draft: AtomicFile, path: str, key: bytes, encrypted: bool, source: str) -> Copied:
    """`backup.examine` of what was copied from `path`; its errors name that, not the name it has for the moment."""
    if os.fstat(draft.descriptor).st_size % PAGE:
        raise DataError(f"{path} is cut short: its size is not a whole number of pages. Nothing was replaced.")
    try:
        return backup.examine(draft.name, key, encrypted, source, BUDGET_MS)
    except HooksError as error:
        error.args = (str(error).replace(draft.name, path),)
        error.hint_text = error.hint_text.replace(draft.name, path)
        error.details = {name: path if value == draft.name else value for name, value in error.details.items()}
        raise


def _opened(draft: AtomicFile, path: str, keys: list[bytes], encrypted: bool, source: str) -> tuple[bytes, Copied]:
    """The key of the copy, and what is in it. Two come into question where a copy was about to be replaced (`copy_files`)."""
    for key in keys[:-1]:
        try:
            return key, _examined(draft, path, key, encrypted, source)
        except WrongKey:
            continue
    try:
        return keys[-1], _examined(draft, path, keys[-1], encrypted, source)
    except WrongKey as error:
        if source == FROM_PHRASE:
            error.hint_text = f"The slot file {path + COMPANION} is that of another copy, or the copy is damaged."
        else:
            error.hint_text = _key_hint(path, OLD_KEY_HINT)
        raise


def _key_hint(path: str, without_slots: str) -> str:
    """What to do about a copy that the key at hand does not open."""
    hint = WITH_PHRASE_HINT if os.path.exists(path + COMPANION) else without_slots
    return hint.format(path=shell_word(path))


def _its_keys(environment: Environment, path: str, phrase: str) -> tuple[list[bytes], str]:
    """(what may be the key of the copy, where it comes from): the phrase's slots when one is given, else the store's own key."""
    if not phrase:
        try:
            key = key_source.resolve(environment)
        except KeyMissing as error:
            if not os.path.exists(environment.places.store_path):  # a machine that the copy was brought to
                error.hint_text = _key_hint(path, NO_KEY_HINT)
            raise
        return [key.raw], key.source
    found = slots.read(path + COMPANION)
    if found is None:
        raise InputMissing(path=path + COMPANION, reason="the slot file of the copy is not there")
    keys = passphrase.keys_behind(found, phrase)
    if not keys:
        raise WrongKey(
            source=FROM_PHRASE,
            store=path,
            hint="Try the passphrase again: it is the one that the copy was made with.",
        )
    return keys, FROM_PHRASE


def _copy(path: str, draft: AtomicFile) -> None:
    try:
        with open(path, "rb") as source, open(draft.descriptor, "wb", closefd=False) as target:
            shutil.copyfileobj(source, target, 1 << 20)
            target.flush()
            os.fsync(draft.descriptor)
    except OSError as error:
        raise trouble(draft.name, error, creating=True) from None


def _refuse_what_is_no_copy(path: str, encrypted: bool) -> None:
    if not os.path.isfile(path):
        raise InputMissing(
            path=path, reason="it is not a regular file" if os.path.lexists(path) else "it does not exist"
        )
    with open(path, "rb") as file:
        start = file.read(LOOK_BYTES)
    if _is_export(path, start) or (encrypted and start.startswith(MAGIC)):
        raise DataError(
            f"{path} is not a copy of a store, but an export or a plain database.", hint=f"memory import '{path}'"
        )


def _is_export(path: str, start: bytes) -> bool:
    """Whether a file that begins so is a text export, or one that was compressed.

    An encrypted copy begins with random bytes, and one in a hundred of them with a brace or a bracket: all that was read has to be text.
    """
    if start.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(path) as file:
                start = file.read(LOOK_BYTES)
        except (OSError, EOFError, zlib.error):
            return False
    try:
        text = start.decode()
    except UnicodeDecodeError as error:
        if error.start < len(start) - 3:  # a character that the end of what was read cuts is none of the file's faults
            return False
        text = start[: error.start].decode()
    return text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[") or text.startswith(("key,", "key\t"))
