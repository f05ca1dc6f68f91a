"""`hooks-cli version` and `hooks-cli --version`: prints the version of the program and of its parts."""

from __future__ import annotations

from hooks_cli import __version__
from hooks_cli.model.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "",
    "version",
    "Print the version of the program; as JSON, of Python and the engine, too.",
    examples=("hooks-cli --version", "hooks-cli version --json"),
    aliases=("--version", "-V", "-v"),
)


def run(call: Call, environment: Environment) -> int:
    """Print `hooks-cli 1.2.3`, or one JSON object."""
    if call.format == "text":
        environment.out(f"hooks-cli {__version__}\n")
        return 0
    import platform

    from hooks_cli.system.apsw_import import apsw
    from hooks_cli.text.json_writer import object_text

    facts = {"hooks-cli": __version__, "python": platform.python_version(), "sqlite": apsw.sqlite_lib_version()}
    environment.out(object_text({"schema_version": "1", **facts}) + "\n")
    return 0
