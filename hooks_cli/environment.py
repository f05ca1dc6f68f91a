"""Who, where and when: the one object that is handed to every verb.

Built once, in `entry`, from the process (`Environment.from_process`) or, in tests, from plain values. Nothing is computed before
it is asked for: the project is looked for when the store's path is needed, the settings are read when a setting is. On the hot
path it imports nothing but `os`, `sys` and `time`.

Variables that it reads (docs/configuration.md): HOOKS_HOME, HOOKS_STORE, HOOKS_NOW, CLAUDE_PROJECT_DIR, HOME, XDG_DATA_HOME,
XDG_CONFIG_HOME, XDG_CACHE_HOME, NO_COLOR, TERM. An empty one counts as not set.
"""

from __future__ import annotations

import os
import sys
import time
from stat import S_ISDIR, S_ISREG

from hooks_cli import config
from hooks_cli.errors import ConfigError, InputMissing, TooLarge
from hooks_cli.private_files import make_folder, trouble, write_file
from hooks_cli.project import PROJECT_FILE, STORE_FILE, Project, discover, stem_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from functools import cached_property as lazy
else:

    class lazy:  # noqa: N801
        """A property that is computed once: functools.cached_property without its imports."""

        def __init__(self, compute):
            self.compute = compute
            self.__doc__ = compute.__doc__

        def __set_name__(self, owner, name):
            self.name = name

        def __get__(self, instance, owner=None):
            if instance is None:
                return self
            value = instance.__dict__[self.name] = self.compute(instance)
            return value


PROGRAM = "hooks-cli"
FLUSH_AT = 1 << 16


