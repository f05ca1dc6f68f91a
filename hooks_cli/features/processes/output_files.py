"""Files used as stdin, stdout and stderr of started programs: no writer blocks, later processes can read them.

Together stdout and stderr keep 8 MiB: the first 6 MiB of stdout and the first 2 MiB of stderr. Files have no limit of their own that
would not also hit what the program writes elsewhere, so the watching process calls `trim` every 0.1 s, and more often during a flood.
"""

from __future__ import annotations

import os

from hooks_cli.system.private_files import read_file, remove_quietly, trouble, write_file

KEPT_BYTES = 8 << 20
LIMITS = {"stdout": KEPT_BYTES - KEPT_BYTES // 4, "stderr": KEPT_BYTES // 4}


class OutputFiles:
    """stdin, stdout and stderr of the attempt in `folder`."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.dropped = dict.fromkeys(LIMITS, 0)
        for name in LIMITS:
            told = read_file(self._dropped_path(name), 32)
            self.dropped[name] = int(told) if told and told.strip().isdigit() else 0

    def path(self, name: str) -> str:
        """The file `stdin`, `stdout` or `stderr`."""
        return os.path.join(self.folder, name)

    def open_input(self, data: bytes) -> int:
        """A descriptor from which the program reads `data`. Raises CannotCreate (73), PermissionRefused (77), DiskFull (74)."""
        path = self.path("stdin")
        write_file(path, data, durable=False)
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def open_output(self) -> tuple[int, int]:
        """Descriptors for stdout and stderr. They append, so that what follows a cut lands behind it and not far beyond the end.

        Raises CannotCreate (73), PermissionRefused (77), DiskFull (74).
        """
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        opened: list[int] = []
        try:
            for name in LIMITS:
                opened.append(os.open(self.path(name), flags, 0o600))
        except OSError as error:
            for descriptor in opened:
                os.close(descriptor)
            raise trouble(self.folder, error, creating=True) from None
        return opened[0], opened[1]

    def trim(self) -> bool:
        """Cut each file to its limit; whether there was something to cut.

        `dropped` counts the bytes that went, by name. It is a lower bound: a program may write between the look and the cut.
        """
        cut = False
        for name, limit in LIMITS.items():
            try:
                size = os.stat(self.path(name)).st_size
                if size > limit:
                    os.truncate(self.path(name), limit)
                    cut = True
                    self.dropped[name] += size - limit
                    write_file(self._dropped_path(name), str(self.dropped[name]).encode(), durable=False)
            except OSError:
                continue
        return cut

    def read(self, name: str) -> bytes:
        """What the program wrote to `stdout` or `stderr`, up to the limit."""
        self.trim()
        try:
            with open(self.path(name), "rb") as file:
                return file.read(LIMITS[name])
        except OSError:
            return b""

    def remove(self) -> None:
        """Remove the three files."""
        for name in ("stdin", *LIMITS):
            remove_quietly(self.path(name))
            remove_quietly(self._dropped_path(name))

    def _dropped_path(self, name: str) -> str:
        return os.path.join(self.folder, f"{name}.dropped")
