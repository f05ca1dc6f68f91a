"""The errors that users meet: each class has a message, an exit code and a hint that says what to type.

The docstring of a class is its message, with `{named}` holes that are filled from the keyword arguments; the class
attribute `exit_code` is the process's exit code (sysexits(3); `docs/exit-codes.md`; never renumbered, never 2, because agents'
hook protocols read 2 as "block the tool call"). `hint` says what to do and may have the same holes. `name` is the stable word
for programs (`--json` prints it): the class's name in kebab case. `entry.main` is the one place where an error becomes text on
stderr and an exit code.

>>> str(KeyMissing(store="/x/memory.db", source="the key file /y/k"))
'The store /x/memory.db exists, but its key is missing: the key file /y/k.'
"""

from __future__ import annotations


class HooksError(Exception):
    """{message}"""

    exit_code = 70
    hint = ""

    def __init__(self, message: str = "", **holes: object) -> None:
        """Take the values for the holes of the docstring and the hint; `hint=` replaces the class's hint, as it stands.

        It has no holes: what it names may have braces of its own (`memory history '{agent}/notes'`).
        """
        given = str(holes.pop("hint", ""))
        self.hint_text = given or _fill(self.hint, holes)
        self.details = holes
        super().__init__(message or _fill(type(self).__doc__ or "", holes))

    @property
    def name(self) -> str:
        """The stable machine-readable name: `VersionConflict` -> `version-conflict`."""
        kebab = "".join("-" + c.lower() if c.isupper() else c for c in type(self).__name__)
        return kebab.lstrip("-")


def _fill(template: str, holes: dict[str, object]) -> str:
    return template.format(**holes) if holes and "{" in template else template


# --- 1: an answer, not a fault -----------------------------------------------------------------------------------------
class NotFound(HooksError):
    """There is no entry at {address}."""

    exit_code = 1
    hint = "See what there is: memory list"


# --- 64: usage ---------------------------------------------------------------------------------------------------------
class UsageError(HooksError):
    """The call is not understood."""

    exit_code = 64


class MissingArgument(UsageError):
    """{verb} needs {what}."""

    hint = "See: {verb} --help"


class UnknownOption(UsageError):
    """{verb} has no option {option}."""


class UnknownVerb(UsageError):
    """There is no command {verb}."""


# --- 65: bad data ------------------------------------------------------------------------------------------------------
class DataError(HooksError):
    """The data is not valid."""

    exit_code = 65


class InvalidJson(DataError):
    """{what} is not valid JSON: error at character {position}{near}. Nothing was stored."""

    hint = "Quote it for the shell with single quotes: --metadata '{{\"p50_ms\": 45}}'"


class InvalidAddress(DataError):
    """{address!r} is not a valid address: {reason}."""

    hint = (
        "An address is 1 to 1,024 bytes of UTF-8, without control characters and without empty, '.' or '..' segments."
    )


class InvalidText(DataError):
    """{what} is not valid text: {reason}. Nothing was stored."""


class TooLarge(DataError):
    """{what} is {size} bytes; at most {limit} are allowed. Nothing was stored."""


class SchemaViolation(DataError):
    """{address} does not fit its schema: {reason}. Nothing was stored there."""


# --- 66: an input is missing -------------------------------------------------------------------------------------------
class InputMissing(HooksError):
    """The input file {path} cannot be read: {reason}."""

    exit_code = 66


# --- 69: the engine cannot do it ---------------------------------------------------------------------------------------
class Unavailable(HooksError):
    """The engine is unavailable."""

    exit_code = 69


class ExtraMissing(Unavailable):
    """{feature} needs the extra hooks-cli[{extra}], which is not installed."""

    def __init__(self, message: str = "", **holes: object) -> None:
        holes.setdefault("hint", f"Install it: {_install(str(holes.get('extra', '')))}")
        super().__init__(message, **holes)


def _install(extra: str) -> str:
    """The command that adds an extra to this installation: by pipx, by uv, or by pip of the interpreter that runs it."""
    import shlex
    import sys

    place = sys.prefix.replace("\\", "/")
    package = f"'hooks-cli[{extra}]'"
    if "/pipx/venvs/" in place:
        return f"pipx install --force {package}"
    if "/uv/tools/" in place:
        return f"uv tool install --force {package}"
    return f"{shlex.quote(sys.executable)} -m pip install {package}"


