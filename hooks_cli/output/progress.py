"""Shows progress of long work: a bar on a terminal after one second, plain lines on request, else nothing.

`--progress=plain` gives a line on standard error after a second and then every few, for logs; `--progress=off` nothing at all. The bar
is drawn by a thread, so that it also shows while one statement of the engine takes long.
"""

from __future__ import annotations

import threading
import time

from hooks_cli.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

PATIENCE_SECONDS = 1.0
PLAIN_SECONDS = 5.0
AUTO, PLAIN, OFF = "auto", "plain", "off"


def mode_of(call: Call) -> str:
    """auto, plain or off, as `--progress` says. Raises UsageError (64)."""
    value = call.values.get("progress", True)
    if isinstance(value, bool):
        return AUTO if value else OFF
    if value not in (AUTO, PLAIN, OFF):
        raise UsageError(
            f"--progress {value!r} is none.", hint="Choices: --progress=auto, --progress=plain, --progress=off."
        )
    return str(value)


class Progress:
    """`with Progress(environment, "Exporting", unit="entries") as progress: progress.advance(n)`.

    `total` may be None, and set later while little is done; `shown` says whether anybody will look, so that it need not be counted.
    """

    def __init__(
        self, environment: Environment, what: str, total: int | None = None, *, mode: str = AUTO, unit: str = ""
    ) -> None:
        self.total = total
        self._environment = environment
        self._plain = mode == PLAIN
        terminal = environment.is_terminal(2) and environment.variables.get("TERM") != "dumb"
        self.shown = self._plain or (mode == AUTO and terminal)
        self._what = what
        self._unit = unit
        self._done = 0
        self._counted: int | None = None
        self._start = time.monotonic()
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        if self.shown:
            self._thread = threading.Thread(target=self._lines if self._plain else self._draw, daemon=True)
            self._thread.start()
        return self

    def advance(self, steps: int) -> None:
        """Reports that this number of items more is done."""
        self._done += steps
        if self._bar is not None:
            self._update()

    def reach(self, done: int, counted: int | None = None) -> None:
        """Reports the number done of `total`; `counted` is what is shown for people where that is another number (entries, not bytes)."""
        self._done, self._counted = done, counted
        if self._bar is not None:
            self._update()

    def stage(self, what: str) -> None:
        """What is being done now."""
        self._what = what
        if self._bar is not None:
            self._update()

    def step(self, what: str) -> None:
        """One step of a known number is done, and this is what was reached."""
        self._done += 1
        self.stage(what)

    def _words(self) -> str:
        number = self._done if self._counted is None else self._counted
        if not number:
            return ""
        of = f" of {self.total:,}" if self.total and self._counted is None else ""
        return f"{number:,}{of} {self._unit}".rstrip()

    def _lines(self) -> None:
        """Plain lines, until it is over."""
        pause = PATIENCE_SECONDS
        while not self._over.wait(pause):
            pause = PLAIN_SECONDS
            share = f"{min(100, 100 * self._done // self.total)} %" if self.total else ""
            told = ", ".join(part for part in (self._words(), share) if part)
            seconds = int(time.monotonic() - self._start)
            self._environment.err(f"hooks-cli: {self._what}: {told + ', ' if told else ''}{seconds} s")

    def _draw(self) -> None:
        """The bar, if it is not over before."""
        if self._over.wait(PATIENCE_SECONDS):
            return
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        from hooks_cli.output import theme

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[words]}"),
            TimeElapsedColumn(),
        )
        with self._lock:
            if self._over.is_set():
                return
            bar = Bar(*columns, console=theme.console(self._environment, errors=True), transient=True)
            self._task = bar.add_task(self._what, total=self.total, words=self._words())
            bar.start()
            self._bar = bar
        self._update()

    def _update(self) -> None:
        self._bar.update(
            self._task, completed=self._done, total=self.total, description=self._what, words=self._words()
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        with self._lock:
            if self._bar is not None:
                self._bar.stop()
                self._bar = None
