"""Checks of `doctor` outside the store: the shims on PATH, and the settings of installed agents."""

from __future__ import annotations

import os

from hooks_cli.errors import HooksError
from hooks_cli.features.agents import setup
from hooks_cli.features.agents.catalogue import USER
from hooks_cli.features.doctor.finding import NOTE, OK, WARNING, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from hooks_cli.environment import Environment
    from hooks_cli.features.agents.catalogue import Agent

OWN_WORDS = ("hooks-cli", "claude-flow")
CALLING, OUTDATED, OTHERWISE = "calling", "outdated", "otherwise"


def shims(environment: Environment, launcher: str) -> Iterator[Finding]:
    """Whether prompts that say `npx claude-flow …` reach this program."""
    from hooks_cli.features.shims.folder import folder_of, status
    from hooks_cli.system.installed_program import launcher_path

    rows = status(environment.folders.data, launcher_path(launcher), environment.variables.get("PATH", os.defpath))
    there = [row for row in rows if row["state"] != "missing"]
    if not there:
        mend = "Run: hooks-cli shims install"
        yield Finding("shims", NOTE, "not installed: `npx claude-flow …` runs another program", mend)
        return
    for row in there:
        if row["state"] != "current":
            yield Finding("shims", WARNING, f"{row['path']} is {row['state']}", "Run: hooks-cli shims install")
        elif not row["active"]:
            mend = f"Put {folder_of(environment.folders.data)} first on PATH (hooks-cli shims path)."
            yield Finding("shims", WARNING, f"PATH does not find the shim {row['name']} first", mend)
    if all(row["state"] == "current" and row["active"] for row in there):
        yield Finding("shims", OK, "installed and first on PATH: " + ", ".join(str(row["name"]) for row in there))


def agents(environment: Environment, launcher: str) -> Iterator[Finding]:
    """Which agents call this program, whose wiring is out of date, and which settings cannot be understood."""
    from hooks_cli.features.agents.catalogue import AGENTS
    from hooks_cli.system.installed_program import launcher_path

    wired = []
    for agent in AGENTS.values():
        for scope, named in agent.settings.items():
            path = setup.place(environment, agent, scope, named) if named else ""
            if not path or not os.path.isfile(path):
                continue
            try:
                state = _state(environment, agent, scope, launcher_path(launcher))
            except HooksError as error:
                yield Finding("agents", WARNING, f"{agent.title}: {error}", error.hint_text)
                continue
            mend = f"Run: hooks-cli setup {agent.name}" + (" --user" if scope == USER else "")
            if state == OUTDATED:
                yield Finding(
                    "agents", WARNING, f"{agent.title}: the hooks in {path} are not those of this version", mend
                )
            elif state == CALLING and (
                trouble := setup.unfindable(environment, scope) or setup.disabled(environment, agent, scope)
            ):
                yield Finding("agents", WARNING, f"{agent.title}: {trouble}", "The hooks do not run until then.")
            elif state == CALLING:
                wired.append(f"{agent.title} ({path})")
            elif state == OTHERWISE:
                yield Finding("agents", NOTE, f"{agent.title}: {path} calls this program in another way", mend)
    if wired:
        yield Finding("agents", OK, "call this program: " + ", ".join(wired))
    else:
        yield Finding(
            "agents",
            NOTE,
            "no agent's hooks are those of hooks-cli setup",
            "Run: hooks-cli setup claude-code (or another)",
        )


def _state(environment: Environment, agent: Agent, scope: str, launcher: str) -> str:
    program = setup.program_word(environment, scope, launcher)
    change = setup.plan(environment, agent, scope, program, instructions=False)[0]
    if change.after == change.before:
        return CALLING
    without = setup.plan(environment, agent, scope, program, remove=True, instructions=False)[0]
    if without.after != without.before:
        return OUTDATED
    return OTHERWISE if any(word in (change.before or "") for word in OWN_WORDS) else ""
