"""`project list`: lists the projects that have a store."""

from __future__ import annotations

from hooks_cli.model.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "project",
    "list",
    "List the projects that have a store.",
    examples=("hooks-cli project list", "hooks-cli project list --json"),
    details=(
        "One line a project, with tabs between: its name with its hash, the bytes of its store, when that last changed, and the "
        "project's folder. A * marks the present project. Where the folder is not there any more the line ends with `moved`: "
        "`project adopt` brings the store to where the folder is now."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Print the projects by name. Raises PermissionRefused (77) when the data directory cannot be read."""
    import json

    from hooks_cli.features.projects import known_projects
    from hooks_cli.output import theme
    from hooks_cli.output.envelope import moment
    from hooks_cli.output.listing import one_line

    projects = known_projects(environment)
    current = environment.project.stem
    rows = [
        {
            "id": project.stem,
            "name": project.name,
            "path": project.path or None,
            "store": project.store,
            "size": project.size,
            "changed_at": moment(project.changed_at),
            "current": project.stem == current,
            "moved": not project.is_there,
        }
        for project in projects
    ]
    if call.format == "json":
        environment.out(json.dumps({"schema_version": "1", "projects": rows, "total": len(rows)}) + "\n")
    elif call.format == "ndjson":
        environment.out("".join([json.dumps({"schema_version": "1", **row}) + "\n" for row in rows]))
    elif rows and theme.on(call, environment):
        from hooks_cli.output.views import projects as view

        view.show_projects(theme.console(environment), rows)
    else:
        for row in rows:
            mark, moved = "*" if row["current"] else " ", "\tmoved" if row["moved"] else ""
            place = one_line(str(row["path"] or "?"), 4096)
            environment.out(f"{mark} {row['id']}\t{row['size']}\t{row['changed_at']}\t{place}{moved}\n")
        if not rows:
            environment.err("hooks-cli: no project has a store yet; the first `memory store` makes one")
    return 0
