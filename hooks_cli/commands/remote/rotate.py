"""`remote rotate`: makes a new key for a shared memory."""

from __future__ import annotations

from hooks_cli.commands.options import shared
from hooks_cli.model.verb import Verb
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "remote",
    "rotate",
    "Give the shared memory a new key: its log ends, a new one begins, and every other machine has to be invited again.",
    options=(
        shared.stdin(),
        shared.PROGRESS,
    ),
    examples=("hooks-cli remote rotate",),
    details=(
        "This is how a colleague or a machine is removed that has the key; key rotate does the same where the memory is shared. The others "
        "get 77 with what to type; what they had not written before has to be written again. The old log stays on the server, sealed with "
        "the old key, until an administrator deletes it. Killed at any point, it is run again."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Rotate. Raises NotShared (77), and what `features.remote.rotate` raises."""
    from hooks_cli.commands.key import phrase_for
    from hooks_cli.features.remote import membership, rotate
    from hooks_cli.output.progress import Progress, mode_of

    membership.shared_store(environment).close()
    phrase = phrase_for(call, environment)
    with Progress(environment, "Rotating the key", rotate.STEPS, mode=mode_of(call), unit="steps") as progress:
        rotated = rotate.rotate(
            environment, phrase=phrase, reached=lambda point: progress.step(f"Rotating the key: {point}")
        )
    if call.format != "text":
        body = {"fingerprint": rotated.fingerprint, "source": rotated.source, "slots_dropped": rotated.dropped}
        environment.out(object_text({"schema_version": "1", "rotated": body}) + "\n")
        return 0
    environment.out(f"The shared memory has a new data key (fingerprint {rotated.fingerprint}).\n")
    environment.err("hooks-cli: every other machine has to join again: hooks-cli remote invite PUBLIC-KEY")
    return 0