class Environment:
    """Who, where and when. `variables` are the environment variables, `cwd` the current directory (a real path).

    `lenient` is set for hooks verbs: a broken hooks.toml is then one line on stderr, and not the end.
    """

    def __init__(self, variables: Mapping[str, str], cwd: str = "") -> None:
        """Take the variables and the current directory; without `cwd` the process's own is asked for when it is needed."""
        self.variables = variables
        self.lenient = False
        self._pending: list[bytes] = []
        self._pending_size = 0
        self._out_closed = False
        if cwd:
            self.cwd = cwd

    @classmethod
    def from_process(cls) -> Environment:
        """The environment of this process."""
        if sys.stdin is None or sys.stdout is None or sys.stderr is None:
            # A standard stream that was closed would lend its number to the next file opened, and our output would go there.
            while os.open(os.devnull, os.O_RDWR) <= 2:
                pass
        return cls(dict(os.environ))

    # --- where ---------------------------------------------------------------------------------------------------------

    @lazy
    def cwd(self) -> str:
        """The current directory; where it was when it has been removed since."""
        try:
            return os.getcwd()
        except OSError as error:
            told = self.variables.get("PWD", "")
            if os.path.isabs(told):
                return os.path.realpath(told)
            raise ConfigError(path="current directory", reason=f"it is not there any more ({error.strerror})") from None

    @lazy
    def start_dir(self) -> str:
        """The folder from which the project is looked for: CLAUDE_PROJECT_DIR when it is one, else the current directory."""
        named = self.variables.get("CLAUDE_PROJECT_DIR", "")
        if named:
            place = os.path.join(self.cwd, named)
            try:
                if S_ISDIR(os.stat(place).st_mode):
                    return os.path.realpath(place)
            except (OSError, ValueError):
                pass
        return self.cwd

    @lazy
    def project(self) -> Project:
        """The project, as `project.discover` finds it."""
        return discover(self.start_dir, os.path.join(self.data_dir, "projects"))

    @property
    def project_root(self) -> str:
        """The top of the working tree (a real path): its files belong to the project, its hooks.toml applies."""
        return self.project.root

    @property
    def project_home(self) -> str:
        """The folder that stands for the project (a real path): the main working tree when `project_root` is a linked one."""
        return self.project.home

    @lazy
    def project_stem(self) -> str:
        """`<name>-<hash>`: the name of the project's folder under `<data>/projects`."""
        return stem_of(self.project.home)

    @property
    def project_name(self) -> str:
        """The project's name, of ASCII letters, digits, `.`, `_` and `-`."""
        return self.project_stem[:-17]

    @lazy
    def home(self) -> str:
        """The user's home: HOME, else the password database."""
        home = self.variables.get("HOME", "")
        if os.path.isabs(home):
            return home
        try:
            import pwd

            home = pwd.getpwuid(os.getuid()).pw_dir
        except (ImportError, KeyError):
            home = ""
        if os.path.isabs(home):
            return home
        raise ConfigError(
            path="environment",
            reason="HOME is not set and the user has no home directory",
            hint="Set HOME, or HOOKS_HOME=FOLDER for this program's files alone.",
        )

    @lazy
    def data_dir(self) -> str:
        """Where the stores are kept."""
        return self._user_dir("data", "XDG_DATA_HOME", ".local/share", "Library/Application Support")

    @lazy
    def config_dir(self) -> str:
        """Where config.toml and the keys are kept."""
        return self._user_dir("config", "XDG_CONFIG_HOME", ".config", "Library/Application Support")

    @lazy
    def cache_dir(self) -> str:
        """Where what can be made again is kept."""
        return self._user_dir("cache", "XDG_CACHE_HOME", ".cache", "Library/Caches")

    def _user_dir(self, kind: str, xdg: str, unix: str, mac: str) -> str:
        """One of the user's folders as platformdirs names it; importing that would cost more than the rest of a hot command."""
        moved = self.variables.get("HOOKS_HOME", "")
        if moved:
            return os.path.normpath(os.path.join(self.cwd, moved, kind))
        if os.name != "posix":
            import platformdirs

            return str(getattr(platformdirs, f"user_{kind}_dir")(PROGRAM, appauthor=False))
        named = self.variables.get(xdg, "")
        if os.path.isabs(named):
            return os.path.join(named, PROGRAM)
        return os.path.join(self.home, mac if sys.platform == "darwin" else unix, PROGRAM)

    @lazy
    def project_dir(self) -> str:
        """The project's folder in the data directory: the store lies there unless another place is named."""
        return os.path.join(self.data_dir, "projects", self.project_stem)

    @lazy
    def named_store(self) -> str:
        """The real path of the store when HOOKS_STORE or a settings file names one, else ""."""
        named = self.variables.get("HOOKS_STORE", "")
        if not named:
            return self.settings.text("memory.store")
        try:
            place = os.path.realpath(os.path.join(self.cwd, named))
        except ValueError:
            raise ConfigError(path="HOOKS_STORE", reason="it holds a NUL character") from None
        if os.path.isdir(place):
            raise ConfigError(path="HOOKS_STORE", reason=f"it names the folder {place}; name a file, for example {place}/{STORE_FILE}")
        return place

    @lazy
    def store_path(self) -> str:
        """The store's database file."""
        return self.named_store or os.path.join(self.project_dir, STORE_FILE)

    @lazy
    def store_stem(self) -> str:
        """`<name>-<hash>`: the name of what is kept for this store elsewhere (its key above all)."""
        return stem_of(self.named_store) if self.named_store else self.project_stem

    @property
    def keys_dir(self) -> str:
        """The folder of the key files, apart from the data."""
        return os.path.join(self.config_dir, "keys")

    @property
    def key_path(self) -> str:
        """The store's key file."""
        return os.path.join(self.keys_dir, self.store_stem + ".key")

    @property
    def anchor_path(self) -> str:
        """The file with the newest revision and hash that were seen, against roll-back."""
        return os.path.join(self.keys_dir, self.store_stem + ".anchor")

    @property
    def slots_path(self) -> str:
        """The file with the wrapped keys (passphrase, keyring)."""
        return os.path.join(self.keys_dir, self.store_stem + ".slots")

    @property
    def exports_dir(self) -> str:
        """Where session-end puts its metrics files: beside the stores."""
        return os.path.join(self.data_dir, "exports")

    @property
    def user_config_path(self) -> str:
        """The user's settings file."""
        return os.path.join(self.config_dir, "config.toml")

    @property
    def project_config_path(self) -> str:
        """The project's settings file."""
        return os.path.join(self.project.root, PROJECT_FILE)

    def prepare_store_folder(self) -> None:
        """Make the folder that the store is about to be created in (0700), and leave the project's path there (0600).

        The file `path` is what `project list` and `project adopt` read. Raises CannotCreate (73), PermissionRefused (77) or
        DiskFull (74).
        """
        make_folder(os.path.dirname(self.store_path))
        if not self.named_store:
            write_file(os.path.join(self.project_dir, "path"), os.fsencode(self.project.home) + b"\n")

    # --- settings ------------------------------------------------------------------------------------------------------

    @lazy
    def settings(self) -> config.Settings:
        """The settings in force. What a file may not say is told on stderr, a line each, once per process.

        Raises ConfigError (78) for a file that is not valid; a hooks verb goes on without a broken hooks.toml, with one line.
        """
        path = self.project_config_path
        cache = os.path.join(self.cache_dir, "settings", stem_of(self.project.root) + ".cache")
        settings = config.load(self.user_config_path, path, cache)
        for line in settings.warnings:
            self.err(line)
        if settings.problem:
            if not self.lenient:
                raise ConfigError(path=path, reason=settings.problem, hint="Mend it, or remove it. See: hooks-cli config check")
            self.err(f"The configuration {path} is not valid and was not used: {settings.problem}.")
        return settings

    # --- when ----------------------------------------------------------------------------------------------------------

    def now(self) -> int:
        """Milliseconds since 1970 in UTC. HOOKS_NOW (ISO 8601, or milliseconds) stops the clock there, for repeatable runs."""
        fixed = self.variables.get("HOOKS_NOW", "")
        if not fixed:
            return time.time_ns() // 1_000_000
        if fixed.isascii() and fixed.isdigit():
            return int(fixed)
        from datetime import UTC, datetime, timedelta

        try:
            moment = datetime.fromisoformat(fixed)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
        except (ValueError, OverflowError):
            raise ConfigError(
                path="HOOKS_NOW", reason=f"{fixed!r} is neither a time in ISO 8601 nor milliseconds since 1970"
            ) from None

    # --- in and out ----------------------------------------------------------------------------------------------------

    def out(self, text: str) -> None:
        """Write text to standard output as UTF-8, exactly; bytes that a file name smuggled in (surrogates) come out as they were."""
        try:
            data = text.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            data = text.encode("utf-8", "backslashreplace")
        self.out_bytes(data)

    def out_bytes(self, data: bytes) -> None:
        """Write bytes to standard output. They are kept until there are 64 KiB of them, or `flush`."""
        self._pending.append(data)
        self._pending_size += len(data)
        if self._pending_size >= FLUSH_AT:
            self.flush()

    def flush(self) -> None:
        """Bring to standard output what is kept. A reader that went away (`| head`) is no error; a full disk is (74)."""
        data, self._pending, self._pending_size = b"".join(self._pending), [], 0
        view = memoryview(data)
        while view and not self._out_closed:
            try:
                view = view[os.write(1, view) :]
            except BrokenPipeError:
                self._out_closed = True
            except BlockingIOError:
                time.sleep(0.001)
            except OSError as error:
                self._out_closed = True
                raise trouble("standard output", error) from None

    def err(self, line: str) -> None:
        """Write one line to standard error, at once; characters that could steer a terminal are shown as escapes."""
        if not line.isprintable():
            line = "".join(c if c.isprintable() or c in "\n\t" else _escaped(c) for c in line)
        view = memoryview((line + "\n").encode("utf-8", "backslashreplace"))
        try:
            while view:
                view = view[os.write(2, view) :]
        except OSError:
            pass  # there is nobody left to tell

    def read_stdin(self, limit: int, patience_ms: int | None = None) -> bytes:
        """All of standard input, exactly. With `patience_ms` it waits so long for the first byte, and gives b"" if none comes.

        Raises TooLarge (65) beyond `limit` bytes, InputMissing (66) when it cannot be read.
        """
        try:
            mode = os.fstat(0).st_mode
            if patience_ms is not None and not S_ISREG(mode):
                import select

                ready, _, _ = select.select([0], [], [], patience_ms / 1000)
                if not ready:
                    return b""
            parts, size = [], 0
            while True:
                part = os.read(0, 1 << 20)
                if not part:
                    return b"".join(parts)
                parts.append(part)
                size += len(part)
                if size > limit:
                    raise TooLarge(what="The standard input", size=f"more than {limit}", limit=limit)
        except OSError as error:
            raise InputMissing(path="standard input", reason=error.strerror or str(error)) from None

    def is_terminal(self, fd: int) -> bool:
        """Whether a file descriptor (0, 1 or 2) is a terminal."""
        try:
            return os.isatty(fd)
        except OSError:
            return False

    @lazy
    def colour(self) -> bool:
        """Whether standard output takes colour and decoration: a terminal that is not dumb, without NO_COLOR (no-color.org)."""
        variables = self.variables
        return not variables.get("NO_COLOR") and variables.get("TERM") != "dumb" and self.is_terminal(1)


def _escaped(character: str) -> str:
    """A JSON escape, so that a JSON line stays valid."""
    code = ord(character)
    if code > 0xFFFF:
        code -= 0x10000
        return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
    return f"\\u{code:04x}"
