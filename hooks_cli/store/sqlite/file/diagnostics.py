"""Facts about a store for `doctor`: anchor, cipher, counts, sizes, files beside it. Loaded on demand."""

from __future__ import annotations

import os

from hooks_cli.store import anchor
from hooks_cli.store.sqlite import connection
from hooks_cli.system.atomic_file import is_temporary_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore


def anchored(store: EmbeddedStore) -> tuple[int | None, int]:
    """(the anchored revision or None, the store's newest revision)."""
    found = anchor.read(store.anchor_path, store.key.raw, store.store_id)
    return None if found is None else found[0], int(store.query("SELECT revision FROM state")[0][0])


def cipher(store: EmbeddedStore) -> str:
    """The cipher in force, "" for a store that is not encrypted."""
    return connection.cipher_in_force(store.connection)


def counts(store: EmbeddedStore) -> dict[str, int]:
    """How many live entries, versions, events and sealed versions there are, the newest write's time (ms), and the format."""
    live, newest, found_format = store.query(
        "SELECT live, coalesce((SELECT at FROM entry ORDER BY revision DESC LIMIT 1), 0), format FROM state"
    )[0]
    versions, sealed = store.query("SELECT count(*), count(*) FILTER (WHERE sealed != 0) FROM entry")[0]
    events = store.query("SELECT count(*) FROM event")[0][0]
    return {
        "live": live,
        "versions": versions,
        "events": events,
        "sealed": sealed,
        "newest_at": newest,
        "format": found_format,
    }


def sizes(path: str) -> tuple[int, int]:
    """(bytes of the database file, bytes of its write-ahead log)."""

    def size(name: str) -> int:
        try:
            return os.stat(name).st_size
        except OSError:
            return 0

    return size(path), size(path + "-wal")


def leftovers(path: str) -> list[str]:
    """Files beside the store that killed processes or migrations left: half-built databases, backups of older formats."""
    folder, name = os.path.split(path)
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    marks = (f"{name}.new-", f"{name}.rotating", f"{name}.format-")
    endings = ("-wal", "-shm", "-journal")
    left = [found for found in names if found.startswith(marks) and not found.endswith(endings)]
    return sorted(left + [found for found in names if found.startswith(f"{name}.") and is_temporary_name(found)])


def library_versions() -> dict[str, str]:
    """The engine's versions by name."""
    from hooks_cli.system.apsw_import import apsw

    return {"SQLite": apsw.sqlite_lib_version(), "APSW": apsw.apsw_version(), "cipher": connection.CIPHER}
