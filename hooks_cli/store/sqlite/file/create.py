"""Creates a store under a temporary name and links it into place, so that two first users share one.

The key is published first (fsync and link, `crypto.keys.source.create_key_file`): a store whose key was lost with a crash would be
lost itself, a key without a store is harmless and serves the next attempt.
"""

from __future__ import annotations

import os

from hooks_cli.crypto.keys import source
from hooks_cli.errors import CannotCreate, InternalError, NetworkFileSystem, PermissionRefused, StoreGone
from hooks_cli.project import note
from hooks_cli.store.sqlite import connection as sqlite_connection
from hooks_cli.store.sqlite import opener_lock
from hooks_cli.store.sqlite.errors import translate
from hooks_cli.store.sqlite.file.tables import TABLES
from hooks_cli.store.sqlite.schema import FORMAT
from hooks_cli.system.apsw_import import apsw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment

# As /proc/self/mountinfo names them. A write-ahead log needs shared memory between all who have the file open.
NETWORK_FILE_SYSTEMS = (
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "afs",
    "9p",
    "ceph",
    "glusterfs",
    "lustre",
    "fuse.sshfs",
    "ncpfs",
)


def create(environment: Environment, budget_ms: int) -> None:
    """Make the store of this environment, unless another process has made it meanwhile.

    Raises CannotCreate (73), PermissionRefused or StoreGone (77), NetworkFileSystem (69), and what `key_source` raises.
    """
    path = environment.places.store_path
    folder = os.path.dirname(path)
    note.prepare_store_folder(environment)
    refuse_network(path)
    held = opener_lock.shared(path, budget_ms)
    try:
        if os.path.exists(path):
            return
        if os.path.exists(environment.places.anchor_path):
            # An empty store in the place of one that was lost would look like an answer.
            raise StoreGone(store=path, anchor=environment.places.anchor_path)
        encrypted = environment.settings.get("memory.security.encrypt_at_rest") is not False
        key = source.resolve_or_create(environment)
        draft = f"{path}.new-{os.getpid()}-{os.urandom(4).hex()}"
        try:
            build(draft, key.raw, encrypted, budget_ms, environment.now())
            try:
                os.link(draft, path)
            except FileExistsError:
                return  # another process was faster: use its store
            except OSError as error:
                raise CannotCreate(path=path, reason=error.strerror) from error
            sync_folder(folder)
        finally:
            for left in (draft, draft + "-wal", draft + "-shm", draft + "-journal"):
                if os.path.exists(left):
                    os.unlink(left)
        if not encrypted:
            environment.err(f"hooks-cli: the new store {path} is not encrypted (encrypt_at_rest = false)")
    finally:
        opener_lock.release(held)


def build(path: str, data_key: bytes, encrypted: bool, budget_ms: int, now: int) -> None:
    """Write a whole empty store to `path` (a name that no other process uses), durable when this returns.

    Raises PermissionRefused (77), CannotCreate (73), and what the engine's errors are (`error_report.translate`).
    """
    key = data_key if encrypted else None
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        os.close(descriptor)
    except PermissionError as error:
        raise PermissionRefused(path=path, reason=error.strerror) from error
    except OSError as error:
        raise CannotCreate(path=path, reason=error.strerror) from error
    connection = sqlite_connection.connect(path, key, budget_ms, create=True)
    try:
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        connection.execute("BEGIN IMMEDIATE")
        for statement in TABLES:
            connection.execute(statement).fetchall()
        connection.execute("INSERT INTO search(search, rank) VALUES('secure-delete', 1)").fetchall()
        # Otherwise every 64th deletion would rewrite a segment, 50 ms inside a writer's transaction: gc does it in small steps.
        connection.execute("INSERT INTO search(search, rank) VALUES('deletemerge', 0)").fetchall()
        connection.execute(
            "INSERT INTO state VALUES(1, ?, ?, ?, 0, 0, 0, ?, ?)", (FORMAT, os.urandom(8), now, bytes(32), b"")
        ).fetchall()
        connection.execute("COMMIT")
        if connection.execute("PRAGMA journal_mode=WAL").fetchall() != [("wal",)]:
            raise InternalError(reason=f"{path} cannot have a write-ahead log")
        if encrypted and sqlite_connection.cipher_in_force(connection) != sqlite_connection.CIPHER:
            raise InternalError(reason="the new store is not encrypted with the cipher meant")
    except apsw.Error as error:
        raise translate(error, path, budget_ms) from error
    finally:
        connection.close()
    sqlite_connection.check_encryption(path, encrypted)


def sync_folder(folder: str) -> None:
    """Make a new name in the folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def refuse_network(path: str) -> None:
    """Raise NetworkFileSystem (69) when the folder of `path` lies on one."""
    kind = file_system(os.path.dirname(path))
    if kind in NETWORK_FILE_SYSTEMS:
        raise NetworkFileSystem(store=path, kind=kind)


def file_system(folder: str) -> str:
    """The type of the file system that holds the folder, as the system names it; "" where it does not tell."""
    folder = os.path.realpath(folder)
    best, kind = "", ""
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as mounts:
            for line in mounts:
                fields, _, rest = line.partition(" - ")
                point = fields.split(" ")[4].replace("\\040", " ")
                inside = folder == point or folder.startswith(point.rstrip("/") + "/")
                if inside and len(point) >= len(best):
                    best, kind = point, rest.split(" ")[0]
    except OSError:
        return ""
    return kind
