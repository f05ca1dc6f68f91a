"""`config show`: prints the settings in force and where each comes from."""

from __future__ import annotations

from hooks_cli.model.verb import Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "config",
    "show",
    "Show the settings in force, and the file that each comes from.",
    positionals=(Positional("prefix", "Only the settings that begin so, such as memory.gc."),),
    examples=("hooks-cli config show", "hooks-cli config show memory.gc --json"),
    details=(
        "One line for each setting: its name, its value as TOML, and the file it comes from, separated by tabs. "
        "Values that no file sets are shown with `default`. A key is never shown: the settings contain at most "
        "the name of its variable.\n\nSettings without a default are shown only if they are set: "
        '[memory.gc.rules."GLOB"], [schemas.patterns], [export.tables], [agents.NAME]. docs/configuration.md '
        "explains every setting.\n\nThe last lines say whether you trust the project (hooks-cli project trust) and "
        "which settings of its hooks.toml need that."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Print the settings. Raises ConfigError (78), and NotFound (1) when none begins with the prefix."""
    import json

    from hooks_cli.errors import NotFound
    from hooks_cli.features.settings_report import held, rows

    prefix = call.text("prefix").rstrip(".")
    found = [row for row in rows(environment) if not prefix or row[0] == prefix or row[0].startswith(prefix + ".")]
    waiting = [row for row in held(environment) if not prefix or (row[0] + ".").startswith(prefix + ".")]
    trusted = environment.settings.trusted
    if not found and not waiting:
        raise NotFound(f"There is no setting {prefix}.", hint="See all of them: hooks-cli config show")
    if call.format == "json":
        body = {
            "schema_version": "1",
            "settings": {key: {"value": value, "from": origin} for key, value, origin in found},
            "project_trusted": trusted,
            "waiting_for_trust": dict(waiting),
        }
        environment.out(json.dumps(body) + "\n")
    elif call.format == "ndjson":
        for key, value, origin in found:
            environment.out(json.dumps({"schema_version": "1", "key": key, "value": value, "from": origin}) + "\n")
        for key, value in waiting:
            body = {"schema_version": "1", "key": key, "value": value, "waiting_for_trust": True}
            environment.out(json.dumps(body) + "\n")
    else:
        # A JSON string, number, boolean or list of strings is the same in TOML.
        for key, value, origin in found:
            environment.out(f"{json.dumps(key)[1:-1]}\t{json.dumps(value)}\t{json.dumps(origin)[1:-1]}\n")
        for key, value in waiting:
            environment.out(f"{json.dumps(key)[1:-1]}\t{json.dumps(value)}\twaits for: hooks-cli project trust\n")
        if trusted:
            environment.out(
                f"project.trusted\ttrue\t{json.dumps(environment.folders.trust_note(environment.project.stem))[1:-1]}\n"
            )
    return 0
