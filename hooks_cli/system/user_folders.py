"""The user's folders of this program: data, configuration and cache, as the XDG rules or HOOKS_HOME place them."""

from __future__ import annotations

import os
import sys

from hooks_cli.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

PROGRAM = "hooks-cli"


def removed_folder() -> str:
    """The path of a current directory that was removed, as Linux remembers it; "" where it is not known."""
    try:
        return os.readlink("/proc/self/cwd").removesuffix(" (deleted)")
    except OSError:
        return ""


class UserFolders:
    """The current directory and the user's folders."""

    __slots__ = ("_cwd", "variables")

    def __init__(self, variables: Mapping[str, str], cwd: str = "") -> None:
        """Take the environment variables and the current directory, a real path; without it the process is asked."""
        self.variables = variables
        self._cwd = cwd

    @property
    def cwd(self) -> str:
        """The current directory; where it was when it has been removed since. Raises ConfigError (78) when that is not known either."""
        if self._cwd:
            return self._cwd
        try:
            self._cwd = os.getcwd()
            return self._cwd
        except OSError as error:
            told = self.variables.get("PWD", "") or removed_folder()  # the launcher's shell unsets PWD then
            if os.path.isabs(told):
                self._cwd = os.path.realpath(told)
                return self._cwd
            raise ConfigError(
                "The current directory is not there any more, so which project this is cannot be told.",
                path="current directory",
                reason=str(error.strerror),
                hint="cd into the project, or name it: CLAUDE_PROJECT_DIR=FOLDER",
            ) from None

    def move_to(self, cwd: str) -> None:
        """Take another folder, a real path, for the current one: before the project is asked for."""
        self._cwd = cwd

    @property
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

    @property
    def data(self) -> str:
        """Where the stores are kept."""
        return self._user_folder("data", "XDG_DATA_HOME", ".local/share", "Library/Application Support")

    @property
    def config(self) -> str:
        """Where config.toml and the keys are kept."""
        return self._user_folder("config", "XDG_CONFIG_HOME", ".config", "Library/Application Support")

    @property
    def cache(self) -> str:
        """Where what can be made again is kept."""
        return self._user_folder("cache", "XDG_CACHE_HOME", ".cache", "Library/Caches")

    def _user_folder(self, kind: str, xdg: str, unix: str, mac: str) -> str:
        """One of the user's folders as platformdirs names it; importing that would cost more than the rest of a hot command."""
        moved = self.variables.get("HOOKS_HOME", "")
        if moved:
            return os.path.normpath(os.path.join(self.cwd, self.named_path("HOOKS_HOME", moved), kind))
        if os.name != "posix":
            import platformdirs

            return str(getattr(platformdirs, f"user_{kind}_dir")(PROGRAM, appauthor=False))
        named = self.variables.get(xdg, "")
        if os.path.isabs(named):
            return os.path.join(named, PROGRAM)
        return os.path.join(self.home, mac if sys.platform == "darwin" else unix, PROGRAM)

    def named_path(self, variable: str, named: str) -> str:
        """The path that a variable holds, with a leading `~/` as the user's home, as a file of settings may have left it.

        Raises ConfigError (78) for another user's `~name`, and for `$NAME`: no shell has filled it in.
        """
        first = named[:1]
        if first not in ("~", "$"):
            return named
        if named == "~" or named[:2] == "~/":
            return self.home + named[1:]
        raise ConfigError(
            path=variable,
            reason=f"{named!r} was not expanded by a shell",
            hint=f"Give the whole path, or one that begins with ~/: {variable}=~/FOLDER",
        )

    @property
    def keys(self) -> str:
        """The folder of the key files, apart from the data."""
        return os.path.join(self.config, "keys")

    @property
    def exports(self) -> str:
        """Where session-end puts its metrics files: beside the stores."""
        return os.path.join(self.data, "exports")

    @property
    def user_config(self) -> str:
        """The user's settings file."""
        return os.path.join(self.config, "config.toml")

    def trust_note(self, stem: str) -> str:
        """The note that says that the user trusts the settings file of the project with this stem (`project.trust`)."""
        return os.path.join(self.config, "trusted", stem)

    def machine(self, create: bool = True) -> bytes:
        """The number that this machine made for itself (16 bytes), b"" when there is none and `create` is false, or it cannot be kept."""
        try:
            descriptor = os.open(os.path.join(self.data, "machine"), os.O_RDONLY | os.O_CLOEXEC)
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
            return machine_id.make(self.data)
        except ConfigError:
            return b""
