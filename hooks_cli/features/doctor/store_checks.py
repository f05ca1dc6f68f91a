"""Checks of `doctor` on the store: key, permissions, file system, pages, ledger, sizes, pending garbage collection."""

from __future__ import annotations

import os

from hooks_cli.errors import HooksError, StoreGone
from hooks_cli.features.doctor.finding import ERROR, NOTE, OK, WARNING, Finding, of_error
from hooks_cli.features.keys.facts import facts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from hooks_cli.environment import Environment
    from hooks_cli.store.sqlite.store import EmbeddedStore

LONG_LOG_BYTES = 16 * 1024 * 1024
STALE_COPY_DAYS = 8


def key(environment: Environment) -> Iterator[Finding]:
    """Whether the key can be had and is well kept."""
    found = facts(environment)
    if found["problem"] is not None:
        if not found["store_exists"] and not found["slots"]:
            if os.path.exists(environment.places.key_path):
                yield Finding("key", ERROR, str(found["problem"]), "See: hooks-cli key show", 77)
            else:
                yield Finding("key", OK, "none yet; the first use makes it")
            return
        yield _key_problem(environment)
        return
    yield Finding("key", OK, f"{found['kind']}, from {found['source']} (fingerprint {found['fingerprint']})")
    if found["kind"] == "passphrase":
        mend = "Run hooks-cli unlock once per login."
        yield Finding(
            "key", NOTE, "each call derives the key from the passphrase, which takes about half a second", mend
        )
    if found["rotation_unfinished"]:
        yield Finding(
            "key",
            WARNING,
            "a key rotation was not completed; the next key is beside the current one",
            "Run: hooks-cli key rotate",
        )
    if found["slots"] and found["key_file"] is not None and found["kind"] == "key file":
        mend = "Finish what was begun: hooks-cli key passphrase set"
        yield Finding(
            "key",
            WARNING,
            f"the key file opens the store although there is a slot file {environment.places.slots_path}",
            mend,
        )


def _key_problem(environment: Environment) -> Finding:
    from hooks_cli.features.keys.manage import present_key

    try:
        present_key(environment)
    except HooksError as error:
        return of_error("key", error)
    return Finding("key", OK, "the key opens the store")


def permissions(environment: Environment) -> Iterator[Finding]:
    """Whether others can reach the store or the keys."""
    from hooks_cli.store.sqlite.file import permissions as store_permissions

    exposed = store_permissions.exposed(environment)
    for folder in (environment.folders.config, environment.folders.keys):
        if os.path.isdir(folder) and os.stat(folder).st_mode & 0o022:
            exposed.append((folder, os.stat(folder).st_mode & 0o7777))
    for place, mode in exposed:
        yield Finding(
            "permissions", WARNING, f"{place} is open to other users (mode {mode:04o})", f"Run: chmod go= '{place}'"
        )
    if not exposed and os.path.exists(environment.places.store_path):
        yield Finding("permissions", OK, "the store and the keys are this user's alone")


def file_system(environment: Environment) -> Iterator[Finding]:
    """Whether the store lies where a write-ahead log is safe, and has room."""
    from hooks_cli.store.sqlite.file import create

    folder = os.path.dirname(environment.places.store_path)
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    kind = create.file_system(folder)
    if kind in create.NETWORK_FILE_SYSTEMS:
        mend = "Use a local disk: HOOKS_STORE=/local/path/memory.db"
        yield Finding("file system", ERROR, f"{folder} is on a network file system ({kind})", mend, 69)
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        mend = f"Look at it: ls -ld '{folder}'. Another place: HOOKS_HOME=FOLDER"
        yield Finding("file system", ERROR, f"{folder} cannot be written", mend, 73)
        return
    room = os.statvfs(folder)
    free = room.f_bavail * room.f_frsize
    text = f"{kind or 'local'}, {_bytes(free)} free"
    if free < 64 * 1024 * 1024:
        yield Finding("file system", WARNING, text, "Free some space, or run: memory gc")
    else:
        yield Finding("file system", OK, text)


def store(environment: Environment) -> Iterator[Finding]:
    """Whether the store opens, is whole, and is what it was."""
    from hooks_cli.store.sqlite.store import open_store

    path = environment.places.store_path
    if not os.path.exists(path) and os.path.exists(environment.places.anchor_path):
        yield of_error("store", StoreGone(store=path, anchor=environment.places.anchor_path))
        return
    if not os.path.exists(path):
        from hooks_cli.project.note import moved_from

        before = moved_from(environment)
        if before:
            mend = f"To take it: hooks-cli project adopt {before}. To begin a new one: hooks-cli memory init"
            yield Finding(
                "store", WARNING, f"this project seems to have been moved here; its memory is still {before}", mend
            )
            return
        yield Finding("store", NOTE, f"{path} is not made yet; the first use makes it")
        return
    try:
        opened = open_store(environment, create=False)
    except HooksError as error:
        yield of_error("store", error)
        return
    try:
        yield from _opened(environment, opened)
    finally:
        opened.close()


