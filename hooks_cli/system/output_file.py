"""The target of an export: a new file (0600, complete or absent) or standard output, compressed on request."""

from __future__ import annotations

import os

from hooks_cli.errors import OutputExists
from hooks_cli.system.atomic_file import AtomicFile
from hooks_cli.system.private_files import make_parents, remove_quietly, sync_folder, trouble

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import IO, Any

    from hooks_cli.system.streams import Streams

    # Puts a writer that seals (`crypto.sealed_file.SealedWriter`) before a file.
    Seal = Callable[[IO[bytes]], Any]

BUFFER = 1 << 16


def refuse_existing(path: str, force: bool) -> None:
    """Raise OutputExists (73) before any work when something is there. A folder that is missing is made. Raises as `make_parents`."""
    if os.path.isdir(path):
        raise OutputExists(path=path, hint="It is a folder. Name a file in it.")
    if not force and os.path.lexists(path):
        raise OutputExists(path=path)
    make_parents(path)


def publish(aside: str, path: str, force: bool) -> None:
    """Give a finished, synced file its name. Raises OutputExists (73) if another process took it."""
    try:
        if force:
            os.rename(aside, path)
        else:
            os.link(aside, path)
            os.unlink(aside)
        sync_folder(os.path.dirname(path) or ".")
    except FileExistsError:
        remove_quietly(aside)
        raise OutputExists(path=path) from None
    except OSError as error:
        remove_quietly(aside)
        raise trouble(path, error, creating=True) from None


def _encoded(text: str | bytes | memoryview) -> bytes | memoryview:
    return text.encode("utf-8", "backslashreplace") if isinstance(text, str) else text


def _gzip(target: Any) -> Any:
    import gzip

    return gzip.GzipFile("", "wb", 6, target, 0)  # without a name and a time: the same entries give the same bytes


class FileSink:
    """`with FileSink(path, force, compress, seal) as sink: sink.write(text)`; nothing is there unless the block ends well."""

    def __init__(self, path: str, force: bool = False, compress: bool = False, seal: Seal | None = None) -> None:
        self.path = path
        self._seal = seal
        self._sealed: Any = None
        self._force = force
        self._compress = compress
        self._target = AtomicFile(path)
        self._file: Any = None

    def __enter__(self) -> FileSink:
        refuse_existing(self.path, self._force)
        self._target.__enter__()
        raw: IO[bytes] = open(self._target.descriptor, "wb", buffering=BUFFER, closefd=False)
        self._raw = raw
        self._sealed = self._seal(raw) if self._seal is not None else None
        target = raw if self._sealed is None else self._sealed
        self._file = _gzip(target) if self._compress else target
        return self

    def write(self, text: str | bytes | memoryview) -> None:
        """Append text as UTF-8, or what is UTF-8 already. Raises StorageFailed or DiskFull (74)."""
        try:
            self._file.write(_encoded(text))
        except OSError as error:
            raise trouble(self.path, error) from None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._compress:
                self._file.close()
            if kind is None:
                if self._sealed is not None:
                    self._sealed.finish()
                self._raw.flush()
                os.fsync(self._raw.fileno())
                publish(self._target.name, self.path, self._force)
            self._raw.close()
        except OSError as problem:
            raise trouble(self.path, problem) from None
        finally:
            self._target.__exit__(kind, error, trace)


class StreamSink:
    """Standard output as a sink."""

    def __init__(self, environment: Streams, compress: bool = False, seal: Seal | None = None) -> None:
        self._environment = environment
        self._compress = compress
        self._seal = seal
        self._sealed: Any = None
        self._file: Any = None

    def __enter__(self) -> StreamSink:
        out: Any = _Out(self._environment)
        if self._seal is not None:
            out = self._file = self._sealed = self._seal(out)
        if self._compress:
            self._file = _gzip(out)
        return self

    def write(self, text: str | bytes | memoryview) -> None:
        """Print text, or what is UTF-8 already; to a terminal nothing that could steer it."""
        if self._file is not None:
            self._file.write(_encoded(text))
        elif isinstance(text, str):
            self._environment.value(text)
        elif self._environment.is_terminal(1):
            self._environment.value(bytes(text).decode())
        else:
            self._environment.out_bytes(bytes(text))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            return
        if self._compress:
            self._file.close()
        if self._sealed is not None:
            self._sealed.finish()


class _Out:
    """Standard output as the binary file that gzip writes to."""

    def __init__(self, environment: Streams) -> None:
        self._environment = environment

    def write(self, data: Any) -> int:
        self._environment.out_bytes(bytes(data))
        return len(data)

    def flush(self) -> None:
        self._environment.flush()
