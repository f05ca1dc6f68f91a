"""The supported agents: where their settings files lie, which events are hooked, where their instructions file is.

Sources: the documents named in `features/agents/protocol/incoming.py`. Timeouts are short because a handler answers in milliseconds and
gives up waiting for a busy memory after a second; without one an agent would wait for ten minutes on a machine that hangs.
"""

from __future__ import annotations

from hooks_cli.features.agents.hook_handlers import FLAT, NESTED, Hook
from hooks_cli.features.agents.protocol.incoming import CLAUDE_CODE, CODEX, COPILOT, CURSOR, GEMINI

TIMEOUT_SECONDS = 10
PROJECT, USER = "project", "user"


class Agent:
    """One agent: its `name` as the verb says it, its `title`; `settings` and `instructions` by scope, below the project or the home
    (`variable` names an environment variable that moves the user's folder); the `shape` of its settings, and its events.

    `events` are (name, matcher) pairs. `instructions` may be "" where the agent has no such file.
    """

    __slots__ = ("events", "instructions", "name", "note", "settings", "shape", "title", "variable")

    def __init__(
        self,
        name: str,
        title: str,
        shape: str,
        events: tuple[tuple[str, str], ...],
        settings: dict[str, str],
        instructions: dict[str, str],
        variable: tuple[str, str] = ("", ""),
        note: str = "",
    ) -> None:
        """`variable` is (its name, the part of the user's paths that it takes the place of)."""
        self.name = name
        self.title = title
        self.shape = shape
        self.events = events
        self.settings = settings
        self.instructions = instructions
        self.variable = variable
        self.note = note

    def hooks(self, program: str) -> list[Hook]:
        """The handlers, for a `program` as a shell would be told it."""
        return [Hook(event, self._handler(program, event), matcher) for event, matcher in self.events]

    def _handler(self, program: str, event: str) -> dict[str, object]:
        command = f"{program} hooks event"
        if self.name == CLAUDE_CODE:
            # A project's file reaches people who do not have the program, and Copilot CLI, which reads it too, refuses every
            # tool call whose hook fails. That must not stop an agent. The user's own file says the same words, because
            # Claude Code runs a handler that stands in both files once when they are the same.
            return {"type": "command", "command": f"{command} || true", "timeout": TIMEOUT_SECONDS}
        command += f" --protocol {self.name}"
        if self.name == GEMINI:
            return {"type": "command", "name": "hooks-cli", "command": command, "timeout": TIMEOUT_SECONDS * 1000}
        if self.name == COPILOT:
            return {"type": "command", "bash": f"{command} --event {event} || true", "timeoutSec": TIMEOUT_SECONDS}
        if self.name == CURSOR:
            return {"command": command, "timeout": TIMEOUT_SECONDS}
        return {"type": "command", "command": command, "timeout": TIMEOUT_SECONDS}


_CLAUDE_TOOLS = "Bash|Edit|Write|MultiEdit|NotebookEdit"
_GEMINI_TOOLS = "run_shell_command|write_file|replace|edit"

AGENTS = {
    CLAUDE_CODE: Agent(
        CLAUDE_CODE,
        "Claude Code",
        NESTED,
        (
            ("SessionStart", ""),
            ("UserPromptSubmit", ""),
            ("PreToolUse", _CLAUDE_TOOLS),
            ("PostToolUse", _CLAUDE_TOOLS),
            ("PostToolUseFailure", _CLAUDE_TOOLS),
            ("Notification", ""),
            ("SubagentStart", ""),
            ("SubagentStop", ""),
            ("Stop", ""),
            ("PreCompact", ""),
            ("SessionEnd", ""),
        ),
        {PROJECT: ".claude/settings.json", USER: ".claude/settings.json"},
        {PROJECT: "CLAUDE.md", USER: ".claude/CLAUDE.md"},
        ("CLAUDE_CONFIG_DIR", ".claude/"),
    ),
    CODEX: Agent(
        CODEX,
        "Codex",
        NESTED,
        (
            ("SessionStart", ""),
            ("UserPromptSubmit", ""),
            ("PreToolUse", "Bash|apply_patch|Edit|Write"),
            ("PostToolUse", "Bash|apply_patch|Edit|Write"),
            ("PreCompact", ""),
            ("SubagentStart", ""),
            ("SubagentStop", ""),
            ("Stop", ""),
        ),
        {PROJECT: ".codex/hooks.json", USER: ".codex/hooks.json"},
        {PROJECT: "AGENTS.md", USER: ".codex/AGENTS.md"},
        ("CODEX_HOME", ".codex/"),
        "Codex asks once whether these hooks are to be trusted (see /hooks).",
    ),
    GEMINI: Agent(
        GEMINI,
        "Gemini CLI",
        NESTED,
        (
            ("SessionStart", ""),
            ("BeforeAgent", ""),
            ("BeforeTool", _GEMINI_TOOLS),
            ("AfterTool", _GEMINI_TOOLS),
            ("AfterAgent", ""),
            ("Notification", ""),
            ("PreCompress", ""),
            ("SessionEnd", ""),
        ),
        {PROJECT: ".gemini/settings.json", USER: ".gemini/settings.json"},
        {PROJECT: "GEMINI.md", USER: ".gemini/GEMINI.md"},
    ),
    CURSOR: Agent(
        CURSOR,
        "Cursor",
        FLAT,
        (
            ("sessionStart", ""),
            ("beforeSubmitPrompt", ""),
            ("beforeShellExecution", ""),
            ("afterShellExecution", ""),
            ("afterFileEdit", ""),
            ("subagentStart", ""),
            ("subagentStop", ""),
            ("preCompact", ""),
            ("stop", ""),
            ("sessionEnd", ""),
        ),
        {PROJECT: ".cursor/hooks.json", USER: ".cursor/hooks.json"},
        {PROJECT: "AGENTS.md", USER: ""},
    ),
    COPILOT: Agent(
        COPILOT,
        "Copilot CLI",
        FLAT,
        (
            ("sessionStart", ""),
            ("userPromptSubmitted", ""),
            ("preToolUse", ""),
            ("postToolUse", ""),
            ("postToolUseFailure", ""),
            ("notification", ""),
            ("subagentStart", ""),
            ("subagentStop", ""),
            ("agentStop", ""),
            ("preCompact", ""),
            ("errorOccurred", ""),
            ("sessionEnd", ""),
        ),
        {PROJECT: ".github/hooks/hooks-cli.json", USER: ".copilot/hooks/hooks-cli.json"},
        {PROJECT: "AGENTS.md", USER: ".copilot/copilot-instructions.md"},
        ("COPILOT_HOME", ".copilot/"),
        "Copilot CLI reads .claude/settings.json too: one of `setup claude-code` and `setup copilot` is enough for a project.",
    ),
}
