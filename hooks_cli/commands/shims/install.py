"""`shims install`: writes the shims and says how to put them first on PATH."""

from __future__ import annotations

import os
import sys

from hooks_cli.errors import Unavailable
from hooks_cli.features.shims.folder import folder_of, install, status
from hooks_cli.features.shims.script import NAMES, quoted
from hooks_cli.model.verb import Call, Option, Positional, Verb
from hooks_cli.system.installed_program import launcher_path, next_on_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment


class NothingToShim(Unavailable):
    """None of the programs that shims stand for is on PATH: {names}. Nothing was written."""

    hint = "To install one all the same, name it: hooks-cli shims install npx"


VERB = Verb(
    "shims",
    "install",
    "Write shims, so that npx claude-flow hooks … and memory … run here.",
    options=(
        Option(
            "mcp", ("--mcp",), "Run claude-flow's mcp start here, too; false: no more. Without it, as it was.", "switch"
        ),
    ),
    positionals=(Positional("names", "npx, bunx, pnpm, ruflo; those that PATH has when none is named.", many=True),),
    examples=(
        "hooks-cli shims install",
        'export PATH="$(hooks-cli shims path):$PATH"',
        "hooks-cli shims install npx ruflo",
    ),
    details="Each shim is a small sh program in a folder of your own (mode 0700). It runs claude-flow's hooks and memory commands "
    "in this program; every other call, also of claude-flow's other groups, reaches the next real program of "
    "that name on PATH with the same words, input and exit code.",
)


def run(call: Call, environment: Environment) -> int:
    """Install what `names` says, else a shim for each program that PATH has.

    Raises NothingToShim (69); 73 and 77 when the folder cannot be made or is not the user's own."""
    launcher = launcher_path(sys.argv[0])
    data_dir = environment.folders.data
    folder = folder_of(data_dir)
    path = environment.variables.get("PATH", os.defpath)
    names = call.words("names") or [row for row in NAMES if next_on_path(row, path, folder)]
    if not names:
        raise NothingToShim(names=", ".join(NAMES))
    written = install(data_dir, launcher, names, call.flag("mcp") if "mcp" in call.values else None)
    rows = status(data_dir, launcher, environment.variables.get("PATH", os.defpath))
    if call.format != "text":
        import json

        answer = {"schema_version": "1", "folder": folder, "program": launcher, "written": written, "shims": rows}
        environment.out(json.dumps(answer, ensure_ascii=False) + "\n")
        return 0
    environment.out(f"Shims in {folder}: {', '.join(written) + ' written' if written else 'all as they should be'}\n")
    wanted = [row for row in rows if row["state"] == "current"]
    for row in wanted:
        if not row["real"] and row["name"] != "ruflo":
            environment.err(
                f"note: PATH has no real {row['name']} behind its shim; other {row['name']} calls will not be found "
                f"(to take the shim away: hooks-cli shims remove {row['name']})"
            )
    if not all(row["active"] for row in wanted):
        environment.out(
            f'Put them first on PATH, for example in your shell\'s start file:\n  export PATH={quoted(folder)}:"$PATH"\n'
        )
    return 0
