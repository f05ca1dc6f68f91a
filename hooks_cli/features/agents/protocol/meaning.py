"""Maps an agent's event to a hooks verb and its options.

The verbs are those a user can type (`hooks post-edit --file …`), so that a project's journal reads the same for every agent: a
prompt that calls the verbs itself, or the agent's own hooks. What has no verb is kept under the event's own name.
"""

from __future__ import annotations

from hooks_cli.features.agents.protocol.incoming import (
    AFTER_TOOL,
    BEFORE_TOOL,
    COMPACT,
    EDIT,
    NOTIFICATION,
    PROMPT,
    SEARCH,
    SESSION_END,
    SESSION_START,
    SHELL,
    STOP,
    SUBAGENT_START,
    SUBAGENT_STOP,
    TOOL_FAILED,
    Incoming,
)

# The user's prompt is kept in the journal so far, in bytes of UTF-8; it is never printed by session-restore.
MAX_PROMPT = 16_384

# Facts about an event that the journal keeps beside what the verb itself records, under these names.
KEPT = {
    "tool": "tool",
    "description": "description",
    "interrupted": "interrupted",
    "mode": "permission_mode",
    "model": "model",
    "source": "source",
    "trigger": "trigger",
    "title": "title",
    "notification": "notification_type",
    "stop_reason": "stop_reason",
    "agent_id": "agent_id",
    "agent_type": "agent_type",
    "task_id": "task_id",
    "task_subject": "task_subject",
    "recoverable": "recoverable",
}


class Meaning:
    """The `verb`, the `values` that it has fields for (message, file, command …), the further `facts` for the journal, and
    `call_id`: two events with the same one are one event that came twice ("" when the agent gives it no identity)."""

    __slots__ = ("call_id", "facts", "values", "verb")

    def __init__(self, verb: str, values: dict[str, object], facts: dict[str, object], call_id: str) -> None:
        self.verb = verb
        self.values = values
        self.facts = facts
        self.call_id = call_id


def meaning(event: Incoming) -> Meaning:
    """The verb that this event is."""
    verb, values = _verb(event)
    facts: dict[str, object] = {ours: event.get(theirs) for theirs, ours in KEPT.items() if event.get(theirs)}
    duration = event.get("duration").partition(".")[0]
    if duration.isascii() and duration.isdigit():
        facts["duration_ms"] = int(duration)
    facts["event"] = event.name
    facts["from"] = event.dialect
    return Meaning(verb, values, facts, _call_id(event))


def _verb(event: Incoming) -> tuple[str, dict[str, object]]:
    kind = event.kind
    if kind == SESSION_START:
        return "session-start", {}
    if kind == SESSION_END:
        return "session-end", _given(reason=event.get("reason"))
    if kind == PROMPT:
        return "pre-task", _given(prompt=capped(event.get("prompt"), MAX_PROMPT))
    if kind == STOP:
        return "post-task", {}
    if kind == NOTIFICATION:
        return "notify", _given(message=event.get("message"), level=event.get("notification"))
    if kind == SUBAGENT_START:
        return "agent-spawned", _given(type=event.get("agent_type"), name=event.get("agent_id"))
    if kind in (BEFORE_TOOL, AFTER_TOOL, TOOL_FAILED):
        return _tool(event)
    if kind == SUBAGENT_STOP:
        return "subagent-stop", {}
    if kind == COMPACT:
        return "pre-compact", {}
    return verb_name(event.name), {}


def _tool(event: Incoming) -> tuple[str, dict[str, object]]:
    when = "pre" if event.kind == BEFORE_TOOL else "post"
    if event.tool_kind == SHELL:
        values = _given(command=event.get("command"))
        if when == "post":
            values["exit_code"] = exit_code(event)
        return f"{when}-command", values
    if event.tool_kind == EDIT:
        values = _given(file=_file(event))
        if event.kind == TOOL_FAILED or failed(event):
            values["success"] = False
        return f"{when}-edit", values
    if event.tool_kind == SEARCH:
        return f"{when}-search", _given(query=event.get("query"))
    return verb_name(event.name), _given(error=first_line(event.get("error")) if event.kind == TOOL_FAILED else "")


def _file(event: Incoming) -> str:
    """The edited file; a patch names it in its first lines ("*** Update File: path")."""
    if event.get("file") or event.get("tool") not in ("apply_patch", "ApplyPatch"):
        return event.get("file")
    for line in event.get("command").split("\n", 50)[:50]:
        for start in ("*** Update File: ", "*** Add File: ", "*** Delete File: "):
            if line.startswith(start):
                return line[len(start) :].strip()
    return ""


def exit_code(event: Incoming) -> int:
    """The exit code of a shell command that ran. A failing one is announced as "Exit code N"; without a number it is 1."""
    if event.kind != TOOL_FAILED and not failed(event):
        return 0
    words = first_line(event.get("error")).lower().replace(":", " ").split()
    for at, word in enumerate(words[1:]):
        if words[at] == "code" and word.isascii() and word.isdigit() and 0 < int(word) < 256:
            return int(word)
    return 1


def failed(event: Incoming) -> bool:
    """Whether an after-tool event tells of a failure (agents without an event of its own for that)."""
    return event.get("result") in ("failure", "error", "denied") or (
        event.dialect == "gemini" and bool(event.get("error"))
    )


def first_line(text: str) -> str:
    """The first line, 200 characters at most: an error's name without the output that follows it."""
    return text.split("\n", 1)[0][:200].strip()


def capped(text: str, limit: int) -> str:
    """`text`, at most `limit` bytes of UTF-8 of it, whole characters."""
    if len(text) * 4 <= limit:
        return text
    data = text.encode("utf-8", "replace")
    return text if len(data) <= limit else data[:limit].decode("utf-8", "ignore")


def verb_name(name: str) -> str:
    """An event's name as a verb's: `PostToolBatch` -> `post-tool-batch`, `beforeMCPExecution` -> `before-mcp-execution`."""
    made = ""
    for at, char in enumerate(name[:64]):
        after = name[at + 1 : at + 2]
        begins = char.isupper() and (not name[at - 1 : at].isupper() or after.islower())
        if char.isascii() and char.isalnum():
            made += "-" * begins + char.lower()
        else:
            made += "-"
    return "-".join([part for part in made.split("-") if part]) or "event"


def _call_id(event: Incoming) -> str:
    """Pre and post of one tool call have the same id of the agent's; with the event's name in front they differ.

    With the session behind it, since some models' servers count `call_0`, `call_1` … again in each session.
    """
    identity = event.get("call_id")
    if not identity and event.kind == PROMPT:
        identity = event.get("prompt_id")
    return f"{event.name}:{identity}:{event.get('session')}"[:256] if identity else ""


def _given(**values: str) -> dict[str, object]:
    return {name: value for name, value in values.items() if value}