def _opened(environment: Environment, opened: EmbeddedStore) -> Iterator[Finding]:
    from hooks_cli.store.sqlite.file import diagnostics, verify

    cipher = diagnostics.cipher(opened)
    if cipher:
        yield Finding("cipher", OK, f"{cipher}, every page authenticated")
    else:
        yield Finding("cipher", WARNING, "the store is not encrypted", "See: encrypt_at_rest in docs/configuration.md")
    found = verify.verify(opened, lambda _: None)
    mend = "Rebuild the word index: memory reindex" if found.only_words else "Bring back a backup: memory restore"
    for line in [*found.pages, *found.broken]:
        yield Finding("integrity", ERROR, line, mend, 77)
    if not found.pages and not found.broken:
        yield Finding("integrity", OK, f"every page is whole, {found.rows} rows agree with each other")
    if found.kept != found.computed:
        mend = "Something altered it that had the key. Bring back a backup, or look at it: memory verify"
        text = f"the rows give {found.computed.hex()[:16]}, the store says {found.kept.hex()[:16]}"
        yield Finding("ledger", ERROR, text, mend, 77)
    else:
        yield Finding("ledger", OK, "every row is what was written")
    at, revision = diagnostics.anchored(opened)
    if at is None:
        yield Finding(
            "ledger",
            WARNING,
            f"there is no anchor at {environment.places.anchor_path}: a rolled-back store would not be noticed",
        )
    elif at < revision:
        yield Finding(
            "ledger", NOTE, f"the anchor is at revision {at}, the store at {revision}; the next write moves it on"
        )
    yield from _figures(environment, opened)


def _figures(environment: Environment, opened: EmbeddedStore) -> Iterator[Finding]:
    from hooks_cli.store.sqlite.file import diagnostics

    counts = diagnostics.counts(opened)
    yield Finding("format", OK, f"format {counts['format']}")
    size, log = diagnostics.sizes(opened.path)
    versions = f"versions: {counts['versions']} ({counts['sealed']} sealed)"
    text = f"{_bytes(size)}; entries: {counts['live']}, {versions}, events: {counts['events']}"
    limit = environment.settings.number("memory.max_size")
    if limit and size > limit:
        yield Finding("size", WARNING, f"{text}; more than max_size ({_bytes(limit)})", "Run: memory gc")
    else:
        yield Finding("size", OK, text)
    if log > LONG_LOG_BYTES:
        mend = "End the long-lived readers (watch, monitor); the next write shortens it."
        yield Finding("write-ahead log", WARNING, f"{_bytes(log)}: it could not be copied back for a long time", mend)
    else:
        yield Finding("write-ahead log", OK, _bytes(log))
    now = environment.now()
    if counts["newest_at"] > now + 60_000:
        yield Finding("clock", WARNING, "the newest entry was written in the future", "Set the clock right.")
    yield from _collection(environment, opened)
    yield from _queue(environment)
    for name in diagnostics.leftovers(opened.path):
        place = os.path.join(os.path.dirname(opened.path), name)
        yield Finding(
            "leftovers", NOTE, f"{place} was left by an earlier process", f"When you do not need it: rm '{place}'"
        )


def _queue(environment: Environment) -> Iterator[Finding]:
    from hooks_cli.features.journal import call_queue

    waiting = len(call_queue.waiting(environment.places.queue_dir))
    if waiting:
        yield Finding(
            "queue", NOTE, f"{waiting} calls wait to be recorded", "The next hooks or memory command does it."
        )
    refused = environment.places.queue_dir + "-refused"
    if os.path.isdir(refused) and os.listdir(refused):
        mend = f"They can never be recorded. To delete them: rm -r '{refused}'"
        yield Finding(
            "queue", WARNING, f"{len(os.listdir(refused))} queued calls were refused and are in {refused}", mend
        )


def _collection(environment: Environment, opened: EmbeddedStore) -> Iterator[Finding]:
    from hooks_cli.features.retention import run

    due, _, events = run.plan(opened, environment, run.Request())
    text = f"{len(due)} versions and {events} events are due"
    if not environment.settings.has("memory.gc"):
        mend = "To have it run at session-end, write [memory.gc] into config.toml; see: memory gc --dry-run"
        if "memory.gc" in environment.settings.held:
            mend = "hooks.toml asks for it, which counts once you trust the project: hooks-cli project trust"
        yield Finding("garbage collection", NOTE, f"not automatic; {text}", mend if due or events else "")
    elif due or events:
        yield Finding("garbage collection", NOTE, text, "It runs at session-end; at once: memory gc")
    else:
        yield Finding("garbage collection", OK, "nothing is due")


def _bytes(size: int) -> str:
    amount = float(size)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if amount < 1024 or unit == "GiB":
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1024
    raise AssertionError


def copies(environment: Environment) -> Iterator[Finding]:
    """How old the newest scheduled copy is."""
    if not os.path.exists(environment.places.store_path):
        return
    from hooks_cli.features.backup import kept_copies

    at = kept_copies.newest(environment)
    mend = "Print the line for cron: hooks-cli memory backup --schedule daily"
    if at is None:
        yield Finding("copies", NOTE, "no copy of this store was written by a schedule", mend)
        return
    from hooks_cli.text.ages import in_words

    age = max(0, environment.now() - at) // 60_000 * 60_000
    told = f"the last scheduled copy is {in_words(age)} old ({kept_copies.folder_of(environment)})"
    if age > STALE_COPY_DAYS * 86_400_000:
        yield Finding("copies", WARNING, told, f"Does cron run? {mend}")
    else:
        yield Finding("copies", OK, told)
