"""Parses an agent's event (JSON) into one common form.

Six agents' dialects are read, told apart by the fields that only they send (documents as of 2026):

* Claude Code (code.claude.com/docs/en/hooks): PascalCase names, snake_case fields, `tool_use_id`. Whatever is not another's.
* Codex (openai/codex, codex-rs/hooks): Claude Code's shape and a `turn_id` (not at the start of a session). Its older `notify` gives
  one event as an argument, with names in kebab case: {"type": "agent-turn-complete", "thread-id": …}.
* Gemini CLI (docs/hooks/reference.md): names of its own (BeforeTool …); elsewhere a `timestamp` beside a `transcript_path`.
* Cursor (cursor.com/docs/hooks): camelCase names, `conversation_id`, `workspace_roots`.
* Copilot CLI (docs.github.com, hooks reference): `sessionId` and no name of the event at all; configured with PascalCase names (it reads
  .claude/settings.json too), Claude Code's names and a `timestamp`.
* VS Code (code.visualstudio.com, hooks reference): `hookEventName`, or Claude Code's fields with a `timestamp`. It reads the hooks of
  Claude Code and of Copilot CLI, so its events come by way of either's handlers, and what they say of the protocol does not hold.

`PATHS` says where each field lies, as SQLite's JSON paths: `system.sqlite_json` takes them out of the text in one query, so that no
JSON parser has to be imported. What is not in `PATHS` (a tool's output, the text of an edit) is never looked at.
"""

from __future__ import annotations

CLAUDE_CODE, CODEX, GEMINI, CURSOR = "claude-code", "codex", "gemini", "cursor"
COPILOT, VSCODE = "copilot", "vscode"
DIALECTS = (CLAUDE_CODE, CODEX, GEMINI, CURSOR, COPILOT, VSCODE)

# name -> the places where it may lie, the first that is there counts
PATHS: dict[str, tuple[str, ...]] = {
    "name": ("$.hook_event_name", "$.hookEventName"),
    "vscode_name": ("$.hookEventName",),
    "notified": ("$.type",),
    "session": ("$.session_id", "$.sessionId", "$.conversation_id", '$."thread-id"'),
    "conversation": ("$.conversation_id", "$.cursor_version"),
    "camel_session": ("$.sessionId",),
    "turn": ("$.turn_id", '$."turn-id"'),
    "timestamp": ("$.timestamp",),
    "transcript": ("$.transcript_path",),
    "cwd": ("$.cwd", "$.workspace_roots[0]"),
    "call_id": ("$.tool_use_id", "$.tool_call_id", "$.toolCallId"),
    "prompt_id": ("$.prompt_id", "$.generation_id", "$.turn_id"),
    "tool": ("$.tool_name", "$.toolName"),
    "command": ("$.tool_input.command", "$.command", "$.toolArgs.command", "$.tool_input.cmd"),
    "description": ("$.tool_input.description", "$.toolArgs.description"),
    "file": (
        "$.tool_input.file_path",
        "$.tool_input.notebook_path",
        "$.tool_input.path",
        "$.tool_input.filePath",
        "$.toolArgs.path",
        "$.toolArgs.file_path",
        "$.file_path",
        "$.tool_response.filePath",
        "$.tool_input.files[0]",
    ),
    "query": ("$.tool_input.query", "$.tool_input.pattern", "$.toolArgs.query", "$.toolArgs.pattern"),
    "tool_args": ("$.toolArgs",),
    "result": ("$.tool_result.result_type", "$.toolResult.resultType"),
    "interrupted": ("$.tool_response.interrupted", "$.is_interrupt"),
    "error": (
        "$.error.message",
        "$.error",
        "$.error_message",
        "$.tool_response.error.message",
        "$.tool_response.error",
    ),
    "duration": ("$.duration_ms", "$.duration"),
    "prompt": ("$.prompt",),
    "message": ("$.message",),
    "title": ("$.title",),
    "notification": ("$.notification_type",),
    "source": ("$.source",),
    "reason": ("$.reason", "$.final_status"),
    "stop_reason": ("$.stop_reason", "$.stopReason", "$.status"),
    "trigger": ("$.trigger",),
    "agent_id": ("$.agent_id", "$.subagent_id", "$.agentId"),
    "agent_type": ("$.agent_type", "$.subagent_type", "$.agentType", "$.agentName", "$.agent_name"),
    "model": ("$.model",),
    "mode": ("$.permission_mode", "$.composer_mode"),
    "task_id": ("$.task_id",),
    "task_subject": ("$.task_subject",),
    "recoverable": ("$.recoverable",),
}

SESSION_START, SESSION_END, PROMPT, STOP = "session-start", "session-end", "prompt", "stop"
BEFORE_TOOL, AFTER_TOOL, TOOL_FAILED = "before-tool", "after-tool", "tool-failed"
NOTIFICATION, SUBAGENT_START, SUBAGENT_STOP, COMPACT, OTHER = (
    "notification",
    "subagent-start",
    "subagent-stop",
    "compact",
    "other",
)

TURN_COMPLETE = "agent-turn-complete"  # of Codex's notify

