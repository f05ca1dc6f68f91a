"""`hooks event`: takes one event of an agent's own hooks as JSON on stdin, and answers in that agent's protocol."""

from __future__ import annotations

import os

from hooks_cli.commands import store_access
from hooks_cli.commands.hooks import _hook_call
from hooks_cli.commands.options import shared
from hooks_cli.errors import HooksError, InputMissing, InvalidJson, UsageError
from hooks_cli.features.agents import event as agent_event
from hooks_cli.features.agents.protocol import answers
from hooks_cli.features.agents.protocol import incoming as protocol
from hooks_cli.features.agents.protocol.meaning import meaning
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.system.sqlite_json import fields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.agents.protocol.incoming import Incoming
    from hooks_cli.model.verb import Call

SETUP_HINT = "It is called by an agent's hooks, which send one event as JSON. To wire them: hooks-cli setup claude-code"


class NoEvent(InputMissing):
    """No event came on standard input within a second. Nothing was recorded."""

    hint = SETUP_HINT


class NotAnEvent(InvalidJson):
    """The event on standard input is not valid JSON: error at character {position}{near}. Nothing was recorded."""

    hint = SETUP_HINT


PATIENCE_MS = 1_000
# A session's end has 1.5 s in all before its agent gives up on it; there is more than one lock to wait for.
END_BUDGET_MS = 400
LIMIT_BYTES = 64 * 1024 * 1024
MOST_WORDS = 64  # of a command that is sent as a list

