"""`key rotate`: replaces the data key and re-encrypts the store."""

from __future__ import annotations

from hooks_cli.commands.options import shared
from hooks_cli.errors import KeySourceError
from hooks_cli.model.verb import Option, Verb
from hooks_cli.output import changes
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

# The points that operations.key_rotation tells of.
STEPS = 5

VERB = Verb(
    "key",
    "rotate",
    "Make a new data key and re-encrypt every page of the store with it.",
    options=(
        Option(
            "new_variable",
            ("--new-key-variable",),
            "For a key that you keep in a variable: the variable that holds the new one.",
            metavar="NAME",
        ),
        Option("new_file", ("--new-key-file",), "The same, for a key that you keep in a file (0600).", metavar="PATH"),
        shared.stdin(),
        shared.PROGRESS,
    ),
    examples=("hooks-cli key rotate",),
    details=(
        "Do this if another person may have seen the key. `key passphrase change` only changes what unlocks the "
        "key. The old key still opens old copies (backups, exports of sealed values, disk snapshots); keep it on "
        "paper (key export) if you need those. If the command is killed, the store still opens, and the next call "
        "completes the rotation. Other processes wait, or exit with 75."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Rotate. Raises KeySourceError (78), WrongKey, Tampered (77), Busy (75), NotFound (1)."""
    from hooks_cli.commands.key import phrase_for
    from hooks_cli.features.keys import rotate
    from hooks_cli.features.remote import membership
    from hooks_cli.features.remote import rotate as shared
    from hooks_cli.output.progress import Progress, mode_of

    new_key, phrase = _new_key(call, environment), phrase_for(call, environment)
    rotated_by = shared.rotate if membership.is_replica(environment) else rotate.rotate
    with Progress(environment, "Rotating the key", STEPS, mode=mode_of(call), unit="steps") as progress:
        rotated = rotated_by(
            environment,
            new_key=new_key,
            phrase=phrase,
            reached=lambda point: progress.step(f"Rotating the key: {point}"),
        )
    if call.format != "text":
        body = {"fingerprint": rotated.fingerprint, "source": rotated.source, "slots_dropped": rotated.dropped}
        environment.out(object_text({"schema_version": "1", "rotated": body}) + "\n")
        return 0
    environment.out(f"The store has a new data key (fingerprint {rotated.fingerprint}).\n")
    if rotated.kind in ("variable", "named-file", "command"):
        environment.out(f"It opens with the new key only: change {rotated.source} now.\n")
    if rotated.dropped:
        environment.err(
            f"hooks-cli: {changes.count(rotated.dropped, 'other slot', 'other slots')} could not be opened here and dropped; "
            "add again: key passphrase set, key add keyring"
        )
    environment.err("hooks-cli: backups made before this need the old key. A new paper copy: hooks-cli key export")
    return 0


def _new_key(call: Call, environment: Environment) -> bytes | None:
    from hooks_cli.crypto.keys.file import read_private
    from hooks_cli.crypto.keys.source import decode

    variable, path = call.text("new_variable"), call.text("new_file")
    if variable and path:
        raise KeySourceError(reason="two new keys are named", hint="Give one of --new-key-variable, --new-key-file.")
    if variable:
        source, text = variable, environment.variables.get(variable)
    elif path:
        source, text = path, read_private(path)
    else:
        return None
    if not text:
        raise KeySourceError(reason=f"{source} is not there, or empty")
    raw = decode(text, source)
    if raw is None:
        raise KeySourceError(reason=f"{source} holds no key", hint="A key is 64 hex digits or the base64 of 32 bytes.")
    return raw
