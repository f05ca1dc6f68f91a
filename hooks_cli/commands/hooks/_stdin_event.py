"""Fills in the options of a hooks verb from the JSON event that an agent sends on stdin.

Settings files call `hooks post-edit --file "$SOME_VARIABLE"` where the variable is empty, and the agent's event waits on stdin. It is
looked at only when a value is missing, or is a placeholder that was not filled in (`${tool.params.file_path}`), only when stdin is a
pipe, a socket or a file, and never waited for: what has not begun to come within a blink is not there. A verb that was told all it needs
leaves stdin to whom it belongs (`while read f; do hooks …; done`).
"""

from __future__ import annotations

import os
import stat

from hooks_cli.errors import HooksError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

# An agent writes its event at once; this only bridges the moment between its fork and its write.
PATIENCE_MS = 50
LIMIT_BYTES = 16 * 1024 * 1024
# How a verb's option is named in an event, where `features.agents.protocol.incoming.PATHS` has another word for it.
NAMES = {"session_id": "session", "description": "prompt"}


def complete(call: Call, environment: Environment, *wanted: str) -> None:
    """Give the options `wanted` that are missing, empty or unfilled the values that an event on stdin has for them.

    The event's session stands in `event_session` of `call.values`. Does nothing when all are there.
    """
    values = call.values
    lacking = [name for name in wanted if _is_absent(values.get(name))]
    if not lacking:
        return
    found = _event(environment)
    for name in lacking:
        value = found.get(NAMES.get(name, name))
        if isinstance(value, str) and value:
            if name == "session_id":
                values.pop(name, None)  # it ranks after an option's: `event_session`
            else:
                values[name] = value
            call.missing = [missing for missing in call.missing if missing != name]
    for name, place in (("session", "event_session"), ("source", "event_source")):
        told = found.get(name)
        if isinstance(told, str):
            values[place] = told


def _is_absent(value: object) -> bool:
    """Whether nothing was said: no value, an empty one, or a placeholder with a dot, which no shell would have left as it is."""
    if value is None or value == "":
        return True
    return isinstance(value, str) and value[:2] == "${" and value[-1] == "}" and "." in value and "}" not in value[:-1]


def _event(environment: Environment) -> dict[str, str | int | float | None]:
    try:
        kind = os.fstat(0).st_mode
        if not (stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind) or stat.S_ISREG(kind)):
            return {}
        text = (
            environment.read_stdin(LIMIT_BYTES, PATIENCE_MS).decode("utf-8", "replace").strip().removeprefix("\ufeff")
        )
        if not text.startswith("{"):
            return {}
        from hooks_cli.features.agents.protocol.incoming import PATHS
        from hooks_cli.system.sqlite_json import fields

        return fields(text, PATHS, "The event on standard input")
    except (OSError, HooksError):
        return {}  # whatever came there, it is not an event; the value stays missing and is told as such
