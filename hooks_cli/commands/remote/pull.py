"""`remote pull`: fetches what other machines wrote."""

from __future__ import annotations

from hooks_cli.model.verb import Verb
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "remote",
    "pull",
    "Fetch what other machines wrote, so that reads see it.",
    examples=("hooks-cli remote pull",),
    details=(
        "Every write does this first, so it is for reading. A machine that was away for so long that the log begins later takes the "
        "server's snapshot. What waits in the queue is sent, and a long log is made shorter."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Pull. Raises NotShared, LogTampered, LogEnded (77), ServerUnreachable (75), NewerLog (69)."""
    from hooks_cli.commands import store_access
    from hooks_cli.features.remote import compaction, membership

    count, newest = membership.pull(environment)
    store = store_access.for_changing(environment)  # takes in what waits in the queue
    shortened = compaction.tidy(store, environment)
    if call.format != "text":
        facts: dict[str, object] = {"records": count, "record": newest}
        facts |= {"shortened_to": None if shortened is None else shortened.floor}
        environment.out(object_text({"schema_version": "1", "pulled": facts}) + "\n")
        return 0
    environment.out(f"Took in {count:,} record{'' if count == 1 else 's'}; now at record {newest}.\n")
    return 0
