"""`--project NAME` of a reading verb: the store of another project, else the metadata field `project`. Loaded only for such a name."""

from __future__ import annotations

from hooks_cli.errors import InputMissing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

HERE = ("", "current", ".", "project")


def apply(call: Call, environment: Environment) -> Environment:
    """The environment of the project that --project names, if one is known so; else this one, and the call asks for entries whose
    metadata have that name in the field `project`. "all" stays for the verb to read. Raises UsageError (64) if several are called so.
    """
    from hooks_cli.features import projects

    name = call.text("project")
    if name.lower() in (*HERE, "all") or name in (environment.project.name, environment.project.stem):
        return environment
    try:
        known = projects.find(environment, name)
    except InputMissing:
        del call.values["project"]
        if call.verb.strangers == "narrow":
            call.unknown.append(("project", name))  # it says so itself
        else:
            environment.err(
                f"hooks-cli: no project is called {name[:80]!r}; --project is read as --filter project:{name[:80]}"
            )
            filters = call.values.setdefault("filters", [])
            assert isinstance(filters, list)
            filters.append(f"project:{name}")
        return environment
    del call.values["project"]
    other = environment.in_project(known.stem, known.path)
    other.streams, other.out, other.value, other.out_bytes = (
        environment.streams, environment.out, environment.value, environment.out_bytes,
    )  # fmt: skip
    other.flush, other.err, other.is_terminal = environment.flush, environment.err, environment.is_terminal
    return other
