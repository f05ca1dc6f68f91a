"""`--output`, `--keys-only` and `--page`: where a reading verb prints, and how much."""

from __future__ import annotations

from hooks_cli.commands.options import shared
from hooks_cli.errors import UsageError
from hooks_cli.model.verb import Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call
    from hooks_cli.system.atomic_file import AtomicFile

OUTPUT_OPTION = shared.output("Write the answer to this file (0600) instead of printing it.", "--save")
READING_OPTIONS = (
    OUTPUT_OPTION,
    Option("keys_only", ("--keys-only", "--keys"), "Print the addresses alone.", "switch"),
    Option("page", ("--page",), "The Nth page of --limit entries.", "integer", metavar="N"),
)


def offset(call: Call, limit: int) -> int:
    """How many entries come before those that are asked for. Raises UsageError (64)."""
    page = call.integer("page", 1)
    if page < 1:
        raise UsageError(f"{call.verb.title} --page begins with 1; {page} is none.")
    return call.number("offset", 0) + (page - 1) * limit


def answered(call: Call, environment: Environment, answer: Callable[[Call, Environment], int]) -> int:
    """Run `answer` in the store that --path names, and write what it prints to the file of --output, if there is one.

    The file is written whole or not at all, and replaces an older one.
    Raises CannotCreate (73), StorageFailed or DiskFull (74).
    """
    if "store_path" in call.values:
        from hooks_cli.commands.options import store_path

        store_path.apply(call, environment)
    if not call.text("output"):
        return answer(call, environment)
    import os

    place = os.path.join(environment.cwd, call.text("output"))
    saved = _Saved(place)
    printing = environment.out, environment.value, environment.is_terminal
    environment.out = environment.value = saved.write
    environment.is_terminal = lambda fd: False
    try:
        code = answer(call, environment)
        if code == 0:
            saved.publish()
    finally:
        environment.out, environment.value, environment.is_terminal = printing
        saved.close()
    if code == 0:
        environment.err(f"hooks-cli: written to {place}")
    return code


class _Saved:
    """The file while it is written, under a temporary name; nothing is made before there is something to write."""

    def __init__(self, place: str) -> None:
        self.place = place
        self._target: AtomicFile | None = None
        self._file: BinaryIO | None = None

    def write(self, text: str) -> None:
        """Append text. Raises CannotCreate (73), StorageFailed or DiskFull (74)."""
        from hooks_cli.system.private_files import trouble

        try:
            self._opened().write(text.encode("utf-8", "replace"))
        except OSError as error:
            raise trouble(self.place, error) from None

    def publish(self) -> None:
        """Give the file its name, also when nothing was written. Raises CannotCreate (73), StorageFailed or DiskFull (74)."""
        import os

        from hooks_cli.system.output_file import publish
        from hooks_cli.system.private_files import trouble

        try:
            file = self._opened()
            file.flush()
            os.fsync(file.fileno())
        except OSError as error:
            raise trouble(self.place, error) from None
        if self._target is not None:
            publish(self._target.name, self.place, True)

    def close(self) -> None:
        """Take away what was not published."""
        if self._target is not None:
            self._target.__exit__(None, None, None)

    def _opened(self) -> BinaryIO:
        import os

        from hooks_cli.system.atomic_file import AtomicFile
        from hooks_cli.system.private_files import make_parents

        if self._file is None:
            make_parents(self.place)
            self._target = AtomicFile(self.place)
            self._target.__enter__()
            self._file = os.fdopen(self._target.descriptor, "wb", closefd=False)
        return self._file
