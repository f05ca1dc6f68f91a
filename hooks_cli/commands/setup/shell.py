"""`setup shell`: sets up the shims on PATH, completion, and a project's `./claude-flow`."""

from __future__ import annotations

import sys

from hooks_cli.commands.options import shared
from hooks_cli.commands.program import completion
from hooks_cli.commands.setup import _agent_setup
from hooks_cli.features.agents import shell_setup
from hooks_cli.features.shims import folder
from hooks_cli.model.verb import Call, Option, Positional, Verb
from hooks_cli.system.installed_program import launcher_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment

VERB = Verb(
    "setup",
    "shell",
    "Put the shims on PATH and completion into your shell; with --wrapper, a ./claude-flow into the project.",
    options=(
        *_agent_setup.CHANGE_OPTIONS,
        Option("wrapper", ("--wrapper",), "Write the project's ./claude-flow instead.", "switch"),
        shared.force("With --wrapper: take the place of another file (the old one is kept beside it)."),
    ),
    positionals=(Positional("shell", "bash, zsh or fish; your own (SHELL) when none is named."),),
    examples=(
        "hooks-cli setup shell",
        "hooks-cli setup shell zsh --dry-run",
        "hooks-cli setup shell --wrapper",
        "hooks-cli setup shell bash --remove",
    ),
    details="The shims are installed when they are not there yet (see: hooks-cli shims install). The lines go into ~/.bashrc, ~/.zshrc "
    "or ~/.config/fish/conf.d/hooks-cli.fish, between two markers; --remove takes them out, and the shims are taken away by: "
    "hooks-cli shims remove.",
)


def run(call: Call, environment: Environment) -> int:
    """Wire the shell. Raises UsageError (64) for an unknown shell, OutputExists (73) for a ./claude-flow that is not ours."""
    remove = call.flag("remove")
    if call.flag("wrapper"):
        change = shell_setup.plan_wrapper(environment, remove=remove, force=call.flag("force"))
        return _agent_setup.carry_out(call, environment, "Project", [change])
    shell = shell_setup.shell_name(environment, call.text("shell"))
    text = "".join([completion.script(shell, program) for program in completion.PROGRAMS])
    changes = shell_setup.plan(environment, shell, text, remove=remove)
    changing = not call.flag("check") and not call.flag("dry_run")
    if changing and not remove:
        folder.install(environment.folders.data, launcher_path(sys.argv[0]), [])
    code = _agent_setup.carry_out(call, environment, shell, changes)
    if changing and call.format == "text":
        environment.out("It holds for shells that are started from now on.\n")
    return code