VERB = Verb(
    "hooks",
    "event",
    "Take one event of an agent's hooks, as JSON on stdin, and answer as its protocol allows.",
    positionals=(
        Positional("event_text", "The event itself, from an agent that gives it as an argument (Codex's notify)."),
    ),
    options=(
        Option(
            "protocol",
            ("--protocol", "--from"),
            "Whose event it is; told by its fields otherwise.",
            "choice",
            choices=protocol.DIALECTS,
        ),
        Option("event", ("--event",), "The event's name, for agents that do not send it.", metavar="NAME"),
        *shared.ATTRIBUTION,
    ),
    examples=(
        "hooks-cli hooks event        # as the command of a hook in .claude/settings.json",
        "hooks-cli hooks event --protocol copilot --event preToolUse",
    ),
    details=(
        "`hooks-cli setup claude-code` (gemini, codex, cursor, copilot) writes the hooks that call this. Each "
        "event is recorded as the matching verb: SessionStart restores the memory into the agent's context, a "
        "prompt opens a task, an edit is a post-edit, a shell command a post-command, and so on. Other events are "
        "recorded under their own name. A destructive command is recorded, or answered with `ask` or `deny`, as "
        "[safety] mode says. Exit code: 0, also if the memory cannot be used (the event is queued, and one line "
        "on stderr says so); 64 on a terminal; 66 if no event arrives within a second; 65 if it is not a JSON "
        "object."
    ),
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Take the event. Raises UsageError (64) on a terminal, InputMissing (66) without an event, InvalidJson and TooLarge (65)."""
    environment.lenient = True
    event = read_event(call, environment)
    _stand_where_it_happened(environment, event)
    what = meaning(event)
    answer = answers.Answer()
    try:
        answer = agent_event.judge(environment, event, what)
        ending = event.kind == protocol.SESSION_END
        store = store_access.for_event(environment, END_BUDGET_MS) if ending else store_access.for_event(environment)
        recorded = agent_event.keep(
            store,
            environment,
            event,
            what,
            session_id=call.text("session_id"),
            agent=call.text("agent"),
            attributes=_hook_call.attributes(call),
        )
        if event.kind == protocol.SESSION_START and recorded is not None:
            session = recorded.attribution.session_name or ""
            answer.context = agent_event.context(store, environment, session)
            if not environment.replayed:
                agent_event.export_session(environment, session)
        if ending and recorded is not None and environment.settings.asks_for_collection():
            from hooks_cli.commands.hooks.session_end import collect

            collect(store, environment)
    except HooksError as error:
        if environment.replayed:
            raise  # it is being taken in from the queue, which decides whether it waits on
        # An agent is not stopped, nor shown an error at every step, because its memory is busy or locked away.
        environment.err(
            f"hooks-cli: hooks event: {' '.join(str(error).split())} {_queued(call, environment, error)}".rstrip()
        )
        answer.notice = agent_event.notice(error)
    environment.out(answers.render(event, answer))
    return 0


def _queued(call: Call, environment: Environment, error: HooksError) -> str:
    """What became of an event that could not be kept now: queued for the next call, unless it was kept or can never be."""
    if environment.transaction is not None and environment.transaction.ended:
        return "The event was recorded."
    from hooks_cli.system.python_startup import complete

    complete()
    from hooks_cli.features.journal import call_queue

    environment.call_id = environment.call_id or os.urandom(16).hex()
    try:
        call_queue.queue(call, environment, error)
    except HooksError as trouble:
        return str(trouble)
    return "The event is queued."


def read_event(call: Call, environment: Environment) -> Incoming:
    """The event on stdin, waited for at most a second, or the one that was given as an argument.

    Raises UsageError (64) for a terminal, NoEvent (66), NotAnEvent (65).
    """
    text = call.text("event_text") or _piped(environment)
    if not text.strip():
        raise NoEvent()
    try:
        found = fields(text, protocol.PATHS, "The event on standard input")
    except InvalidJson as error:
        raise NotAnEvent(position=error.details.get("position", 1), near=error.details.get("near", "")) from None
    arguments = found.get("tool_args")
    if isinstance(arguments, str) and not found.get("command") and not found.get("file"):
        found.update(_inside(arguments))
    command = found.get("command")
    if isinstance(command, str) and command.startswith('["'):
        found["command"] = _as_line(command)
    return protocol.read(found, call.text("protocol"), call.text("event"))


def _piped(environment: Environment) -> str:
    if environment.is_terminal(0):
        raise UsageError(
            "hooks event reads an agent's event from standard input, which is a terminal.",
            hint=SETUP_HINT,
        )
    return environment.read_stdin(LIMIT_BYTES, PATIENCE_MS).decode("utf-8", "replace").removeprefix("\ufeff")


def _as_line(command: str) -> str:
    """A command that is sent as a list of words, as a shell would be told it; what is no such list stays as it is."""
    names = {str(number): (f"$.words[{number}]",) for number in range(MOST_WORDS)}
    try:
        found = fields(f'{{"words":{command}}}', names, "command")
    except HooksError:
        return command
    words = [str(found[name]) for name in names if found[name] is not None]
    return " ".join(["'" + word.replace("'", "'\\''") + "'" if _needs_quotes(word) else word for word in words])


def _needs_quotes(word: str) -> bool:
    return not word or not all(char.isalnum() or char in "_-./:=,+@%" for char in word)


def _inside(arguments: str) -> dict[str, str | int | float | None]:
    """Copilot sends a tool's arguments as an object or as the text of one."""
    names = {"command": ("$.command",), "file": ("$.path", "$.file_path"), "description": ("$.description",)}
    if not arguments.lstrip().startswith("{"):
        return {}
    try:
        found = fields(arguments, names, "toolArgs")
    except HooksError:
        return {}
    return {name: value for name, value in found.items() if value is not None}


def _stand_where_it_happened(environment: Environment, event: Incoming) -> None:
    """Take the event's folder for the current one: agents start hooks elsewhere (Cursor's user hooks in ~/.cursor)."""
    told = event.get("cwd")
    moved = [environment.variables.get(name, "/") or "/" for name in ("HOOKS_HOME", "HOOKS_STORE")]
    if os.path.isabs(told) and os.path.isdir(told) and all(os.path.isabs(place) for place in moved):
        environment.folders.move_to(os.path.realpath(told))
