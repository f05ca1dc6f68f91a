"""`remote upgrade`: raises the format of a shared memory."""

from __future__ import annotations

from hooks_cli.model.verb import Verb
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "remote",
    "upgrade",
    "Raise the shared memory to this program's format, once every machine can read it.",
    examples=("hooks-cli remote upgrade",),
    details=(
        "A shared memory keeps its format when one machine gets a newer program. Machines say which format they read when they write or "
        "pull; while one of them reads an older one this ends with 69 and names it. Machines that have left do not count."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Upgrade. Raises MachinesBehind (69), NotShared (77), and the server's errors."""
    from hooks_cli.features.remote import membership

    before, now = membership.upgrade(environment)
    if call.format != "text":
        environment.out(object_text({"schema_version": "1", "format": now, "before": before}) + "\n")
    elif before == now:
        environment.out(f"The shared memory has format {now} already.\n")
    else:
        environment.out(f"The shared memory has format {now} now (before: {before}).\n")
    return 0
