"""Shared implementation of the `setup AGENT` verbs: shows, checks and writes the planned changes."""

from __future__ import annotations

import sys

from hooks_cli.commands.options import shared
from hooks_cli.errors import UsageError
from hooks_cli.features.agents import file_changes, setup
from hooks_cli.features.agents import file_changes as told
from hooks_cli.features.agents.catalogue import AGENTS, PROJECT, USER
from hooks_cli.model.verb import Call, Option, Verb
from hooks_cli.system.installed_program import launcher_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from hooks_cli.environment import Environment
    from hooks_cli.features.agents.file_changes import FileChange

CHANGE_OPTIONS = (
    Option("check", ("--check",), "Change nothing; exit 0 when all is in place, else 1.", "switch"),
    Option("remove", ("--remove",), "Take everything out again that this command wrote.", "switch"),
    shared.dry_run("Change nothing; show what would change."),
)


def _verb(name: str) -> Verb:
    """The declaration of `setup NAME`."""
    agent = AGENTS[name]
    settings, instructions = agent.settings, agent.instructions
    passage = f" and a short passage into {instructions[PROJECT]}" if instructions[PROJECT] else ""
    return Verb(
        "setup",
        name,
        f"Write the hooks of {agent.title} that keep this memory.",
        options=(
            Option("project", ("--project",), f"For this project: {settings[PROJECT]} (the default).", "switch"),
            Option("user", ("--user",), f"For all projects of yours: ~/{settings[USER]}.", "switch"),
            *CHANGE_OPTIONS,
            Option("instructions", ("--instructions",), "false: leave the agent's instructions alone.", "switch"),
        ),
        examples=(
            f"hooks-cli setup {name}",
            f"hooks-cli setup {name} --check",
            f"hooks-cli setup {name} --user --dry-run",
        ),
        details=(
            f"Hooks go into {settings[PROJECT]}{passage}, between two markers. Everything else in these files stays as it is, byte "
            "for byte; what the settings were is kept beside them. Running it again changes nothing. " + agent.note
        ).strip(),
    )


VERBS = {name: _verb(name) for name in AGENTS}


def run(call: Call, environment: Environment) -> int:
    """Plan and carry out; 1 when the agent would not run the hooks.

    Raises UsageError (64), NotJson or UnexpectedShape (65), and what writing a file raises (73, 74, 77)."""
    if call.flag("project") and call.flag("user"):
        raise UsageError("--project and --user exclude each other.", hint="Run the command twice to wire both.")
    agent = AGENTS[call.verb.name]
    scope = USER if call.flag("user") else PROJECT
    remove = call.flag("remove")
    program = setup.program_word(environment, scope, "" if remove else launcher_path(sys.argv[0]))
    changes = setup.plan(
        environment, agent, scope, program, remove=remove, instructions=call.flag("instructions", True)
    )
    code = carry_out(call, environment, agent.title, changes)
    if remove or call.flag("dry_run"):
        return code
    if code == 0 and agent.note and not call.flag("check") and call.format == "text":
        environment.out(agent.note + "\n")
    for trouble in (setup.unfindable(environment, scope), setup.disabled(environment, agent, scope)):
        if trouble:
            environment.err(f"hooks-cli: setup {agent.name}: {trouble}")
            code = code or 1
    return code


def carry_out(call: Call, environment: Environment, title: str, changes: Sequence[FileChange]) -> int:
    """Show (--dry-run), check (--check) or write the changes, and tell what was done; the exit code."""
    check, dry_run = call.flag("check"), call.flag("dry_run")
    if not check and not dry_run:
        for change in changes:
            file_changes.write(change)
    complete = all(change.action == file_changes.UNCHANGED for change in changes)
    if call.format != "text":
        import json

        environment.out(json.dumps(told.body(changes, written=not check and not dry_run), ensure_ascii=False) + "\n")
    elif dry_run:
        environment.out("".join([change.diff() for change in changes]) or f"{title}: nothing would change\n")
    else:
        environment.out(told.lines(title, changes, check=check))
    return 1 if check and not complete else 0
