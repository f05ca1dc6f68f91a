"""`hooks validate-config`: checks the settings files and the hooks in agents' settings files."""

from __future__ import annotations

import json

from hooks_cli.errors import ConfigError
from hooks_cli.model.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "hooks",
    "validate-config",
    "Check the settings files, and that the hooks in agents' settings call verbs that exist.",
    options=(
        Option("verbose", ("--verbose", "--detailed"), "Also name the hooks verbs that each file calls.", "switch"),
    ),
    examples=("npx claude-flow@alpha hooks validate-config",),
    details=(
        "Reads config.toml, hooks.toml, and in the project .claude/settings.json, .claude/settings.local.json, .gemini/settings.json, "
        ".codex/hooks.json, .cursor/hooks.json and .github/hooks/hooks.json. Exit 78 when one of them is wrong."
    ),
    hot=False,
    records=False,
)


def run(call: Call, environment: Environment) -> int:
    """Print the findings; 78 when a file is wrong, else 0."""
    from hooks_cli.cli import catalogue
    from hooks_cli.features import settings_report
    from hooks_cli.features.doctor import agent_hooks
    from hooks_cli.output.listing import one_line

    wrong, ignored = settings_report.check(environment)
    read = [path for _, path, there in settings_report.files(environment) if there]
    verbs = [word for verb in catalogue.group("hooks").verbs for word in (verb.name, *verb.aliases)]
    agents = agent_hooks.check(environment.project.root, verbs)
    read += [checked.path for checked in agents]
    wrong += [f"{checked.path}: {checked.problem}" for checked in agents if checked.problem]
    wrong += [
        f"{checked.path}: it calls hooks {verb}, which does not exist"
        for checked in agents
        for verb in checked.unknown
        if catalogue.load("hooks", verb) is None
    ]
    if call.format != "text":
        calls = {checked.path: checked.calls for checked in agents}
        body = {
            "schema_version": "1",
            "valid": not wrong,
            "files": read,
            "wrong": wrong,
            "ignored": ignored,
            "calls": calls,
        }
        environment.out(json.dumps(body, ensure_ascii=False) + "\n")
        return ConfigError.exit_code if wrong else 0
    for line in wrong + ignored:
        environment.out(one_line(line, 1_000) + "\n")
    if call.flag("verbose"):
        for checked in agents:
            environment.out(
                one_line(f"{checked.path}: calls {', '.join(checked.calls) or 'no hooks verb'}", 1_000) + "\n"
            )
    if not wrong:
        environment.out(
            one_line(f"Valid: {', '.join(read)}" if read else "There is no settings file; the defaults apply.", 4_000)
        )
        environment.out("\n")
    return ConfigError.exit_code if wrong else 0
