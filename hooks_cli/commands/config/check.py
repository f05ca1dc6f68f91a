"""`config check`: checks both settings files."""

from __future__ import annotations

from hooks_cli.model.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "config",
    "check",
    "Check the user's config.toml and the project's hooks.toml.",
    examples=("hooks-cli config check",),
    details=(
        "Prints errors (exit 78) in the settings files and in the schemas that they name, and lists what is "
        "ignored: unknown settings, and settings that a project's file cannot make. Without errors the exit code "
        "is 0, even if something is ignored."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Print the findings; 78 when a file is not valid, else 0."""
    import json

    from hooks_cli.errors import ConfigError
    from hooks_cli.features.settings_report import check, files

    wrong, ignored = check(environment)
    read = [path for _, path, there in files(environment) if there]
    if call.format != "text":
        body = {"schema_version": "1", "valid": not wrong, "files": read, "wrong": wrong, "ignored": ignored}
        environment.out(json.dumps(body) + "\n")
    else:
        for line in wrong + ignored:
            environment.out(_printable(line) + "\n")
        if not wrong:
            environment.out(
                f"Valid: {_printable(', '.join(read))}\n"
                if read
                else "There is no settings file; the defaults apply.\n"
            )
    return ConfigError.exit_code if wrong else 0


def _printable(line: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in line)
