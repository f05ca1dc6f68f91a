"""`key add`: adds another way to unwrap the data key."""

from __future__ import annotations

from hooks_cli.commands.options import shared
from hooks_cli.errors import UsageError
from hooks_cli.model.verb import Positional, Verb
from hooks_cli.output import changes
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "key",
    "add",
    "Keep the data key in the operating system's keyring (key add keyring).",
    options=(shared.stdin(),),
    positionals=(Positional("what", "keyring."),),
    examples=("hooks-cli key add keyring",),
    details="Needs the optional part hooks-cli[keyring]. The key file goes away: the store opens where the keyring is unlocked.",
)


def run(call: Call, environment: Environment) -> int:
    """Add the slot. Raises UsageError (64), ExtraMissing, Unavailable (69), KeySourceError (78)."""
    from hooks_cli.commands.key import phrase_for
    from hooks_cli.features.keys.manage import add_keyring

    refuse_other(call)
    count = add_keyring(environment, phrase_for(call, environment))
    if call.format != "text":
        environment.out(object_text({"schema_version": "1", "added": "keyring", "slots": count}) + "\n")
    else:
        environment.out(
            f"The system's keyring opens the store now; {changes.count(count, 'slot', 'slots')}. A paper copy: hooks-cli key export\n"
        )
    return 0


def refuse_other(call: Call) -> None:
    """Raise UsageError (64) for anything but `keyring`."""
    if call.text("what") != "keyring":
        raise UsageError(
            f"{call.verb.title} needs to know what: {call.verb.title} keyring.", hint="For a passphrase: key passphrase"
        )