class NewerFormat(Unavailable):
    """The store {store} has format {found}; this program knows formats up to {known}."""

    hint = "Update hooks-cli; nothing was changed."


class NetworkFileSystem(Unavailable):
    """The store {store} is on a network file system ({kind}), which cannot hold a write-ahead log safely."""

    hint = "Use a local disk: HOOKS_STORE=/local/path/memory.db"


# --- 70: our bug -------------------------------------------------------------------------------------------------------
class InternalError(HooksError):
    """This is a bug in hooks-cli: {reason}."""

    hint = "Run again with HOOKS_DEBUG=1 to see the traceback, and report it."


# --- 73, 74, 75, 76 ----------------------------------------------------------------------------------------------------
class CannotCreate(HooksError):
    """{path} cannot be created: {reason}."""

    exit_code = 73


class OutputExists(CannotCreate):
    """{path} exists already and was not overwritten."""

    hint = "Give another name, or --force."


class StorageFailed(HooksError):
    """Reading or writing {path} failed: {reason}. Earlier writes are safe; this call stored nothing."""

    exit_code = 74


class DiskFull(StorageFailed):
    """The disk that holds {path} is full. Earlier writes are safe; this call stored nothing."""

    hint = "Free some space, or run: memory gc"


class OutputFailed(HooksError):
    """Writing to standard output failed: {reason}. What the command had to store is stored; only its output is missing."""

    exit_code = 74


class Busy(HooksError):
    """The store {store} is locked by another process; gave up after {seconds} s."""

    exit_code = 75
    hint = "Try again."


class VersionConflict(HooksError):
    """{address} is at version {current}, not {expected}: another process wrote it first. Nothing was stored."""

    exit_code = 76
    hint = "Read it again and repeat with --if-version {current}."


# --- 77: keys, permission, tampering -----------------------------------------------------------------------------------
class AccessDenied(HooksError):
    """Access is denied."""

    exit_code = 77


class WrongKey(AccessDenied):
    """The key from {source} does not open the store {store}."""

    hint = (
        "The store has another key or passphrase (see: hooks-cli key show), or its first page is damaged: then "
        "hooks-cli memory restore BACKUP brings it back. With neither key nor backup, move it away to start a new one."
    )


class KeyMissing(AccessDenied):
    """The store {store} exists, but its key is missing: {source}."""

    hint = "Put the key back (hooks-cli key import); without it the store cannot be read."


class KeyExposed(AccessDenied):
    """The key file {path} can be read by others (mode {mode})."""

    hint = "Run: chmod 600 '{path}'"


class NotEncrypted(AccessDenied):
    """The file {store} is not encrypted as it should be: {reason}."""

    hint = "Nothing was written. Move the file away, or set [memory.security] encrypt_at_rest = false in your own config.toml."


class Tampered(AccessDenied):
    """The store {store} was altered: expected {expected}, found {found}."""

    hint = (
        "It was rolled back, altered or damaged. To read it: hooks-cli memory recall KEY --accept-rollback. To replace it by a copy: "
        "hooks-cli memory restore BACKUP. To accept it: hooks-cli memory verify --accept-rollback"
    )


class StoreGone(AccessDenied):
    """The store {store} is missing, but its anchor {anchor} exists."""

    hint = "Restore it: hooks-cli memory restore BACKUP. To start an empty one: rm '{anchor}'"


class PermissionRefused(AccessDenied):
    """{path} may not be read or written: {reason}."""

    hint = "Look at it: ls -ld '{path}'"


class StoreReadOnly(PermissionRefused):
    """The store {store} can be read here, but not written: {reason}. Nothing was changed."""

    hint = "Reading verbs (recall, list, search, export …) work. To use another folder: HOOKS_HOME=FOLDER"


class Sealed(AccessDenied):
    """{address} is sealed (a sensitive value)."""

    hint = "Show it on a terminal with --reveal."


class ReadOnlyAgent(AccessDenied):
    """The agent {agent} has read-only memory access. Nothing was stored."""

    hint = "[agents.{agent}] memory_access in the settings decides this."


# --- 78: configuration -------------------------------------------------------------------------------------------------
class ConfigError(HooksError):
    """The configuration {path} is not valid: {reason}."""

    exit_code = 78


class KeySourceError(ConfigError):
    """The encryption key cannot be determined: {reason}."""


# --- 130 ---------------------------------------------------------------------------------------------------------------
class Interrupted(HooksError):
    """Interrupted."""

    exit_code = 130
