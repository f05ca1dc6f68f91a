"""Formats the answer to an agent's event: exactly the output that its protocol allows for that event, or nothing.

Every answer goes with exit code 0. Exit code 2 is never used: agents read it as "block". An event that has nothing to be told is
answered with silence, in Gemini CLI and Cursor (which parse whatever comes as JSON) with `{}`.

`ask` is not known everywhere. Codex marks a hook that answers it as failed and runs the tool; Gemini CLI and Cursor's `preToolUse`
do not know it. There it becomes `deny`, and the reason tells the agent to have the user do it or agree to it.
"""

from __future__ import annotations

from hooks_cli.features.agents.protocol.incoming import (
    BEFORE_TOOL,
    CLAUDE_CODE,
    CODEX,
    COPILOT,
    CURSOR,
    GEMINI,
    PROMPT,
    SESSION_START,
    VSCODE,
    Incoming,
)
from hooks_cli.text.json_writer import object_text

# Claude Code writes a longer text to a file and shows its beginning; the others are given the same. Counted as JavaScript does.
MAX_CONTEXT = 10_000

ASK_THE_USER = (
    " Ask the user before you go on; they can run it themselves or allow it in [safety] of hooks-cli's settings."
)


class Answer:
    """What is to be said: `context` for the agent's prompt, a permission `decision` ("", ask or deny) with its `reason`, and a
    `notice` for the user (when the memory could not be read)."""

    __slots__ = ("context", "decision", "notice", "reason")

    def __init__(self, context: str = "", decision: str = "", reason: str = "", notice: str = "") -> None:
        self.context = context
        self.decision = decision
        self.reason = reason
        self.notice = notice


def render(event: Incoming, answer: Answer) -> str:
    """The text for standard output: one JSON object and a newline, or ""."""
    pairs = _BY_DIALECT[event.dialect](event, answer)
    if not pairs and event.dialect not in (GEMINI, CURSOR):
        return ""
    return object_text(pairs) + "\n"


def fits(text: str) -> bool:
    """Whether a context is short enough to be taken whole: at most 10,000 UTF-16 units."""
    return len(text) + sum(1 for character in text if character > "\uffff") <= MAX_CONTEXT


def _claude(event: Incoming, answer: Answer) -> dict[str, object]:
    if event.kind == SESSION_START:
        pairs: dict[str, object] = {}
        if answer.notice:
            pairs["systemMessage"] = answer.notice
        if answer.context:
            pairs["hookSpecificOutput"] = {"hookEventName": "SessionStart", "additionalContext": answer.context}
        return pairs
    if event.kind == BEFORE_TOOL and answer.decision:
        return {
            "hookSpecificOutput": {
                "hookEventName": "PreToolUse",
                "permissionDecision": answer.decision,
                "permissionDecisionReason": answer.reason,
            }
        }
    return {}


def _codex(event: Incoming, answer: Answer) -> dict[str, object]:
    return _claude(event, _deny_for_ask(answer))


def _gemini(event: Incoming, answer: Answer) -> dict[str, object]:
    if event.kind == BEFORE_TOOL and answer.decision:
        return {"decision": "deny", "reason": _deny_for_ask(answer).reason}
    return _claude(event, answer) if event.kind == SESSION_START else {}


def _cursor(event: Incoming, answer: Answer) -> dict[str, object]:
    if event.kind == SESSION_START and answer.context:
        return {"additional_context": answer.context}
    if event.kind == PROMPT:
        return {"continue": True}
    if event.kind == BEFORE_TOOL and answer.decision:
        said = answer if event.name == "beforeShellExecution" else _deny_for_ask(answer)
        return {"permission": said.decision, "user_message": answer.reason, "agent_message": said.reason}
    return {}


def _copilot(event: Incoming, answer: Answer) -> dict[str, object]:
    if event.kind == SESSION_START and answer.context:
        return {"additionalContext": answer.context}
    if event.kind == BEFORE_TOOL and answer.decision:
        return {"permissionDecision": answer.decision, "permissionDecisionReason": answer.reason}
    return {}


def _deny_for_ask(answer: Answer) -> Answer:
    if answer.decision != "ask":
        return answer
    return Answer(answer.context, "deny", answer.reason + ASK_THE_USER, answer.notice)


_BY_DIALECT = {
    CLAUDE_CODE: _claude,
    CODEX: _codex,
    GEMINI: _gemini,
    CURSOR: _cursor,
    COPILOT: _copilot,
    VSCODE: _claude,
}
