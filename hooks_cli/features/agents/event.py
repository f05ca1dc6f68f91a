"""Handles one event of an agent's own hooks: records it as the matching hooks verb and returns the answer.

The order matters: what is answered to a command about to run (`judge`) is known before the store is opened, so that a store that is
busy or closed to us does not disable the check.
"""

from __future__ import annotations

import os

from hooks_cli.errors import HooksError
from hooks_cli.features.agents.protocol import answers
from hooks_cli.features.agents.protocol import incoming as protocol
from hooks_cli.features.agents.protocol.answers import Answer
from hooks_cli.features.attribution import Caller
from hooks_cli.features.journal import record
from hooks_cli.features.journal.record import AlreadyRecorded, HookCall, Recorded
from hooks_cli.features.restore import brief
from hooks_cli.text.json_writer import Raw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.agents.protocol.incoming import Incoming
    from hooks_cli.features.agents.protocol.meaning import Meaning
    from hooks_cli.store.sqlite.store import EmbeddedStore

# The same three events for which Claude Code offers CLAUDE_ENV_FILE are told apart by its presence; only this one writes to it.
SESSION_VARIABLE = "HOOKS_SESSION_ID"


def judge(environment: Environment, event: Incoming, meaning: Meaning) -> Answer:
    """What a shell command that is about to run is answered: nothing, or [safety] mode's decision. Its dangers go into the facts."""
    if event.kind != protocol.BEFORE_TOOL or event.tool_kind != protocol.SHELL or not event.get("command"):
        return Answer()
    from hooks_cli.features.safety.judge import dangers

    found = dangers(event.get("command"))
    if not found:
        return Answer()
    meaning.values["dangers"] = [rule for rule, _ in found]
    mode = environment.settings.text("safety.mode")
    if mode not in ("ask", "deny"):
        return Answer()
    meaning.values["decision"] = mode
    reasons = "; ".join([f"{reason} ({rule})" for rule, reason in found])
    return Answer(decision=mode, reason=f"hooks-cli: this command looks destructive: {reasons}.")


def keep(
    store: EmbeddedStore,
    environment: Environment,
    event: Incoming,
    meaning: Meaning,
    *,
    session_id: str = "",
    agent: str = "",
    attributes: dict[str, object] | None = None,
) -> Recorded | None:
    """Record the event as the verb that it is; None when it was recorded before (the same call of a tool, told twice).

    `session_id`, `agent` and `attributes` are what the command line says beside it.
    """
    hook_call = HookCall(
        meaning.verb,
        fields_of(environment, event, meaning),
        caller=Caller(
            session_id,
            agent or (event.get("agent_type") if event.get("agent_id") else ""),
            event.get("session"),
            call_id=meaning.call_id or environment.call_id or None,
            cause=event.get("source") if event.kind == protocol.SESSION_START else "",
        ),
        attributes=attributes,
    )
    kind = event.kind
    try:
        if kind == protocol.SESSION_START:
            from hooks_cli.features.restore import restore

            return restore.bind(store, environment, hook_call)
        if kind == protocol.SESSION_END:
            from hooks_cli.features.journal import sessions

            return sessions.end(store, environment, hook_call).recorded
        if kind in (protocol.PROMPT, protocol.STOP):
            from hooks_cli.features.journal import tasks

            if kind == protocol.PROMPT:
                return tasks.begin(store, environment, hook_call)[1]
            return tasks.finish(store, environment, hook_call, unnamed_only=True).recorded
        return record.record(store, environment, hook_call)
    except AlreadyRecorded:
        return None


def fields_of(environment: Environment, event: Incoming, meaning: Meaning) -> dict[str, object]:
    """What the journal keeps of the event: the verb's own fields first, then the facts about it."""
    fields: dict[str, object] = dict(meaning.values)
    path = fields.get("file")
    if meaning.verb == "post-edit" and isinstance(path, str):
        from hooks_cli.features.journal.file_capture import capture

        fields["source"] = Raw(capture(path, environment.cwd, environment.project.root).source())
    return {**fields, **meaning.facts}


def context(store: EmbeddedStore, environment: Environment, session: str) -> str:
    """What session-restore prints for this session, short enough for an agent to take it whole; "" when nothing is known yet."""
    from hooks_cli.features.restore import restore

    configured = environment.settings.number("restore.max_chars")
    budget = max(min(configured or answers.MAX_CONTEXT, answers.MAX_CONTEXT), brief.MINIMUM_BUDGET)
    while True:
        made, what = restore.build_brief(store, environment, session, environment.now(), restore.BriefQuery(budget))
        if all(entry.event == "session-end" for entry in what.entries):
            return ""  # nothing, or nothing but the figures of earlier sessions
        if answers.fits(made.text) or budget <= brief.MINIMUM_BUDGET:
            return made.text
        # Characters beyond the 16-bit plane count twice there; as many fewer are asked for.
        budget = max(brief.MINIMUM_BUDGET, budget - sum(1 for character in made.text if character > "\uffff"))


def export_session(environment: Environment, session: str) -> None:
    """Append `export HOOKS_SESSION_ID=…` to CLAUDE_ENV_FILE, from which the agent's shell commands take their variables.

    Where the file cannot be written, one line on stderr says so: the event and the answer are as they would be without it.
    """
    path = environment.variables.get("CLAUDE_ENV_FILE", "")
    if not path or not session or "\n" in session or "\0" in session:
        return
    line = f"export {SESSION_VARIABLE}='" + session.replace("'", "'\\''") + "'\n"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
        try:
            if line.encode() not in os.read(descriptor, 65_536):
                os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)
    except OSError as error:
        environment.err(
            f"hooks-cli: {path} (CLAUDE_ENV_FILE) cannot be written: {error.strerror or error}. The agent's commands find their "
            f"session without it; to name it: export {SESSION_VARIABLE}={session}"
        )


def notice(error: HooksError) -> str:
    """What the user of an agent is told at the start of a session whose memory cannot be used."""
    hint = f" {error.hint_text}" if error.hint_text else ""
    return f"hooks-cli: the memory of this project is not available: {' '.join(str(error).split())}{hint}"
