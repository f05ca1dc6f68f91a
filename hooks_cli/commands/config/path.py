"""`config path`: prints the paths of the settings files."""

from __future__ import annotations

from hooks_cli.model.verb import Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "config",
    "path",
    "Print where the settings files are, or would be.",
    positionals=(Positional("which", "`user` or `project`, to print one path alone."),),
    examples=('"${EDITOR:-vi}" "$(hooks-cli config path user)"',),
)


def run(call: Call, environment: Environment) -> int:
    """Print the paths. Raises UsageError (64) for another word than user or project."""
    import json

    from hooks_cli.errors import UsageError
    from hooks_cli.features.settings_report import files

    found = files(environment)
    which = call.text("which")
    if which and which not in ("user", "project"):
        raise UsageError(f"There is no settings file called {which!r}, only user and project.")
    if call.format != "text":
        body = {name: {"path": path, "exists": there} for name, path, there in found if which in ("", name)}
        environment.out(json.dumps({"schema_version": "1", **body}) + "\n")
    elif which:
        environment.out("".join(path + "\n" for name, path, _ in found if name == which))
    else:
        environment.out("".join(f"{name}\t{path}{'' if there else '  (not there)'}\n" for name, path, there in found))
    return 0
