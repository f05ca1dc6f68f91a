"""`Environment`, the context of one call: streams, folders, project, settings, the places of the store, clock. Every verb is given one.

`entry` builds one `Environment` for a call (`Environment.from_process`); tests build it from plain values. Each part is found when it is
first asked for, in this order: the current directory and the user's folders, the project, the settings, the places of the store. On the
hot path it imports only `os`, `time` and small modules of ours.

Variables that are read (docs/configuration.md): HOOKS_HOME, HOOKS_STORE, HOOKS_NOW, CLAUDE_PROJECT_DIR, HOME, XDG_DATA_HOME,
XDG_CONFIG_HOME, XDG_CACHE_HOME, NO_COLOR, TERM, TRACEPARENT. An empty one counts as not set.
"""

from __future__ import annotations

import os
import time
from stat import S_ISDIR

from hooks_cli.errors import ConfigError
from hooks_cli.project.discovery import Project, discover, stem_of
from hooks_cli.project.places import StorePlaces, named_in_variable
from hooks_cli.settings import settings as settings_keys
from hooks_cli.system.streams import Streams
from hooks_cli.system.user_folders import UserFolders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from functools import cached_property
    from typing import Protocol

    class Span(Protocol):
        """One command as telemetry sees it (`features.telemetry.span`)."""

        def end(self, code: int, error: BaseException | None) -> None:
            """The command is done."""

    class Commit(Protocol):
        """A transaction that keeps a call (`store.sqlite.transaction`)."""

        ended: bool


if TYPE_CHECKING:
    lazy = cached_property
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


class Environment:
    """What a call needs. `variables` are the environment variables, `folders` the current directory and the user's folders.

    `out`, `value`, `out_bytes`, `flush`, `err`, `read_stdin` and `is_terminal` are those of `streams`. `lenient` is set for hooks verbs:
    a broken hooks.toml is then one line on stderr, and no error.
    """

    # Whether a queued call is taken in (`features.journal.replay`).
    replayed = False

    def __init__(self, variables: Mapping[str, str], cwd: str = "", streams: Streams | None = None) -> None:
        """Take the variables and the current directory; without `cwd` the process's own is asked for when it is needed."""
        self.variables = variables
        self.folders = UserFolders(variables, cwd)
        self.use(streams or Streams(variables))
        self.lenient = False
        self.accept_rollback = False
        # Set by --fresh: a read of a shared memory asks the server first.
        self.fresh = False
        # The identity of a call that may be queued (`features.journal.call_queue`), and the transaction that keeps the call.
        self.call_id = ""
        self.transaction: Commit | None = None
        # The span of this command, and what it is to tell; only where telemetry is configured.
        self.span: Span | None = None
        self.span_facts: dict[str, str | int] | None = None

    @classmethod
    def from_process(cls) -> Environment:
        """The environment of this process."""
        return cls(os.environ)  # a copy would decode them all, and few are asked for

    def use(self, streams: Streams) -> None:
        """Read and print through these streams from now on."""
        self.streams = streams
        self.out, self.value, self.out_bytes, self.flush = streams.out, streams.value, streams.out_bytes, streams.flush
        self.err, self.read_stdin, self.is_terminal = streams.err, streams.read_stdin, streams.is_terminal

    @property
    def cwd(self) -> str:
        """The current directory. Raises ConfigError (78) when it is gone and its path is unknown."""
        return self.folders.cwd

    @lazy
    def project(self) -> Project:
        """The project, as `project.discover` finds it from CLAUDE_PROJECT_DIR when that is a folder, else from the current directory."""
        start = self.cwd
        named = self.variables.get("CLAUDE_PROJECT_DIR", "")
        if named:
            place = os.path.join(start, named)
            try:
                if S_ISDIR(os.stat(place).st_mode):
                    start = os.path.realpath(place)
            except (OSError, ValueError):
                pass
        return discover(start, os.path.join(self.folders.data, "projects"), self.variables.get("HOME", ""))

    @lazy
    def settings(self) -> settings_keys.Settings:
        """The settings in force. What a file may not say is told on stderr, a line each, once per process.

        Raises ConfigError (78) for a file that is not valid; a hooks verb goes on without a broken hooks.toml, with one line.
        """
        project, folders = self.project, self.folders
        path = project.config_path
        cache = os.path.join(folders.cache, "settings", stem_of(project.root) + ".cache")
        trust_note = folders.trust_note(project.stem)

        def trusts_project() -> bool:
            from hooks_cli.project.trust import is_trusted

            return is_trusted(trust_note, project.home)

        settings = settings_keys.load(folders.user_config, path, cache, trust_note, trusts_project)
        for line in settings.warnings:
            self.err(f"hooks-cli: {line}")
        if settings.problem:
            if not self.lenient:
                raise ConfigError(
                    path=path, reason=settings.problem, hint="Mend it, or remove it. See: hooks-cli config check"
                )
            self.err(f"hooks-cli: the configuration {path} is not valid and was not used: {settings.problem}.")
        return settings

    @lazy
    def places(self) -> StorePlaces:
        """Where the store and its keys lie. Raises ConfigError (78) when HOOKS_STORE is not a file's name."""
        named = self.variables.get("HOOKS_STORE", "")
        place = (
            named_in_variable(self.folders.named_path("HOOKS_STORE", named), self.cwd)
            if named
            else self._named_in_settings()
        )
        return StorePlaces(self.folders, self.project.stem, place)

    def _named_in_settings(self) -> str:
        """The real path of the store when a settings file names one that counts, else ""."""
        named = self.settings.text("memory.store")
        if not named or os.path.isabs(named):
            return os.path.realpath(named) if named else ""
        from hooks_cli.project.trust import store_inside

        place, reason = store_inside(named, self.project.home, self.settings.trusted, self.folders.keys)
        if reason:
            self.err(f"hooks-cli: Ignored in {self.project.config_path}: {reason}")
        return place

    def in_project(self, stem: str, home: str = "") -> Environment:
        """The environment of another project of this user, by the name of its folder among the stores.

        `home` is where the project's own folder is or was ("" if unknown). The settings are those of the present project:
        a store is opened by the rules of who opens it, and the other folder may be gone.
        """
        other = Environment({**self.variables, "HOOKS_STORE": ""}, self.cwd)
        other.lenient = self.lenient
        other.project = Project(home, home, "listed", stem=stem)
        other.settings = self.settings
        other.places = StorePlaces(other.folders, stem)
        return other

    def ancestors(self) -> list[tuple[int, int]]:
        """(pid, start time) of the processes that this call descends from, nearest first."""
        from hooks_cli.system.process_ancestry import ancestors

        return ancestors()

    def holders(self) -> list[tuple[int, int]]:
        """Those of `ancestors` that a session is bound to: up to the first that had been running before the call was made."""
        from hooks_cli.system.process_ancestry import holders

        return holders(self.ancestors())

    @lazy
    def is_person(self) -> bool:
        """Whether a person called, at a terminal; else an agent, a script or a CI job (`system.caller_kind`)."""
        if not (self.is_terminal(0) and self.is_terminal(1)):
            return False
        from hooks_cli.system.caller_kind import is_person

        return is_person(self.variables, self.is_terminal)

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

        Raises ConfigError (78) when it is not a time.
        """
        fixed = self.variables.get("HOOKS_NOW", "")
        if not fixed:
            return time.time_ns() // 1_000_000
        if fixed.isascii() and fixed.isdigit():
            return int(fixed)
        from hooks_cli.system.fixed_clock import milliseconds

        return milliseconds(fixed)
