"""`shims status`: tells which shims exist, whether PATH finds them, and what they hide."""

from __future__ import annotations

import os
import sys

from hooks_cli.features.shims.folder import folder_of, status
from hooks_cli.model.verb import Call, Verb
from hooks_cli.system.installed_program import launcher_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment

VERB = Verb(
    "shims",
    "status",
    "Show each shim: installed or not, found on PATH or not, and the real program behind it.",
    examples=("hooks-cli shims status",),
    details="Exit code 0 when at least one shim is installed and every installed one is up to date and found first on PATH; else 1.",
)

WORDS = {
    "current": "installed",
    "outdated": "outdated (run: hooks-cli shims install)",
    "missing": "not installed",
    "foreign": "a file that is not a shim is in its place",
}


def run(call: Call, environment: Environment) -> int:
    """One line for each shim; 1 when a shim is missing its place on PATH or none is installed."""
    rows = status(environment.folders.data, launcher_path(sys.argv[0]), environment.variables.get("PATH", os.defpath))
    there = [row for row in rows if row["state"] != "missing"]
    good = bool(there) and all(row["state"] == "current" and row["active"] for row in there)
    if call.format != "text":
        import json

        answer = {"schema_version": "1", "folder": folder_of(environment.folders.data), "ready": good, "shims": rows}
        environment.out(json.dumps(answer, ensure_ascii=False) + "\n")
        return 0 if good else 1
    environment.out(f"Folder: {folder_of(environment.folders.data)}\n")
    for row in rows:
        line = f"{row['name']}: {WORDS[str(row['state'])]}"
        if row["state"] != "missing":
            line += "; first on PATH" if row["active"] else "; not first on PATH"
        environment.out(f"{line}; behind it: {row['real'] or 'nothing'}\n")
    return 0 if good else 1
