"""`--encrypt` of `memory export`, `--decrypt` of `memory import` and `memory restore`, and the passphrase of both."""

from __future__ import annotations

from hooks_cli.commands.options import shared
from hooks_cli.errors import UsageError
from hooks_cli.model.verb import Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO, Any

    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call
    from hooks_cli.system.output_file import Seal

    File = IO[bytes]
    Unseal = Callable[[File, str], File]

# What people call the one cipher there is.
_CIPHERS = ("aes", "aes256", "aes-256", "aes-256-gcm", "aes256-gcm", "aes256gcm", "gcm", "default", "auto")

PASSPHRASE_OPTIONS = (
    Option("passphrase", ("--passphrase",), "Ask for the passphrase.", "switch"),
    shared.PASSWORD_FILE,
    Option(
        "encrypt_key",
        ("--encrypt-key", "--encryption-key", "--decrypt-key", "--password"),
        "The file that holds the passphrase, or the passphrase itself, which everybody then sees in the list of processes.",
        metavar="TEXT",
        hidden=True,
    ),
)
SEALING_OPTIONS = (
    Option(
        "encrypt",
        ("--encrypt",),
        "Encrypt the file (AES-256-GCM): with the passphrase that is given, else with this store's key.",
        "optional",
        metavar="aes256",
    ),
    Option(
        "recipient",
        ("--recipient",),
        "Encrypt it for this public key instead, as a standard age file: age1…, an SSH key, or a file with one; may be repeated.",
        "many",
        metavar="KEY",
    ),
    *PASSPHRASE_OPTIONS,
)
OPENING_OPTIONS = (
    Option("decrypt", ("--decrypt",), "The file is encrypted (which is seen by itself).", "optional", metavar="aes256"),
    Option(
        "identity",
        ("--identity",),
        "The private key that opens an age file (default: ~/.ssh/id_ed25519, ~/.ssh/id_rsa, ~/.config/age/keys.txt).",
        metavar="FILE",
    ),
    *PASSPHRASE_OPTIONS,
)


def check_cipher(call: Call, name: str) -> bool:
    """Whether --encrypt or --decrypt is asked for. Raises UsageError (64) for another cipher."""
    given = call.values.get(name)
    if isinstance(given, str) and given.lower() not in _CIPHERS:
        raise UsageError(f"{call.verb.title} --{name} has no cipher {given}.", hint="It is always AES-256-GCM: aes256.")
    return isinstance(given, str) or given is True


def phrase_of(call: Call, environment: Environment, *, new: bool) -> str:
    """The passphrase, "" when none is given. Raises UsageError (64), InputMissing (66)."""
    import os

    from hooks_cli.commands.memory import backup

    given = call.text("encrypt_key")
    if given and not call.text("password_file"):
        if os.path.isfile(os.path.join(environment.cwd, given)):
            call.values["password_file"] = given
        else:
            environment.err(f"hooks-cli: a passphrase on the command line is seen by others; better: {_SAFER}")
            return given
    return backup.phrase_of(call, environment, new=new, piped=False)


_SAFER = "--password-file FILE"


def seal_of(call: Call, environment: Environment) -> Seal | None:
    """What seals an export, None when nothing asks for it. Raises UsageError (64), InputMissing (66)."""
    wanted = check_cipher(call, "encrypt")
    phrase = phrase_of(call, environment, new=True)
    recipients = call.words("recipient")
    if recipients and phrase:
        raise UsageError(f"{call.verb.title}: --recipient and a passphrase exclude each other.")
    if not wanted and not phrase and not recipients:
        return None
    if call.values.get("encrypt") is False:
        raise UsageError(f"{call.verb.title}: --encrypt false, but a passphrase or a recipient is given.")
    if recipients or phrase:
        from hooks_cli.crypto import age_files

        if recipients or age_files.is_installed():
            return _age_sealing(environment, phrase, recipients)
    return sealing(environment, phrase)


def _age_sealing(environment: Environment, phrase: str, recipients: list[str]) -> Seal:
    """Makes a standard age file, for public keys or for a passphrase. Raises UsageError (64), InputMissing (66), ExtraMissing (69)."""
    import os

    from hooks_cli.crypto import age_files

    named = [word if word.startswith(("age1", "ssh-")) else os.path.join(environment.cwd, word) for word in recipients]
    keys = age_files.recipients_of(named) if named else []
    return lambda file: age_files.AgeWriter(file, phrase, keys)


def sealing(environment: Environment, phrase: str) -> Seal:
    """Seals with the phrase, or without one with the store's key."""

    def seal(file: File) -> Any:
        from hooks_cli.crypto.sealed_file import SealedWriter

        return SealedWriter(file, phrase, lambda: store_key(environment))

    return seal


def unsealing(call: Call, environment: Environment) -> Unseal:
    """Opens what `sealing` made. Raises UsageError (64), InputMissing (66)."""
    check_cipher(call, "decrypt")
    phrase = phrase_of(call, environment, new=False)

    def unseal(file: File, name: str) -> File:
        import os

        from hooks_cli.crypto import age_files
        from hooks_cli.crypto.sealed_file import opened
        from hooks_cli.text.sealed_marker import AGE_MAGIC

        if file.peek(len(AGE_MAGIC)).startswith(AGE_MAGIC):  # type: ignore[attr-defined]
            identity = call.text("identity")
            path = os.path.join(environment.cwd, identity) if identity else ""
            return age_files.opened(file, name, phrase, path, environment.folders.home)
        return opened(file, name, phrase, lambda: store_key(environment))

    return unseal


def store_key(environment: Environment) -> tuple[bytes, str]:
    """The store's data key and where it comes from. Raises KeyMissing (77)."""
    from hooks_cli.crypto.keys import source

    key = source.resolve(environment)
    return key.raw, key.source
