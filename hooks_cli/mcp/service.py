"""Runs a server from its start to its end: the wire, the folder, the note for `mcp status`, signals and idle time."""

from __future__ import annotations

import gc
import os
import sys
import time

import hooks_cli
from hooks_cli.errors import InputMissing
from hooks_cli.mcp.running import Note
from hooks_cli.mcp.server import Server
from hooks_cli.mcp.tools.catalogue import tools_of
from hooks_cli.mcp.wire import Wire
from hooks_cli.output.envelope import moment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hooks_cli.environment import Environment
    from hooks_cli.features.store_opening import Store
    from hooks_cli.mcp.wire import Message

# Requests may be nested as deep as the engine reads JSON.
RECURSION_LIMIT = 8000


def project_folder(environment: Environment, named: str) -> str:
    """The folder that the server works for: `named`, else CLAUDE_PROJECT_DIR when it is a folder, else the current one.

    Raises InputMissing (66) for a named one that is no folder.
    """
    if named:
        place = os.path.realpath(os.path.join(environment.cwd, named))
        if not os.path.isdir(place):
            raise InputMissing(path=named, reason="it is no folder")
        return place
    claude = environment.variables.get("CLAUDE_PROJECT_DIR", "")
    if claude and os.path.isdir(claude):
        return os.path.realpath(claude)
    return environment.cwd


def serve(
    environment: Environment,
    look_again: Callable[[Store, Environment, bool], None],
    *,
    project: str = "",
    tools: str = "default",
    idle_minutes: float = 0,
) -> None:
    """Serve until standard input ends, the parent is gone, SIGTERM comes, or nothing was asked for `idle_minutes` (0: no limit)."""
    gc.enable()  # the launcher switches it off, for commands that end soon
    sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION_LIMIT))
    cwd = project_folder(environment, project)
    variables = dict(environment.variables)
    if project:
        variables["CLAUDE_PROJECT_DIR"] = cwd
    wire = Wire()
    server = Server(wire, variables, cwd, tools_of(tools), look_again)
    note = Note(
        server.environment(lenient=True),
        {
            "project": cwd,
            "tools": tools,
            "version": hooks_cli.__version__,
            "started_at": moment(environment.now()),
        },
    )

    def end(number: int, frame: object) -> None:
        """What was answered is on the disk; what was not answered may be left undone."""
        note.remove()
        os._exit(0)

    import _signal  # type: ignore[import-not-found]  # what `signal` wraps in enumerations

    _signal.signal(_signal.SIGTERM, end)
    _signal.signal(_signal.SIGINT, end)
    last = time.monotonic()
    noted = False

    def handle(message: Message) -> Message | None:
        nonlocal last, noted
        last = time.monotonic()
        answer = server.handle(message)
        if not noted and message["method"] not in ("initialize", "server/discover"):
            noted = True
            note.write(client=server.protocol.client)
        return answer

    def idle() -> bool:
        server.listeners.look()
        return not idle_minutes or time.monotonic() - last < idle_minutes * 60

    try:
        wire.serve(handle, idle)
    finally:
        note.remove()
        server.keeper.close()
