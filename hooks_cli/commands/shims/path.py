"""`shims path`: prints the folder to put first on PATH."""

from __future__ import annotations

import os

from hooks_cli.features.shims.folder import folder_of
from hooks_cli.model.verb import Call, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment

VERB = Verb(
    "shims",
    "path",
    "Print the folder of the shims.",
    examples=('export PATH="$(hooks-cli shims path):$PATH"',),
)


def run(call: Call, environment: Environment) -> int:
    """Print the folder, whether or not the shims are installed (a note on stderr when they are not)."""
    folder = folder_of(environment.folders.data)
    if call.format != "text":
        import json

        answer = {"schema_version": "1", "folder": folder, "installed": os.path.isdir(folder)}
        environment.out(json.dumps(answer, ensure_ascii=False) + "\n")
        return 0
    environment.out(folder + "\n")
    if not os.path.isdir(folder):
        environment.err("note: the shims are not installed yet; run: hooks-cli shims install")
    return 0
