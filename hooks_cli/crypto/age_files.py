"""Age files (age-encryption.org/v1), which the `age` program opens too. Loaded on demand (pyrage, extra `remote`)."""

from __future__ import annotations

import io
import os
from typing import IO, Any

from hooks_cli.errors import DataError, ExtraMissing, InputMissing, UsageError, WrongKey

AGE_MAGIC = b"age-encryption.org/"
ARMOR_MAGIC = b"-----BEGIN AGE ENCRYPTED FILE-----"
LARGEST_KEY_FILE = 64 * 1024
# What the header of a file says that a passphrase opens.
PHRASE_STANZA = b"-> scrypt "
LONGEST_HEADER = 4096
# Where a user's own keys are looked for, below the home.
USUAL_IDENTITIES = (".ssh/id_ed25519", ".ssh/id_rsa", ".config/age/keys.txt")


def is_age_file(start: bytes) -> bool:
    """Whether a file that begins so is an age file."""
    return start.startswith((AGE_MAGIC, ARMOR_MAGIC))


def recipients_of(words: list[str]) -> list[Any]:
    """The public keys that words name: an age key, an SSH public key, or a file with one of either kind a line.

    Raises UsageError (64), InputMissing (66), ExtraMissing (69)."""
    _pyrage()
    found = []
    for word in words:
        if word.startswith(("age1", "ssh-")):
            found.append(_recipient(word))
            continue
        try:
            with open(word, encoding="utf-8", errors="replace") as file:
                lines = [line.strip() for line in file.read(LARGEST_KEY_FILE).splitlines()]
        except OSError as error:
            raise InputMissing(
                path=word,
                reason=error.strerror or str(error),
                hint="A recipient is age1…, an SSH public key (ssh-ed25519 …), or a file that holds one.",
            ) from None
        found += [_recipient(line) for line in lines if line and not line.startswith("#")]
    if not found:
        raise UsageError("There is no recipient: name an age key or an SSH public key.")
    return found


def identities_of(path: str, home: str) -> list[Any]:
    """The private keys of a file, or without one those that lie at the usual places. Raises InputMissing (66), UsageError (64)."""
    _pyrage()
    if path:
        return _identities(path, True)
    found = []
    for place in USUAL_IDENTITIES:
        if os.path.exists(os.path.join(home, place)):
            found += _identities(os.path.join(home, place), False)
    if not found:
        raise InputMissing(
            path=", ".join(f"~/{place}" for place in USUAL_IDENTITIES),
            reason="none of them is there",
            hint="Name your private key: --identity FILE",
        )
    return found


def encrypt(content: bytes, recipients: list[Any]) -> bytes:
    """An age file for these public keys."""
    return bytes(_pyrage().encrypt(content, recipients))


def encrypt_with_phrase(content: bytes, phrase: str) -> bytes:
    """An age file that a passphrase opens."""
    return bytes(_pyrage().passphrase.encrypt(content, phrase))


def decrypt(content: bytes, identities: list[Any], name: str) -> bytes:
    """The content of an age file. Raises WrongKey (77) naming `name` when none of the keys opens it, or it was altered."""
    pyrage = _pyrage()
    try:
        return bytes(pyrage.decrypt(content, identities))
    except pyrage.DecryptError as error:
        raise WrongKey(
            f"None of the keys opens {name}: {error}.", hint="Name your private key: --identity FILE"
        ) from None


def decrypt_with_phrase(content: bytes, phrase: str, name: str) -> bytes:
    """The content of an age file that was made with a passphrase. Raises WrongKey (77)."""
    pyrage = _pyrage()
    try:
        return bytes(pyrage.passphrase.decrypt(content, phrase))
    except pyrage.DecryptError as error:
        raise WrongKey(
            f"The passphrase does not open {name}: {error}.", hint="It is the one that the file was made with."
        ) from None


class AgeWriter:
    """`write` takes the content; `finish` writes the age file. What was written is kept in memory until then. The caller owns the file."""

    def __init__(self, file: IO[bytes], phrase: str, recipients: list[Any]) -> None:
        self._file = file
        self._phrase = phrase
        self._recipients = recipients
        self._content = bytearray()

    def write(self, content: Any) -> int:
        """Keep it."""
        self._content += content
        return len(content)

    def flush(self) -> None:
        """Nothing: the file is written at the end."""

    def finish(self) -> None:
        """Write the file."""
        content = bytes(self._content)
        if self._recipients:
            self._file.write(encrypt(content, self._recipients))
        else:
            self._file.write(encrypt_with_phrase(content, self._phrase))


def opened(file: IO[bytes], name: str, phrase: str, identity: str, home: str) -> IO[bytes]:
    """The content of an age file that stands at its beginning: by the phrase, or by private keys (`identities_of`).

    Raises WrongKey (77), InputMissing (66), UsageError (64), ExtraMissing (69)."""
    content = file.read()
    if phrase:
        plain = decrypt_with_phrase(content, phrase, name)
    elif PHRASE_STANZA in content[:LONGEST_HEADER]:
        raise WrongKey(
            f"{name} is encrypted with a passphrase.", hint="Give it: --password-file FILE, or --passphrase."
        )
    else:
        plain = decrypt(content, identities_of(identity, home), name)
    return io.BufferedReader(io.BytesIO(plain))


def is_installed() -> bool:
    """Whether age files can be written here."""
    import importlib.util

    return importlib.util.find_spec("pyrage") is not None


def _recipient(word: str) -> Any:
    pyrage = _pyrage()
    try:
        if word.startswith("ssh-"):
            return pyrage.ssh.Recipient.from_str(word)
        return pyrage.x25519.Recipient.from_str(word)
    except pyrage.RecipientError as error:
        raise UsageError(f"This is not a recipient: {word[:60]!r} ({error}).") from None


def _identities(path: str, named: bool) -> list[Any]:
    pyrage = _pyrage()
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST_KEY_FILE)
    except OSError as error:
        raise InputMissing(path=path, reason=error.strerror or str(error)) from None
    try:
        if b"AGE-SECRET-KEY-" in content:
            lines = content.decode("utf-8", "replace").split()
            return [pyrage.x25519.Identity.from_str(word) for word in lines if word.startswith("AGE-SECRET-KEY-")]
        return [pyrage.ssh.Identity.from_buffer(content)]
    except pyrage.IdentityError as error:
        if named:
            raise DataError(f"{path} is not a private key of age or SSH that could be used: {error}.") from None
        return []


def _pyrage() -> Any:
    """The library. Raises ExtraMissing (69) where it is not installed."""
    try:
        import pyrage
    except ImportError:
        raise ExtraMissing(feature="Reading or writing age files", extra="remote") from None
    return pyrage
