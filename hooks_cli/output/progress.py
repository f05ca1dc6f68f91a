"""A progress bar on a terminal, for work that takes longer than a second; nothing anywhere else."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any

from hooks_cli.environment import Environment

PATIENCE_SECONDS = 1.0


class Progress:
    """`with Progress(environment, "Exporting", total) as progress: progress.advance(n)`."""

    def __init__(self, environment: Environment, what: str, total: int | None) -> None:
        self._shown = environment.is_terminal(2)
        self._what = what
        self._total = total
        self._done = 0
        self._start = time.monotonic()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        return self

    def advance(self, steps: int) -> None:
        """So many more are done."""
        if not self._shown:
            return
        self._done += steps
        if self._bar is None and time.monotonic() - self._start > PATIENCE_SECONDS:
            self._begin()
        if self._bar is not None:
            self._bar.update(self._task, completed=self._done)

    def _begin(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task(self._what, total=self._total)
        self._bar.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
