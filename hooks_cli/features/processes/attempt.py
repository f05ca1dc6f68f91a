"""One start of a program, kept as a folder of files, so that any later process can see its result.

The folder (0700) holds, each readable by its owner alone:

    attempt.json   name, mark, command line, folder; written before the start
    stdin          what the program reads; it is a file, so a program that does not read it blocks no process
    stdout stderr  what it wrote, cut to 8 MiB together (`output_files`)
    process        pid and start time of the wrapper, and the boot they belong to
    rc             the exit code, put in place whole by the wrapper when the program has ended

The wrapper is one `sh` in a session of its own. It waits for the program, survives SIGTERM to its group, and writes `rc`. So the
orchestrator may be killed: the next one calls `Attempt.adopt` and goes on waiting.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass

from hooks_cli.errors import DataError, Unavailable
from hooks_cli.features.processes import process_table
from hooks_cli.features.processes.output_files import OutputFiles
from hooks_cli.features.processes.process_table import Identity
from hooks_cli.features.processes.variables import MARK, is_mark, marks_in
from hooks_cli.system.private_files import make_folder, read_file, write_file

SHELL = "/bin/sh"
# The traps keep the wrapper alive; in the subshell, which becomes the program, they are back to their defaults.
WRAPPER = """exec 3>&2 2>/dev/null
trap : TERM INT HUP QUIT
folder=$1; shift
(exec "$@") 2>&3 3>&-
code=$?
exec 3>&-
printf '%s\\n' "$code" >"$folder/rc.new" && command -p mv -f "$folder/rc.new" "$folder/rc"
exit "$code"
"""
LARGEST_RECORD = 1 << 20
WATCH_SECONDS = 0.1  # between two looks at the size of the output
FLOOD_WATCH_SECONDS = 0.005  # while the program writes more than is kept


class ProgramMissing(Unavailable):
    """The program {program} is not there, or may not be executed."""

    hint = "Give its path, or put its folder into PATH."


@dataclass(frozen=True, slots=True)
class Command:
    """What to start: `argv` without a shell, in the folder `cwd`, with the whole environment `variables` (`program_variables`)."""

    name: str
    argv: tuple[str, ...]
    cwd: str
    variables: Mapping[str, str]
    stdin: bytes = b""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program ended: its exit code (128 + n when signal n ended it), or None when it and its wrapper were killed together."""

    code: int | None

    @property
    def ok(self) -> bool:
        """Whether it ended with 0."""
        return self.code == 0


