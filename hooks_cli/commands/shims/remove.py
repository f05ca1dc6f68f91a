"""`shims remove`: removes the shims."""

from __future__ import annotations

from hooks_cli.features.shims.folder import folder_of, remove
from hooks_cli.model.verb import Call, Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment

VERB = Verb(
    "shims",
    "remove",
    "Remove the shims, and their folder when nothing else is in it.",
    positionals=(Positional("names", "npx, bunx, pnpm, ruflo; all of them when none is named.", many=True),),
    examples=("hooks-cli shims remove", "hooks-cli shims remove pnpm"),
)


def run(call: Call, environment: Environment) -> int:
    """Remove what `names` says; what is not there is no error, what is not a shim is left alone."""
    removed = remove(environment.folders.data, call.words("names"))
    folder = folder_of(environment.folders.data)
    if call.format != "text":
        import json

        environment.out(
            json.dumps({"schema_version": "1", "folder": folder, "removed": removed}, ensure_ascii=False) + "\n"
        )
        return 0
    environment.out(f"Removed from {folder}: {', '.join(removed)}\n" if removed else f"No shims in {folder}\n")
    return 0
