"""Plans the setup of a shell: shims on PATH and completion in its start file, and a project's `./claude-flow`."""

from __future__ import annotations

import os

from hooks_cli.errors import OutputExists, UsageError
from hooks_cli.features.agents import marked_block
from hooks_cli.features.agents.file_changes import FileChange, read
from hooks_cli.features.shims.folder import folder_of
from hooks_cli.features.shims.script import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment

SHELLS = ("bash", "zsh", "fish")

WRAPPER = """\
#!/bin/sh
# hooks-cli wrapper: claude-flow's hooks and memory commands run in hooks-cli, everything else in claude-flow itself.
# Written by: hooks-cli setup shell --wrapper
case ${1-} in
  hook | hooks | memory)
    if command -v hooks-cli >/dev/null 2>&1; then exec hooks-cli "$@"; fi
    ;;
esac
exec npx -y claude-flow@alpha "$@"
"""
_WRAPPER_START = "#!/bin/sh\n# hooks-cli wrapper"


def shell_name(environment: Environment, named: str) -> str:
    """The shell that is meant: named, or the user's own (SHELL). Raises UsageError (64) for one that is not known."""
    name = named or os.path.basename(environment.variables.get("SHELL", ""))
    if name in SHELLS:
        return name
    told = f"The shell {name!r} is not known here." if name else "SHELL is not set."
    raise UsageError(told, hint="Name it: hooks-cli setup shell bash (or zsh, fish)")


def start_file(environment: Environment, shell: str) -> str:
    """The file that an interactive `shell` reads when it starts."""
    variables = environment.variables
    if shell == "zsh":
        return os.path.join(variables.get("ZDOTDIR") or environment.folders.home, ".zshrc")
    if shell == "fish":
        config = variables.get("XDG_CONFIG_HOME") or os.path.join(environment.folders.home, ".config")
        return os.path.join(config, "fish", "conf.d", "hooks-cli.fish")
    return os.path.join(environment.folders.home, ".bashrc")


def completion_file(environment: Environment, shell: str) -> str:
    """Where the completion script is kept; the start file reads it, which costs a shell less than making it again."""
    return os.path.join(environment.folders.data, "completion", f"hooks-cli.{shell}")


def plan(environment: Environment, shell: str, completion: str, *, remove: bool = False) -> list[FileChange]:
    """The changes that wire `shell`, given the text of its completion script."""
    start, script = start_file(environment, shell), completion_file(environment, shell)
    before, made = read(start), read(script)
    after: str | None
    if not remove:
        after = marked_block.put(before or "", block(environment, shell, script), marked_block.SHELL)
        return [
            FileChange(start, "PATH and completion", before, after),
            FileChange(script, "the completion script", made, completion),
        ]
    after = None if before is None else marked_block.take(before, marked_block.SHELL)
    if after is not None and before is not None and after != before and not after.strip():
        after = None
    return [
        FileChange(start, "PATH and completion", before, after),
        FileChange(script, "the completion script", made, None),
    ]


def block(environment: Environment, shell: str, script: str) -> str:
    """The lines for the start file."""
    folder = folder_of(environment.folders.data)
    if shell == "fish":
        lines = [
            f"if test -d {_fish(folder)}; and not contains -- {_fish(folder)} $PATH",
            f"    set -gx PATH {_fish(folder)} $PATH",
            "end",
            f"if test -r {_fish(script)}",
            f"    source {_fish(script)}",
            "end",
        ]
        return "\n".join(lines)
    test = "if [ -r {0} ]; then . {0}; fi"
    if shell == "zsh":
        test = "if [ -r {0} ] && (( $+functions[compdef] )); then . {0}; fi"
    return "\n".join(
        [
            f'case ":$PATH:" in *:{quoted(folder)}:*) ;; *) export PATH={quoted(folder)}":$PATH" ;; esac',
            test.format(quoted(script)),
        ]
    )


def _fish(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "\\'") + "'"


def plan_wrapper(environment: Environment, *, remove: bool = False, force: bool = False) -> FileChange:
    """The change for the project's `./claude-flow`.

    Raises OutputExists (73) when another file is there and `force` is not given; with it, that file is kept beside.
    """
    path = os.path.join(environment.project.root, "claude-flow")
    before = read(path)
    ours = before is not None and before.startswith(_WRAPPER_START)
    what = "the project's wrapper"
    if remove:
        return FileChange(path, what, before, None if ours else before)
    if before is not None and not ours and not force:
        raise OutputExists(path=path, hint="To put the wrapper in its place (the old file is kept beside it): --force")
    return FileChange(path, what, before, WRAPPER, backup=not ours, mode=0o755)
