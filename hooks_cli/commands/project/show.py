"""`project show`: prints the current project, how it was found, and the paths of its files."""

from __future__ import annotations

from hooks_cli.model.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

REASONS = {
    "git": "the git working tree around this folder",
    "worktree": "a git worktree; all worktrees of a repository share one store",
    "repository": "the git repository that this folder lies in",
    "hooks.toml": "the nearest folder upwards with a hooks.toml",
    "store": "the nearest folder upwards that has a store",
    "folder": "no git root, hooks.toml or store in a folder above, so this folder is the project",
}

VERB = Verb(
    "project",
    "show",
    "Show which project this folder belongs to, and where its store, key and settings are.",
    examples=("hooks-cli project show", "hooks-cli project show --json"),
)


def run(call: Call, environment: Environment) -> int:
    """Print the places, whether they exist or not. Raises ConfigError (78) for settings that are not valid."""
    import json
    import os

    from hooks_cli.output import theme
    from hooks_cli.output.listing import one_line
    from hooks_cli.project.trust import is_trusted

    project = environment.project
    facts: dict[str, str] = {
        "name": environment.project.name,
        "id": environment.project.stem,
        "root": project.root,
        "home": project.home,
        "reason": project.reason,
        "note": project.note,
        "store": environment.places.store_path,
        "key": environment.places.key_path,
        "user_config": environment.folders.user_config,
        "project_config": environment.project.config_path,
        "data": environment.folders.data,
        "config": environment.folders.config,
        "cache": environment.folders.cache,
    }
    trusted = is_trusted(environment.folders.trust_note(environment.project.stem), environment.project.home)
    there = {name: os.path.exists(facts[name]) for name in ("store", "key", "user_config", "project_config")}
    if call.format != "text":
        named = bool(environment.places.named_store)
        body = {"schema_version": "1", **facts, "store_named": named, "trusted": trusted, "exists": there}
        environment.out(json.dumps(body) + "\n")
        return 0
    if project.home == project.root:
        del facts["home"]
    facts["reason"] = REASONS[project.reason]
    facts["trusted"] = "yes" if trusted else "no; its hooks.toml takes nothing away that your own settings keep"
    if theme.on(call, environment):
        from hooks_cli.output.views import projects

        projects.show_project(theme.console(environment), facts, there)
        return 0
    for name, value in facts.items():
        if value:
            absent = "" if there.get(name, True) else "  (not there)"
            environment.out(f"{name.replace('_', ' ') + ':':<16}{one_line(value, 4096)}{absent}\n")
    return 0
