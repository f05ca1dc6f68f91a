"""`Environment`, the context of one call: settings, paths, key source, streams, clock. Every verb is given one.

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
from stat import S_ISDIR

from hooks_cli.errors import ConfigError
from hooks_cli.project.discovery import PROJECT_FILE, STORE_FILE, Project, discover, removed_folder, stem_of
from hooks_cli.settings import settings as settings_keys
from hooks_cli.system.streams import Streams, lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    class Span(Protocol):
        """One command as telemetry sees it (`features.telemetry.span`)."""

        def end(self, code: int, error: BaseException | None) -> None:
            """The command is done."""


PROGRAM = "hooks-cli"


class Environment(Streams):
    """Who, where and when. `variables` are the environment variables, `cwd` the current directory (a real path).

    `lenient` is set for hooks verbs: a broken hooks.toml is then one line on stderr, and not the end.
    """

    def __init__(self, variables: Mapping[str, str], cwd: str = "") -> None:
        """Take the variables and the current directory; without `cwd` the process's own is asked for when it is needed."""
        super().__init__(variables)
        self.lenient = False
        # Set for a call that may be queued (`features.journal.call_queue`): its identity, and the transaction that kept it.
        self.call_id = ""
        self.transaction: object = None
        # Set while a queued call is taken in: the open store, and the file as it was when the call was made.
        self.store_at_hand: object = None
        self.accept_rollback = False
        self.captured: object = None
        # The span of this command, and what it is to tell; only where telemetry is configured.
        self.span: Span | None = None
        self.span_facts: dict[str, str | int] | None = None
        if cwd:
            self.cwd = cwd

    @classmethod
    def from_process(cls) -> Environment:
        """The environment of this process."""
        return cls(os.environ)  # a copy would decode them all, and few are asked for

    @lazy
    def cwd(self) -> str:
        """The current directory; where it was when it has been removed since. Raises ConfigError (78) when nobody knows that either."""
        try:
            return os.getcwd()
        except OSError as error:
            told = self.variables.get("PWD", "") or removed_folder()  # the launcher's shell unsets PWD then
            if os.path.isabs(told):
                return os.path.realpath(told)
            raise ConfigError(
                "The current directory is not there any more, so which project this is cannot be told.",
                path="current directory",
                reason=str(error.strerror),
                hint="cd into the project, or name it: CLAUDE_PROJECT_DIR=FOLDER",
            ) from None

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
        """The user's home: HOME, else the password database. Raises ConfigError (78) without either."""
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

    def machine(self, create: bool = True) -> bytes:
        """The number that this machine made for itself (16 bytes), b"" when there is none and `create` is false, or it cannot be kept."""
        try:
            descriptor = os.open(os.path.join(self.data_dir, "machine"), os.O_RDONLY | os.O_CLOEXEC)
            try:
                number = bytes.fromhex(os.read(descriptor, 64).decode())
            finally:
                os.close(descriptor)
        except (ConfigError, OSError, ValueError):
            number = b""
        if len(number) == 16 or not create:
            return number
        from hooks_cli.system import machine_id

        try:
            return machine_id.make(self.data_dir)
        except ConfigError:
            return b""

    @lazy
    def project_dir(self) -> str:
        """The project's folder in the data directory: the store lies there unless another place is named."""
        return os.path.join(self.data_dir, "projects", self.project_stem)

    @lazy
    def named_store(self) -> str:
        """The real path of the store when HOOKS_STORE or a settings file names one, else "". Raises ConfigError (78) for no file's name."""
        named = self.variables.get("HOOKS_STORE", "")
        if not named:
            named = self.settings.text("memory.store")
            if not named or os.path.isabs(named):
                return os.path.realpath(named) if named else ""
            from hooks_cli.project.trust import store_inside

            place, reason = store_inside(named, self.project_home, self.settings.trusted, self.keys_dir)
            if reason:
                self.err(f"hooks-cli: Ignored in {self.project_config_path}: {reason}")
            return place
        try:
            place = os.path.realpath(os.path.join(self.cwd, named))
        except ValueError:
            raise ConfigError(path="HOOKS_STORE", reason="it holds a NUL character") from None
        if os.path.isdir(place):
            raise ConfigError(
                path="HOOKS_STORE", reason=f"it names the folder {place}; name a file, for example {place}/{STORE_FILE}"
            )
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

    def in_project(self, stem: str, home: str = "") -> Environment:
        """The environment of another project of this user, by the name of its folder among the stores.

        `home` is where the project's own folder is or was ("" when nobody knows). The settings are those of the present project:
        a store is opened by the rules of who opens it, and the other folder may be gone.
        """
        other = Environment({**self.variables, "HOOKS_STORE": ""}, self.cwd)
        other.lenient = self.lenient
        other.project = Project(home, home, "listed")
        other.project_stem = stem
        other.named_store = ""
        other.settings = self.settings
        return other

    @property
    def queue_dir(self) -> str:
        """The folder of the calls that wait to be taken into the store; it is there only while some do."""
        return self.store_path + ".queue"

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

    @property
    def trust_path(self) -> str:
        """The note that says that the user trusts this project's settings file (`project.trust`)."""
        return os.path.join(self.config_dir, "trusted", self.project_stem)

    # --- settings ------------------------------------------------------------------------------------------------------

    @lazy
    def settings(self) -> settings_keys.Settings:
        """The settings in force. What a file may not say is told on stderr, a line each, once per process.

        Raises ConfigError (78) for a file that is not valid; a hooks verb goes on without a broken hooks.toml, with one line.
        """
        path = self.project_config_path
        cache = os.path.join(self.cache_dir, "settings", stem_of(self.project.root) + ".cache")
        settings = settings_keys.load(self.user_config_path, path, cache, self.trust_path, self._trusts_project)
        for line in settings.warnings:
            self.err(f"hooks-cli: {line}")
        if settings.problem:
            if not self.lenient:
                raise ConfigError(
                    path=path, reason=settings.problem, hint="Mend it, or remove it. See: hooks-cli config check"
                )
            self.err(f"hooks-cli: the configuration {path} is not valid and was not used: {settings.problem}.")
        return settings

    def _trusts_project(self) -> bool:
        from hooks_cli.project.trust import is_trusted

        return is_trusted(self.trust_path, self.project.home)

    def ancestors(self) -> list[tuple[int, int]]:
        """(pid, start time) of the processes that this call descends from, nearest first."""
        from hooks_cli.system.process_ancestry import ancestors

        return ancestors()

    @lazy
    def trace(self) -> str | None:
        """The ids of the trace that this call belongs to, `<trace id>-<span id>`: its own span's, else those in TRACEPARENT."""
        parent = self.variables.get("TRACEPARENT", "")
        if not parent:
            return None
        from hooks_cli.text.trace_ids import parent_ids

        return parent_ids(parent)

    def now(self) -> int:
        """Milliseconds since 1970 in UTC. HOOKS_NOW (ISO 8601, or milliseconds) stops the clock there, for repeatable runs.

        Raises ConfigError (78) when it is no time.
        """
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
