"""Prints an error: `hooks-cli: message` with the hint below it, or one JSON object. Returns the exit code.

Called by `entry` alone. Every error leaves through here, unexpected ones too.
"""

from __future__ import annotations

import json
import os
import traceback

from hooks_cli.errors import DataError, HooksError, UsageError
from hooks_cli.model import verb
from hooks_cli.model.verb import FALSE_WORDS, Call
from hooks_cli.output.error_object import as_hooks_error, as_object
from hooks_cli.store.remote.failures import LogBusy, OutcomeUnknown, Postponed, ServerUnreachable
from hooks_cli.system.streams import Streams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment

PREFIX = "hooks-cli"
QUEUED = "The call is queued."


def report(error: BaseException, argv: list[str], call: Call | None, environment: Environment | None = None) -> int:
    """Tell about an error on stderr and return the exit code of the process (0 for a closed pipe, never 2).

    A hooks call that fails open is queued if it was not kept; it always ends with 0.
    """
    if isinstance(error, BrokenPipeError):
        return 0  # the reader has seen enough; what the command did is done
    known = as_hooks_error(error)
    if os.environ.get("HOOKS_DEBUG") == "1":
        traceback.print_exception(error)
    open_anyway = fails_open(argv, call) or _waits_for_server(known, call, environment)
    became = _became(known, call, environment, open_anyway) if call is not None and environment is not None else ""
    if isinstance(known, Postponed) and became == QUEUED:
        return 0
    if wants_json(argv, call):
        told = as_object(known)
        _write(json.dumps(told | {"became": became} if became else told, ensure_ascii=False, default=str))
    else:
        _write(f"{PREFIX}: {_one_line(known)} {became}".rstrip())
        if known.hint_text and not open_anyway:
            _write(f"  {known.hint_text}")
    return 0 if open_anyway else known.exit_code


def _became(error: HooksError, call: Call, environment: Environment, open_anyway: bool) -> str:
    """What became of a hooks call nevertheless, in a sentence: it was kept without its entry; one that fails open is queued unless it was
    kept, or can never be."""
    if call.verb.records and environment.transaction is not None and environment.transaction.ended:
        return "The call was recorded."
    if not open_anyway or not call.verb.records or isinstance(error, (UsageError, DataError)):
        return ""
    from hooks_cli.features.journal import call_queue
    from hooks_cli.system.python_startup import complete

    try:
        complete()
        call_queue.queue(call, environment, error)
        environment.out(_queued(error, call, environment))
        environment.flush()
    except HooksError as trouble:
        return _one_line(trouble)
    except Exception as trouble:
        return f"The call was dropped: {trouble}."
    return QUEUED


def _waits_for_server(error: HooksError, call: Call | None, environment: Environment | None) -> bool:
    """Whether a hooks call over a shared memory is queued because the server did not take it now, and nothing else is wrong with it."""
    return (
        call is not None
        and environment is not None
        and call.verb.records
        and environment.call_id != ""
        and isinstance(error, (ServerUnreachable, LogBusy, OutcomeUnknown))
        and environment.settings.get("remote.hooks") != "wait"
    )


def _queued(error: HooksError, call: Call, environment: Environment) -> str:
    """What a queued call prints. Over a shared memory a task that will be opened has its name already, under which it can be closed."""
    if not _waits_for_server(error, call, environment):
        return "queued\n" if call.format == "text" else '{"schema_version":"1","queued":true}\n'
    from hooks_cli.features.journal.call_queue import queued_task

    task = call.text("task_id") or (queued_task(environment.call_id) if call.verb.name == "pre-task" else "")
    if call.format != "text":
        facts: dict[str, object] = {"queued": True} | (
            {"key": call.text("memory_key")} if call.text("memory_key") else {}
        )
        return json.dumps({"schema_version": "1", **facts} | ({"task_id": task} if task else {})) + "\n"
    if call.verb.name == "pre-task":
        return f"Task queued: {task}\n"
    return f"Queued: {call.text('memory_key')}\n" if call.text("memory_key") else "queued\n"


def wants_json(argv: list[str], call: Call | None) -> bool:
    """Whether the caller reads JSON, also when the line itself was not understood."""
    if call is not None:
        return call.format in ("json", "ndjson")
    for word, following in zip(argv, [*argv[1:], ""], strict=True):
        if word == "--":
            return False
        if word == "--json" and following.lower() not in FALSE_WORDS:
            return True
        if word == "--format=json" or (word == "--format" and following == "json"):
            return True
    return False


def fails_open(argv: list[str], call: Call | None) -> bool:
    """Whether a hooks verb was told to exit 0 whatever happens, also when its line was not understood."""
    if not argv or argv[0] not in ("hooks", "hook"):
        return False
    if call is not None:
        return verb.fails_open(call, os.environ)
    return "--fail-open" in argv or os.environ.get("HOOKS_FAIL_OPEN", "").lower() in verb.TRUE_WORDS


def _one_line(error: HooksError) -> str:
    return " ".join(str(error).split())


def _write(line: str) -> None:
    """One line on stderr, with nothing in it that could steer a terminal; where there is no stderr, nothing is left to be said."""
    Streams({}).err(line)
