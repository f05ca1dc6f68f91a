"""`hooks-cli completion bash|zsh|fish`: prints the completion script of a shell."""

from __future__ import annotations

from hooks_cli.model.verb import Call, Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment

SHELLS = ("bash", "zsh", "fish")
PROGRAMS = ("hooks-cli", "claude-flow")

VERB = Verb(
    "",
    "completion",
    "Print the script that makes your shell complete commands and options.",
    positionals=(Positional("shell", "bash, zsh or fish.", choices=SHELLS),),
    examples=(
        'eval "$(hooks-cli completion bash)"        # in ~/.bashrc',
        'eval "$(hooks-cli completion zsh)"         # in ~/.zshrc, after compinit',
        "hooks-cli completion fish | source          # in ~/.config/fish/config.fish",
    ),
    details="The script covers hooks-cli and claude-flow. It asks the program itself, so that it never is out of date.",
)


def run(call: Call, environment: Environment) -> int:
    """Print the script for the named shell. Raises MissingArgument or UsageError (64)."""
    from hooks_cli.errors import MissingArgument, UsageError

    shell = call.text("shell")
    if not shell:
        raise MissingArgument(verb="completion", what="the name of a shell: bash, zsh or fish")
    if shell not in SHELLS:
        raise UsageError(f"There is no completion for {shell!r}, only for bash, zsh and fish.")
    text = "".join(script(shell, program) for program in PROGRAMS)
    if call.format != "text":
        import json

        text = json.dumps({"schema_version": "1", "shell": shell, "script": text}) + "\n"
    environment.out(text)
    return 0


def script(shell: str, program: str) -> str:
    """The script by which `shell` (bash, zsh, fish) completes `program`; click answers it (`cli.click_app`)."""
    import click
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    assert made is not None, shell
    variable = "_" + program.replace("-", "_").upper() + "_COMPLETE"
    source = made(click.Command(program), {}, program, variable)
    text: str = source.source_template % source.source_vars()
    return text.lstrip("\n")
