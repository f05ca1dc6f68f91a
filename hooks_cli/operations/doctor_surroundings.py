"""The doctor's look around the store: the shims on PATH, and the settings of the agents that are to call this
program.
"""

from __future__ import annotations

import json
import os

from hooks_cli.operations.doctor import NOTE, OK, WARNING, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from hooks_cli.environment import Environment

# Below the user's home and the project: where agents keep what they run at their events.
AGENT_FILES = (
    ".claude/settings.json",
    ".claude/settings.local.json",
    ".gemini/settings.json",
    ".cursor/hooks.json",
    ".codex/hooks.json",
    ".github/hooks/hooks-cli.json",
)
OWN_WORDS = ("hooks-cli", "claude-flow")
_LARGEST_FILE = 4 * 1024 * 1024


def shims(environment: Environment, launcher: str) -> Iterator[Finding]:
    """Whether prompts that say `npx claude-flow …` reach this program."""
    from hooks_cli.integrations.launcher import launcher_path
    from hooks_cli.integrations.shims.folder import folder_of, status

    rows = status(environment.data_dir, launcher_path(launcher), environment.variables.get("PATH", os.defpath))
    there = [row for row in rows if row["state"] != "missing"]
    if not there:
        mend = "Run: hooks-cli shims install"
        yield Finding("shims", NOTE, "not installed: `npx claude-flow …` runs another program", mend)
        return
    for row in there:
        if row["state"] != "current":
            yield Finding("shims", WARNING, f"{row['path']} is {row['state']}", "Run: hooks-cli shims install")
        elif not row["active"]:
            mend = f"Put {folder_of(environment.data_dir)} first on PATH (hooks-cli shims path)."
            yield Finding("shims", WARNING, f"PATH does not find the shim {row['name']} first", mend)
    if all(row["state"] == "current" and row["active"] for row in there):
        yield Finding("shims", OK, "installed and first on PATH: " + ", ".join(str(row["name"]) for row in there))


def agents(environment: Environment) -> Iterator[Finding]:
    """Which agents' settings run this program, and which settings cannot be read."""
    places = dict.fromkeys([environment.project_root, environment.home])
    calling = []
    for place in places:
        for name in AGENT_FILES:
            path = os.path.join(place, name)
            if not os.path.isfile(path):
                continue
            with open(path, encoding="utf-8", errors="replace") as file:
                text = file.read(_LARGEST_FILE)
            try:
                settings = json.loads(text)
            except ValueError as error:
                yield Finding(
                    "agents", WARNING, f"{path} is not valid JSON: {error}", "Mend it; the agent cannot read it either."
                )
                continue
            hooks = settings.get("hooks") if isinstance(settings, dict) else None
            if any(word in json.dumps(hooks) for word in OWN_WORDS):
                calling.append(path)
    if calling:
        yield Finding("agents", OK, "hooks call this program in " + ", ".join(calling))
    else:
        yield Finding(
            "agents", NOTE, "no agent's settings call this program", "See docs/agents.md for what to put into them."
        )
