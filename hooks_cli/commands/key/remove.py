"""`key remove`: removes the keyring slot."""

from __future__ import annotations

from hooks_cli.model.verb import Positional, Verb
from hooks_cli.output import changes
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "key",
    "remove",
    "No longer keep the data key in the operating system's keyring (key remove keyring).",
    positionals=(Positional("what", "keyring."),),
    examples=("hooks-cli key remove keyring",),
    details="With the last slot the key goes back into a key file. A passphrase is removed with: key passphrase remove",
)


def run(call: Call, environment: Environment) -> int:
    """Remove the slot. Raises UsageError (64), NotFound (1), ExtraMissing, Unavailable (69)."""
    from hooks_cli.commands.key.add import refuse_other
    from hooks_cli.features.keys.manage import remove_keyring

    refuse_other(call)
    count = remove_keyring(environment)
    if call.format != "text":
        environment.out(object_text({"schema_version": "1", "removed": "keyring", "slots": count}) + "\n")
    else:
        environment.out(f"The keyring slot is removed; {changes.count(count, 'slot', 'slots')} left.\n")
    return 0
