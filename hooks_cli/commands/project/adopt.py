"""`project adopt OLD`: takes over the store of a project that was moved or renamed."""

from __future__ import annotations

from hooks_cli.commands.options import shared
from hooks_cli.model.verb import Option, Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "project",
    "adopt",
    "Take over the store of a folder that was moved or renamed.",
    options=(
        shared.force("Take it although the old folder is still there."),
        Option("replace", ("--replace",), "Set the store that this project has aside, and take the old one.", "switch"),
    ),
    positionals=(Positional("old", "The old path, or a name of `project list`, with or without its hash."),),
    examples=("hooks-cli project adopt ~/src/old-name", "hooks-cli project adopt old-name-0123456789abcdef"),
    details=(
        "A store is named after the path of its project. Run this in the folder where the project is now. The "
        "store, its key and its journal are moved; nothing is copied or merged. If this project has a store "
        "already, nothing is changed without --replace."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Adopt, and print what was taken. Raises what `features.projects.adopt` raises, and MissingArgument (64)."""
    import json

    from hooks_cli.errors import MissingArgument
    from hooks_cli.features import attribution
    from hooks_cli.features.projects import adopt

    old = call.text("old")
    if not old:
        raise MissingArgument(verb="project adopt", what="the old path or name of the project")
    attribution.check_write(environment)
    stem, aside = adopt(environment, old, call.flag("force"), call.flag("replace"))
    if call.format == "text":
        environment.out(f"Adopted {stem}: its store is now {environment.places.store_path}\n")
        if aside:
            environment.out(f"The store that was here is kept as {aside}\n")
    else:
        body = {
            "schema_version": "1",
            "adopted": stem,
            "id": environment.project.stem,
            "store": environment.places.store_path,
            "set_aside": aside or None,
        }
        environment.out(json.dumps(body) + "\n")
    return 0
