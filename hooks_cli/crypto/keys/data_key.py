"""The data key (the key that encrypts the database), and which source the caller named for it."""

from __future__ import annotations

from hooks_cli.crypto.keys.file import KEY_BYTES, read_private
from hooks_cli.errors import KeySourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    class _Settings(Protocol):
        def get(self, name: str, /) -> object: ...

    class _Places(Protocol):
        @property
        def store_path(self) -> str: ...
        @property
        def key_path(self) -> str: ...
        @property
        def slots_path(self) -> str: ...

    class KeyEnvironment(Protocol):
        """What is read of the environment: see `hooks_cli.environment.Environment`."""

        @property
        def variables(self) -> Mapping[str, str]: ...
        @property
        def places(self) -> _Places: ...
        @property
        def settings(self) -> _Settings: ...


VARIABLE = "MEMORY_ENCRYPTION_KEY"


FILE_VARIABLE = "MEMORY_ENCRYPTION_KEY_FILE"


COMMAND_VARIABLE = "MEMORY_ENCRYPTION_KEY_COMMAND"


class Key:
    """A data key: `raw` is 32 bytes; `source` says in words where it came from; `kind` is one of

    `file`, `variable`, `named-file`, `command` (the source held the key itself), `passphrase` (a slot was unwrapped)
    and `unlocked` (a slot was unwrapped earlier, by `hooks-cli unlock`).
    """

    __slots__ = ("kind", "raw", "source")

    def __init__(self, raw: bytes, source: str, kind: str = "file") -> None:
        if len(raw) != KEY_BYTES:
            raise KeySourceError(reason=f"{source} gives {len(raw)} bytes instead of {KEY_BYTES}")
        self.raw = raw
        self.source = source
        self.kind = kind

    def __repr__(self) -> str:
        return f"Key(source={self.source!r}, kind={self.kind!r})"


def fingerprint(raw: bytes) -> str:
    """Sixteen hex digits by which a key is told from others; nothing of the key follows from them."""
    from hooks_cli.crypto.ledger import subkey

    return subkey(raw, b"fingerprint").hex()[:16]


def explicit_source(environment: KeyEnvironment) -> tuple[str, str, str] | None:
    """The one source that is named: (kind, its name in words, the text it holds, without the final line break).

    None when the key file is in charge. Raises KeySourceError (78) for two sources, an empty one, an unresolved `${…}`.
    """
    variables, settings = environment.variables, environment.settings
    configured = settings.get("memory.security.encryption_key")
    variable = _variable_named(configured) if configured else VARIABLE
    named = [name for name in (VARIABLE, FILE_VARIABLE, COMMAND_VARIABLE) if name in variables]
    if configured and variable not in named:
        named.append(variable)
    named += [name for name in ("key_file", "key_command") if settings.get("memory.security." + name)]
    if not named:
        return None
    if len(named) > 1:
        raise KeySourceError(reason=f"two sources are named, {named[0]} and {named[1]}", hint="Keep one of them.")
    name = named[0]
    if name == "key_file":
        return _named_file(str(settings.get("memory.security.key_file")), "key_file in the settings")
    if name == "key_command":
        return _command(settings.get("memory.security.key_command"), "key_command in the settings")
    value = variables.get(name)
    if value is None:
        raise KeySourceError(
            reason=f"encryption_key is ${{{name}}}, but the variable {name} is not set",
            hint=f"Set {name}, or take encryption_key out of the settings to use the key file.",
        )
    if not value.strip():
        raise KeySourceError(reason=f"{name} is set but empty", hint=f"Give it a value, or: unset {name}")
    if name == FILE_VARIABLE:
        return _named_file(value, name)
    if name == COMMAND_VARIABLE:
        return _command(value, name)
    return "variable", name, value


def _named_file(path: str, name: str) -> tuple[str, str, str]:
    text = read_private(path)
    if text is None:
        raise KeySourceError(reason=f"{name} names {path}, which is not there")
    if not text.strip():
        raise KeySourceError(reason=f"the file {path} ({name}) is empty")
    return "named-file", f"the file {path} ({name})", text


def _command(command: object, name: str) -> tuple[str, str, str]:
    from hooks_cli.crypto.keys import command as key_command

    return "command", f"the command in {name}", key_command.output(command, name)


def _variable_named(configured: object) -> str:
    """`${NAME}` -> NAME. The settings never hold a key itself: they are copied, synced and shown."""
    text = configured if isinstance(configured, str) else ""
    name = text[2:-1] if text.startswith("${") and text.endswith("}") else ""
    if not (name.isidentifier() and name.isascii()) or name in (FILE_VARIABLE, COMMAND_VARIABLE):
        raise KeySourceError(
            reason='encryption_key in the settings is not of the form "${NAME}"',
            hint='Put the key in an environment variable and write: encryption_key = "${{MEMORY_ENCRYPTION_KEY}}"',
        )
    return name
