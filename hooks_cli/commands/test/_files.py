"""Shared by the verbs of `test`: reads the test files on the command line into plans."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.test_runs.files.case_plan import FilePlan
    from hooks_cli.model.verb import Call


def plans(call: Call, environment: Environment) -> list[FilePlan]:
    """The plans of all files that were named. Raises MissingArgument (64), InputMissing (66), DataError (65), ConfigError (78)."""
    import os

    from hooks_cli.errors import MissingArgument
    from hooks_cli.features.test_runs.files import test_file

    files = call.words("files")
    if not files:
        raise MissingArgument(verb=call.verb.title, what="a test file")
    root = os.path.realpath(environment.project.root)
    found = []
    for name in files:
        path = os.path.join(environment.cwd, name)
        found.append(test_file.read(path, root, name))
    return found
