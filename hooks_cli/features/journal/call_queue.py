"""Queues a hook call that could not be recorded (`--fail-open`) in a folder; a later call takes it in.

One file a call, in a box that only the store's key opens, named `<time in ms>-<identity>.call`. It is written whole and synced before
anybody is told `queued`. The process that records it claims it by renaming it to `….taken-<pid>-<start time>`; a claim whose process is
dead is open to everybody again. The identity goes into the journal with the event, so that a call is there once, whatever is killed when:

    written .call -> claimed .taken -> committed with its identity -> removed
                         killed here: claimed again by the next one, committed then
                                                killed here: claimed again, found in the journal, removed

The folder goes when it is empty: the hot path looks for it with one stat.
"""

from __future__ import annotations

import json
import os

from hooks_cli.crypto.keys import source
from hooks_cli.crypto.keys.data_key import Key
from hooks_cli.crypto.queue_box import close_box, open_box
from hooks_cli.errors import HooksError, Tampered, WrongKey
from hooks_cli.features.journal.file_capture import capture
from hooks_cli.system.private_files import make_folder, read_file, sync_folder, write_file
from hooks_cli.system.process_ancestry import alive, started

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

WAITING, TAKEN = ".call", ".taken-"
# What of the environment decides whose call it is.
VARIABLES = ("HOOKS_SESSION_ID", "HOOKS_AGENT", "TRACEPARENT")
FILE_VERBS = ("post-edit", "pre-edit", "pre-write")
LARGEST_STDIN = 16 * 1024 * 1024
LARGEST_BOX = 16 * LARGEST_STDIN


class Dropped(HooksError):
    """The call was dropped: {reason}."""


def queue(call: Call, environment: Environment, error: HooksError) -> str:
    """Put the call into the queue and return its path. It is on the disk then. Raises Dropped where that cannot be."""
    if isinstance(error, WrongKey):
        raise Dropped(reason="the key does not open the store, so it cannot be queued for it")
    try:
        key = source.resolve(environment)
    except HooksError as trouble:
        why = "" if str(trouble) == str(error) else f" ({' '.join(str(trouble).split()).removesuffix('.')})"
        raise Dropped(reason=f"without a key nothing can be queued{why}") from None
    at = environment.now()
    name = f"{at:015d}-{environment.call_id}"
    content = json.dumps(_described(call, environment, at)).encode()
    try:
        for attempt in (1, 2, 3):
            make_folder(environment.places.queue_dir)
            try:
                path = os.path.join(environment.places.queue_dir, name + WAITING)
                write_file(path, close_box(key.raw, name, content))
                _follow(environment, key.raw, path, name, content)
                sync_folder(os.path.dirname(environment.places.queue_dir))
                return path
            except HooksError:
                # Another process recorded the last call and removed the empty folder, between our two steps.
                if attempt == 3 or os.path.isdir(environment.places.queue_dir):
                    raise
    except HooksError as trouble:
        raise Dropped(reason=f"it cannot be queued ({' '.join(str(trouble).split())})") from None
    raise Dropped(reason="it cannot be queued")


def queued_task(call_id: str) -> str:
    """The name under which a task can be closed whose `pre-task` is queued: known before the task has a row."""
    return f"task-{call_id[:12]}"


def _follow(environment: Environment, used: bytes, path: str, name: str, content: bytes) -> None:
    """Encrypt the call again if a rotation brought another key in since `used` was had.

    A rotation encrypts the waiting calls again once its key is in use. So a box is either there by then, or its writer sees the new key
    here.
    """
    try:
        now = source.resolve(environment).raw
    except HooksError:
        return  # an unlocked key in the midst of a rotation, which has still to look at what waits
    if now != used:
        write_file(path, close_box(now, name, content))