class Attempt:
    """A started program. Make one by `start` or `adopt`."""

    def __init__(self, folder: str, name: str, mark: str, leader: Identity) -> None:
        """`leader` is the wrapper, whose pid is also its process group and its session; pid 0 when it never started."""
        self.folder = folder
        self.name = name
        self.mark = mark
        self.leader = leader
        self.files = OutputFiles(folder)
        self._started: subprocess.Popen[bytes] | None = None
        self._outcome: Outcome | None = None

    @classmethod
    def start(cls, folder: str, command: Command) -> Attempt:
        """Start the command; `folder` is made and must not exist yet. The mark is the last one in the command's variables.

        Raises ProgramMissing (69), Unavailable (69) when the system starts no further process, CannotCreate (73), PermissionRefused (77),
        DiskFull (74).
        """
        marks = marks_in(command.variables.get(MARK, ""))
        if not marks:
            raise ValueError("the command's variables hold no mark")
        program = _program(command)
        make_folder(os.path.dirname(folder))
        if not make_folder(folder):
            raise ValueError(f"the attempt's folder exists already: {folder}")
        record = {"name": command.name, "mark": marks[-1], "argv": list(command.argv), "cwd": command.cwd}
        write_file(os.path.join(folder, "attempt.json"), json.dumps(record).encode(), durable=False)
        attempt = cls(folder, command.name, marks[-1], Identity(0, 0))
        attempt._spawn(command, program)
        return attempt

    def _spawn(self, command: Command, program: str) -> None:
        stdin = self.files.open_input(command.stdin)
        stdout, stderr = self.files.open_output()
        try:
            self._started = subprocess.Popen(
                [SHELL, "-c", WRAPPER, "sh", self.folder, program, *command.argv[1:]],
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                cwd=command.cwd,
                env=dict(command.variables),
                start_new_session=True,
            )
        except OSError as error:
            raise Unavailable(
                f"{command.name} could not be started: {error.strerror}: {error.filename or program}."
            ) from None
        finally:
            for descriptor in (stdin, stdout, stderr):
                os.close(descriptor)
        row = process_table.read(self._started.pid)
        self.leader = Identity(self._started.pid, row.start if row else 0)
        told = f"{self.leader.pid} {self.leader.start} {boot_id()}\n"
        write_file(os.path.join(self.folder, "process"), told.encode(), durable=False)

    @classmethod
    def adopt(cls, folder: str) -> Attempt:
        """The attempt that another process started in `folder`, running or ended; its outcome is known as that process would know it.

        A wrapper is only taken for the attempt's own when pid, start time, boot and mark agree. Raises DataError (65) when the folder
        holds no attempt.
        """
        try:
            record = json.loads(read_file(os.path.join(folder, "attempt.json"), LARGEST_RECORD) or b"")
            name, mark = str(record["name"]), str(record["mark"])
        except (ValueError, KeyError, TypeError):
            name = mark = ""
        if not is_mark(mark):
            raise DataError(f"There is no attempt in {folder}.")
        return cls(folder, name, mark, _leader(folder, mark))

    def outcome(self) -> Outcome | None:
        """How the program ended; None while it runs. What it left running in the background does not count (`ending.end` ends it)."""
        if self._outcome is None:
            running = self._is_running()
            code = self._exit_code()
            if self._started is not None and (code is not None or not running):
                # The wrapper ends right behind `rc`. Where the disk had no room for `rc`, its own exit code is the same.
                own = self._started.wait()
                code = own if code is None and own >= 0 else code
            if code is not None or not running:
                self._outcome = Outcome(code)
        return self._outcome

    def wait(self, seconds: float) -> Outcome | None:
        """Wait up to `seconds` for the program to end, and keep its output within the limit meanwhile; None when it still runs."""
        deadline = time.monotonic() + seconds
        while (outcome := self.outcome()) is None:
            rest = deadline - time.monotonic()
            if rest <= 0:
                break
            pause = FLOOD_WATCH_SECONDS if self.files.trim() else WATCH_SECONDS
            self._pause(min(rest, pause))
        self.files.trim()
        return outcome

    def _pause(self, seconds: float) -> None:
        """Sleep until the wrapper ends, at most `seconds`."""
        try:
            held = os.pidfd_open(self.leader.pid)
        except (AttributeError, OSError):
            time.sleep(min(seconds, FLOOD_WATCH_SECONDS))
            return
        try:
            watch = select.poll()
            watch.register(held, select.POLLIN)
            watch.poll(seconds * 1000)
        finally:
            os.close(held)

    def _is_running(self) -> bool:
        if self._started is not None:
            return self._started.poll() is None
        if self.leader.pid == 0:
            return False
        if process_table.supported():
            row = process_table.read(self.leader.pid)
            return row is not None and row.running and row.start == self.leader.start
        try:
            os.kill(self.leader.pid, 0)
        except OSError:
            return False
        return True

    def _exit_code(self) -> int | None:
        text = read_file(os.path.join(self.folder, "rc"), 16)
        return int(text) if text and text.strip().isdigit() else None


def boot_id() -> str:
    """What tells one boot of the machine from another, as pids and start times begin again with each; "-" where it is not shown."""
    text = read_file("/proc/sys/kernel/random/boot_id", 64)
    return text.decode("ascii", "replace").strip() if text else "-"


def _program(command: Command) -> str:
    """The absolute path of the command's program. Raises ProgramMissing (69)."""
    name = command.argv[0]
    if "/" in name:
        path = os.path.join(command.cwd, name)
        found = path if os.path.isfile(path) and os.access(path, os.X_OK) else None
    else:
        found = shutil.which(name, path=command.variables.get("PATH", os.defpath))
        found = found and os.path.join(command.cwd, found)
    if not found:
        raise ProgramMissing(program=name)
    return found


def _leader(folder: str, mark: str) -> Identity:
    """The living wrapper of an attempt, or (0, 0). Without the `process` file, as after a crash right behind the start, by the mark."""
    words = (read_file(os.path.join(folder, "process"), 256) or b"").decode("ascii", "replace").split()
    if len(words) == 3 and words[0].isdigit() and words[1].isdigit():
        told = Identity(int(words[0]), int(words[1]))
        if words[2] != boot_id():
            return Identity(0, 0)
        if not process_table.supported():
            return told
        row = process_table.read(told.pid)
        known = row is not None and row.start == told.start and mark in process_table.marks_of(told.pid)
        return told if known else Identity(0, 0)
    for row in process_table.members([mark]).values():
        if row.session == row.pid and mark in process_table.marks_of(row.pid):
            return Identity(row.pid, row.start)
    return Identity(0, 0)
