"""`remote leave`: stops sharing; this machine keeps what it has."""

from __future__ import annotations

from hooks_cli.model.verb import Verb
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "remote",
    "leave",
    "Leave the shared memory: this machine keeps what it has, as an ordinary store.",
    examples=("hooks-cli remote leave",),
    details=(
        "Nothing is deleted, here or on the server, and the key stays the same: a machine that has left can still "
        "read what it has. To exclude it from new data, run hooks-cli remote rotate on another machine."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Leave. Raises NotShared (77), NotFound (1)."""
    from hooks_cli.features.remote import membership

    problem = membership.leave(environment)
    if problem:
        environment.err(f"hooks-cli: the server was not told: {problem}")
    if call.format != "text":
        environment.out(object_text({"schema_version": "1", "left": True, "server_told": not problem}) + "\n")
    else:
        environment.out("This memory is this machine's own now.\n")
    return 0
