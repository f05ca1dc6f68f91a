"""`memory store --batch`: many entries from standard input or a file, with a progress bar on a terminal. Cold: `store` loads it lazily."""

from __future__ import annotations

import os
import time
from stat import S_ISREG

from hooks_cli.commands import naming, opening
from hooks_cli.errors import InputMissing
from hooks_cli.operations import batch
from hooks_cli.output import changes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rich.progress import Progress

    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

PROGRESS_AFTER_SECONDS = 1.0


def run(call: Call, environment: Environment) -> int:
    """Store the lines. Raises LineError (65), VersionConflict (76), InputMissing (66); nothing is kept then."""
    from hooks_cli.interpreter import complete

    complete()
    descriptor = 0
    path = call.text("file")
    if path and path != "-":
        try:
            descriptor = os.open(os.path.join(environment.cwd, path), os.O_RDONLY | os.O_CLOEXEC)
        except (OSError, ValueError) as error:
            raise InputMissing(path=path, reason=getattr(error, "strerror", None) or str(error)) from None
    store = opening.for_memory(environment)
    bar = _Bar(descriptor) if environment.is_terminal(2) and call.format == "text" else None
    try:
        number, revision = batch.store_lines(
            store,
            environment,
            batch.lines_of(descriptor),
            naming.who(call),
            namespace=call.text("namespace"),
            progress=bar.show if bar is not None else None,
        )
    finally:
        if bar is not None:
            bar.end()
        if descriptor:
            os.close(descriptor)
    if call.format == "text":
        environment.out(f"Stored successfully: {changes.count(number, 'entry', 'entries')} (revision {revision})\n")
    else:
        environment.out(changes.json_object({"stored": {"total": number, "revision": revision}}))
    return 0


class _Bar:
    """A progress bar that appears after a second; of the bytes when their number is known, else it only counts."""

    def __init__(self, descriptor: int) -> None:
        status = os.fstat(descriptor)
        self.total = status.st_size if S_ISREG(status.st_mode) else None
        self.began = time.monotonic()
        self.progress: Progress | None = None

    def show(self, number: int, size: int) -> None:
        """Say how far it is: entries, and bytes read."""
        if self.progress is None:
            if time.monotonic() - self.began < PROGRESS_AFTER_SECONDS:
                return
            self.progress = _progress()
            self.progress.add_task("Storing", total=self.total, entries=number)
            self.progress.start()
        task = self.progress.task_ids[0]
        self.progress.update(task, completed=size if self.total else number, entries=number)

    def end(self) -> None:
        """Take the bar away."""
        if self.progress is not None:
            self.progress.stop()


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[entries]:,} entries"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
