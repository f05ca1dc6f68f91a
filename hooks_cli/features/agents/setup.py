"""Plans the setup of an agent: its hooks call `hooks event`, and its instructions name the memory."""

from __future__ import annotations

import os
import shlex

from hooks_cli.errors import DataError
from hooks_cli.features.agents import marked_block
from hooks_cli.features.agents.catalogue import AGENTS, PROJECT, Agent
from hooks_cli.features.agents.file_changes import FileChange, read
from hooks_cli.features.agents.hook_handlers import is_empty, with_hooks, without_hooks
from hooks_cli.features.agents.json_tree import parse
from hooks_cli.system.installed_program import next_on_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment

PROGRAM = "hooks-cli"


def plan(
    environment: Environment, agent: Agent, scope: str, program: str, *, remove: bool = False, instructions: bool = True
) -> list[FileChange]:
    """The changes that wire `agent` (or, with `remove`, take every trace of it out), settings first.

    Raises NotJson or UnexpectedShape (65) when the settings cannot be understood: then nothing is changed at all.
    """
    changes = [_settings(environment, agent, scope, program, remove)]
    named = agent.instructions[scope]
    if named and (remove or instructions):
        path = place(environment, agent, scope, named)
        before = read(path)
        after: str | None
        if not remove:
            after = marked_block.put(before or "", marked_block.AGENT_PASSAGE, marked_block.MARKDOWN)
        elif before is None or _shared(environment, agent, scope):
            after = before
        else:
            after = marked_block.take(before, marked_block.MARKDOWN)
            after = None if not after.strip() and marked_block.is_there(before, marked_block.MARKDOWN) else after
        changes.append(FileChange(path, "a passage on the memory", before, after))
    return changes


def _settings(environment: Environment, agent: Agent, scope: str, program: str, remove: bool) -> FileChange:
    path = place(environment, agent, scope, agent.settings[scope])
    before = read(path)
    after: str | None
    if not remove:
        after = with_hooks(before or "", agent.hooks(program), agent.shape, path)
    elif before is None or not before.strip():
        after = before
    else:
        after = without_hooks(before, agent.shape, path)
        has_comments = "//" in after or "/*" in after  # those are the user's
        if after != before and is_empty(after, path) and not has_comments:
            after = None
    # Of a file that held nothing but what was written here there is nothing to keep.
    return FileChange(path, "hooks", before, after, backup=after is not None)


def place(environment: Environment, agent: Agent, scope: str, named: str) -> str:
    """The path of one of an agent's files: in the project, or in the user's home or where the agent's own variable moved it."""
    if scope == PROJECT:
        return os.path.join(environment.project.root, named)
    variable, part = agent.variable
    moved = environment.variables.get(variable, "") if variable else ""
    if moved and named.startswith(part):
        return os.path.join(os.path.abspath(os.path.join(environment.cwd, moved)), named.removeprefix(part))
    return os.path.join(environment.folders.home, named)


def program_word(environment: Environment, scope: str, launcher: str) -> str:
    """How the agent's shell is told the program: by name in a project, whose file is shared, by its absolute path in the user's own."""
    return PROGRAM if scope == PROJECT or not launcher else shlex.quote(launcher)


def unfindable(environment: Environment, scope: str) -> str:
    """Why the agent's shell will not find the program that its settings name, and the remedy; "" when it will."""
    if scope != PROJECT or next_on_path(PROGRAM, environment.variables.get("PATH", os.defpath)):
        return ""
    return f"{PROGRAM} is not on PATH, where the agent looks for it. Put its folder on PATH, or name it by its path: setup … --user"


def disabled(environment: Environment, agent: Agent, scope: str) -> str:
    """What in the agent's settings switches all hooks off, "" for nothing. Raises NotJson (65)."""
    path = place(environment, agent, scope, agent.settings[scope])
    for named in (path, os.path.join(os.path.dirname(path), "settings.local.json")):
        value = parse(text, named).value if (text := (read(named) or "").strip()) else None
        if isinstance(value, dict) and value.get("disableAllHooks") is True:
            return f"{named} switches all hooks off (disableAllHooks)"
    return ""


def _shared(environment: Environment, agent: Agent, scope: str) -> bool:
    """Whether another agent that is wired reads the same instructions (AGENTS.md)."""
    for other in AGENTS.values():
        if other is agent or other.instructions[scope] != agent.instructions[scope]:
            continue
        path = place(environment, other, scope, other.settings[scope])
        text = read(path)
        try:
            if text and without_hooks(text, other.shape, path) != text:
                return True
        except DataError:
            # Another agent's file that is broken is that agent's affair; the passage stays while it may still be wired.
            if "hooks event" in (text or ""):
                return True
    return False