def _described(call: Call, environment: Environment, at: int) -> dict[str, Any]:
    captured = None
    path = call.text("file")
    if path and call.verb.name in FILE_VERBS:
        found = capture(path, environment.cwd, environment.project.root)
        captured = [found.path, found.kind, found.text, found.size, found.digest, found.names]
    stdin = environment.streams.stdin_content
    return {
        "at": at,
        "call_id": environment.call_id,
        "verb": [call.verb.group, call.verb.name, call.alias],
        "values": call.values,
        "unknown": call.unknown,
        "missing": call.missing,
        "foreign": call.foreign,
        "cwd": environment.cwd,
        "variables": {name: environment.variables[name] for name in VARIABLES if name in environment.variables},
        "ancestors": environment.ancestors(),
        "holders": environment.holders(),
        "person": environment.is_person,
        "captured": captured,
        "stdin": stdin.decode("utf-8", "surrogateescape") if stdin and len(stdin) <= LARGEST_STDIN else None,
    }


class Claimed:
    """A call that this process has taken out of the queue: `path` of its file, its `name`, and when it was made (ms)."""

    __slots__ = ("at", "name", "path")

    def __init__(self, path: str, name: str) -> None:
        self.path = path
        self.name = name
        self.at = int(name.partition("-")[0])

    def content(self, environment: Environment, key: Key) -> dict[str, Any]:
        """What `_described` wrote. Raises Tampered (77)."""
        box = read_file(self.path, LARGEST_BOX) or b""  # a FIFO in its place is not waited for
        try:
            plain = open_box(key.raw, self.name, box, self.path)
        except Tampered:
            # A rotation of the key that was killed half-way may have closed it with the next key already.
            other = source.second_key(environment, key)
            if other is None:
                raise
            plain = open_box(other.raw, self.name, box, self.path)
        found: dict[str, Any] = json.loads(plain)
        return found

    def done(self) -> None:
        """It is in the journal: the file goes."""
        os.unlink(self.path)

    def put_back(self) -> None:
        """It could not be taken in now: the next call may try."""
        os.rename(self.path, os.path.join(os.path.dirname(self.path), self.name + WAITING))

    def set_aside(self, folder: str) -> str:
        """It can never be taken in: it goes to another folder; returns its path there."""
        make_folder(folder)
        place = os.path.join(folder, self.name + WAITING)
        os.rename(self.path, place)
        return place


def waiting(folder: str) -> list[str]:
    """The files that may be claimed, oldest call first; [] when there is no folder."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return sorted(name for name in names if name.endswith(WAITING) or _abandoned(name))


def _abandoned(name: str) -> bool:
    _, mark, claim = name.partition(TAKEN)
    pid, _, start = claim.partition("-")
    return bool(mark) and pid.isdigit() and start.isdigit() and not alive(int(pid), int(start))


def close_anew(folder: str, old_key: bytes, new_key: bytes) -> None:
    """Close what waits with a new data key; what the old one does not open stays as it is. No other process may be recording queued calls
    at the same time.
    """
    for file_name in waiting(folder):
        path = os.path.join(folder, file_name)
        name = file_name.removesuffix(WAITING).partition(TAKEN)[0]
        try:
            plain = open_box(old_key, name, read_file(path, LARGEST_BOX) or b"", path)
        except Tampered:
            continue
        write_file(path, close_box(new_key, name, plain))


def claim(folder: str, file_name: str) -> Claimed | None:
    """Take a call out of the queue; None when another process was faster."""
    name = file_name.removesuffix(WAITING).partition(TAKEN)[0]
    if not name.partition("-")[0].isdigit():
        return None
    pid = os.getpid()
    place = os.path.join(folder, f"{name}{TAKEN}{pid}-{started(pid) or 0}")
    try:
        os.rename(os.path.join(folder, file_name), place)
    except OSError:
        return None
    return Claimed(place, name)


def remove_if_empty(folder: str) -> None:
    """Take the folder away, so that the next call need not look into it."""
    try:
        os.rmdir(folder)
    except OSError:
        return