# Every name under which an agent announces a kind of event. What is not here is kept under its own name.
KINDS = {
    "SessionStart": SESSION_START,
    "sessionStart": SESSION_START,
    "SessionEnd": SESSION_END,
    "sessionEnd": SESSION_END,
    "UserPromptSubmit": PROMPT,
    "userPromptSubmitted": PROMPT,
    "beforeSubmitPrompt": PROMPT,
    "BeforeAgent": PROMPT,
    "PreToolUse": BEFORE_TOOL,
    "preToolUse": BEFORE_TOOL,
    "BeforeTool": BEFORE_TOOL,
    "beforeShellExecution": BEFORE_TOOL,
    "beforeReadFile": OTHER,
    "beforeMCPExecution": OTHER,
    "PostToolUse": AFTER_TOOL,
    "postToolUse": AFTER_TOOL,
    "AfterTool": AFTER_TOOL,
    "afterShellExecution": AFTER_TOOL,
    "afterFileEdit": AFTER_TOOL,
    "PostToolUseFailure": TOOL_FAILED,
    "postToolUseFailure": TOOL_FAILED,
    "Notification": NOTIFICATION,
    "notification": NOTIFICATION,
    "SubagentStart": SUBAGENT_START,
    "subagentStart": SUBAGENT_START,
    "SubagentStop": SUBAGENT_STOP,
    "subagentStop": SUBAGENT_STOP,
    "Stop": STOP,
    "stop": STOP,
    TURN_COMPLETE: STOP,
    "agentStop": STOP,
    "AfterAgent": STOP,
    "PreCompact": COMPACT,
    "preCompact": COMPACT,
    "PreCompress": COMPACT,
}

GEMINI_NAMES = (
    "BeforeTool",
    "AfterTool",
    "BeforeAgent",
    "AfterAgent",
    "BeforeModel",
    "AfterModel",
    "BeforeToolSelection",
    "PreCompress",
)

GEMINI_SHARED = ("SessionStart", "SessionEnd", "Notification")  # names that Claude Code has too

# fmt: off
SHELL_TOOLS = (
    "Bash", "PowerShell", "bash", "powershell", "shell", "Shell", "run_shell_command", "local_shell", "exec_command", "run_in_terminal",
    "runTerminalCommand", "runInTerminal",
)
EDIT_TOOLS = (
    "Edit", "Write", "MultiEdit", "NotebookEdit", "write_file", "replace", "edit", "create", "str_replace", "apply_patch",
    "edit_file", "search_replace", "ApplyPatch", "StrReplace", "editFiles", "createFile", "create_file", "replace_string_in_file",
    "insert_edit_into_file", "multi_replace_string_in_file", "str_replace_editor",
)
SEARCH_TOOLS = (
    "Grep", "Glob", "WebSearch", "grep", "glob", "web_search", "google_web_search", "search_file_content", "grep_search",
    "file_search", "semantic_search", "rg",
)
# fmt: on

SHELL, EDIT, SEARCH, ANY = "shell", "edit", "search", "any"

Fields = dict[str, "str | int | float | None"]


class Incoming:
    """One event: its `dialect`, the `name` that the agent gives it, its `kind` (one of the words above), what `tool` it is about
    (`tool_kind`: shell, edit, search or any), and its `fields` by the names of `PATHS`, as texts; what was not sent is absent.
    """

    __slots__ = ("dialect", "fields", "kind", "name", "tool_kind")

    def __init__(self, dialect: str, name: str, kind: str, tool_kind: str, fields: dict[str, str]) -> None:
        self.dialect = dialect
        self.name = name
        self.kind = kind
        self.tool_kind = tool_kind
        self.fields = fields

    def get(self, name: str) -> str:
        """A field, or ""."""
        return self.fields.get(name, "")


def read(found: Fields, dialect: str = "", name: str = "") -> Incoming:
    """The event in the fields that were found; `dialect` and `name` are what the command line says, "" when it says nothing."""
    fields = {key: value if isinstance(value, str) else str(value) for key, value in found.items() if value is not None}
    if "vscode_name" in fields:  # see above: it goes by other agents' handlers
        dialect, name = VSCODE, fields["vscode_name"]
    name = name or fields.get("name", "")
    if not name and fields.get("notified") == TURN_COMPLETE:
        name = TURN_COMPLETE
    dialect = dialect or _dialect(fields, name)
    name = name or _guessed_name(fields)
    return Incoming(dialect, name, KINDS.get(name, OTHER), _tool_kind(name, fields), fields)


def _dialect(fields: dict[str, str], name: str) -> str:
    if "conversation" in fields:
        return CURSOR
    if "camel_session" in fields:
        return COPILOT
    if "timestamp" in fields and "turn" not in fields and name not in GEMINI_NAMES:
        if "call_id" in fields:
            return VSCODE
        return GEMINI if name in GEMINI_SHARED and "transcript" in fields else COPILOT
    if name in GEMINI_NAMES:
        return GEMINI
    return CODEX if "turn" in fields and name != "MessageDisplay" else CLAUDE_CODE


def _guessed_name(fields: dict[str, str]) -> str:
    """Copilot's camelCase events carry no name; what they carry tells it."""
    if "tool" in fields:
        if "error" in fields:
            return "postToolUseFailure"
        return "postToolUse" if "result" in fields else "preToolUse"
    for field, name in (
        ("agent_type", "subagentStop" if "stop_reason" in fields else "subagentStart"),
        ("prompt", "userPromptSubmitted"),
        ("source", "sessionStart"),
        ("reason", "sessionEnd"),
        ("stop_reason", "agentStop"),
        ("trigger", "preCompact"),
        ("notification", "notification"),
        ("error", "errorOccurred"),
    ):
        if field in fields:
            return name
    return ""


def _tool_kind(name: str, fields: dict[str, str]) -> str:
    if name in ("beforeShellExecution", "afterShellExecution"):
        return SHELL
    if name == "afterFileEdit":
        return EDIT
    tool = fields.get("tool", "")
    if tool in SHELL_TOOLS:
        return SHELL
    if tool in EDIT_TOOLS:
        return EDIT
    return SEARCH if tool in SEARCH_TOOLS else ANY
