"""`lock`: forgets the unlocked key."""

from __future__ import annotations

from hooks_cli.model.verb import Verb
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "",
    "lock",
    "Forget the key that unlock has kept for this store.",
    examples=("hooks-cli lock",),
)


def run(call: Call, environment: Environment) -> int:
    """Forget it; nothing to forget is not an error."""
    from hooks_cli.crypto.keys import unlock_cache

    gone = unlock_cache.drop(environment.places.slots_path)
    if call.format != "text":
        environment.out(object_text({"schema_version": "1", "locked": True, "was_unlocked": gone}) + "\n")
    else:
        environment.out("Locked.\n" if gone else "It was not unlocked.\n")
    return 0
