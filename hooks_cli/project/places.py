"""The paths of one store: the database, its key, its anchor, its key slots, and the queue of waiting calls."""

from __future__ import annotations

import os

from hooks_cli.project.discovery import STORE_FILE, stem_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.system.user_folders import UserFolders


class StorePlaces:
    """The paths of one store. `named_store` is the real path of the database when it is named by hand, else ""."""

    __slots__ = ("_folders", "named_store", "project_stem", "store_path", "store_stem")

    def __init__(self, folders: UserFolders, project_stem: str, named_store: str = "") -> None:
        self._folders = folders
        self.project_stem = project_stem
        self.named_store = named_store
        # The database file, and `<name>-<hash>`: the name of what is kept for this store elsewhere (its key above all).
        self.store_path = named_store or os.path.join(self.project_dir, STORE_FILE)
        self.store_stem = stem_of(named_store) if named_store else project_stem

    @property
    def project_dir(self) -> str:
        """The project's folder in the data directory: the store lies there unless another place is named."""
        return os.path.join(self._folders.data, "projects", self.project_stem)

    @property
    def key_path(self) -> str:
        """The store's key file."""
        return os.path.join(self._folders.keys, self.store_stem + ".key")

    @property
    def anchor_path(self) -> str:
        """The file with the newest revision and hash that were seen, against roll-back."""
        return os.path.join(self._folders.keys, self.store_stem + ".anchor")

    @property
    def slots_path(self) -> str:
        """The file with the wrapped keys (passphrase, keyring)."""
        return os.path.join(self._folders.keys, self.store_stem + ".slots")

    @property
    def queue_dir(self) -> str:
        """The folder of the calls that wait to be taken into the store; it is there only while some do."""
        return self.store_path + ".queue"


def named_in_variable(named: str, cwd: str) -> str:
    """The real path of the store that HOOKS_STORE names. Raises ConfigError (78) for a folder and for what is not a path."""
    from hooks_cli.errors import ConfigError

    try:
        place = os.path.realpath(os.path.join(cwd, named))
    except ValueError:
        raise ConfigError(path="HOOKS_STORE", reason="it holds a NUL character") from None
    if os.path.isdir(place):
        raise ConfigError(
            path="HOOKS_STORE", reason=f"it names the folder {place}; name a file, for example {place}/{STORE_FILE}"
        )
    return place
