"""Lists the projects that have a store, and adopts the store of a project that was moved or renamed.

A store is named after the real path of its project (`project.stem_of`), so a folder that moves leaves its store behind. `adopt`
brings store and keys under the new name. Its steps are ordered so that after a kill at any point either the old name or the new
one has the store together with its key, and running it again finishes:

1. the store's lock is taken exclusively, under the old name and under the new one (no process has it open or makes a new one);
2. the key and slot files get the new name as a second one (a hard link: the old stays), but not the anchor, which would
   accuse a store that is made under the new name after a kill at this point;
3. the project's folder is renamed: the one moment at which the store changes its place;
4. the anchor follows, the note (`project.note`) is rewritten, and the old names of the keys go.
"""

from __future__ import annotations

import os

from hooks_cli.errors import CannotCreate, InputMissing, OutputExists, UsageError
from hooks_cli.project import note
from hooks_cli.project.discovery import STORE_FILE, stem_of
from hooks_cli.store.sqlite import opener_lock
from hooks_cli.system.private_files import make_folder, read_file, remove_quietly, sync_folder, trouble

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment

ADOPT_BUDGET_MS = 30_000
KEY_LIMIT = 65536


class Known:
    """A project with a folder among the stores. `stem` is `<name>-<hash>`, `folder` where its store lies, `path` the project's own
    folder ("" when it is not written down), `size` the bytes of the store's files (None: there is no store), `changed_at` ms."""

    __slots__ = ("changed_at", "folder", "path", "size", "stem")

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.stem = os.path.basename(folder)
        self.path, _ = note.read(folder)
        self.size: int | None = None
        self.changed_at = 0
        for name in (STORE_FILE, STORE_FILE + "-wal"):
            try:
                status = os.stat(os.path.join(folder, name))
            except OSError:
                continue
            self.size = (self.size or 0) + status.st_size
            self.changed_at = max(self.changed_at, status.st_mtime_ns // 1_000_000)

    @property
    def name(self) -> str:
        """The project's name without the hash."""
        return self.stem[:-17]

    @property
    def store(self) -> str:
        """The store's file."""
        return os.path.join(self.folder, STORE_FILE)

    @property
    def is_there(self) -> bool:
        """Whether the project's own folder still exists where it was."""
        return bool(self.path) and os.path.isdir(self.path)


def known_projects(environment: Environment) -> list[Known]:
    """All projects with a store in the data directory, by name. Raises PermissionRefused (77) when it cannot be read."""
    top = os.path.join(environment.folders.data, "projects")
    try:
        stems = sorted(os.listdir(top))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise trouble(top, error) from None
    found = [Known(os.path.join(top, stem)) for stem in stems]
    return [project for project in found if project.size is not None]


def find(environment: Environment, old: str) -> Known:
    """The project that `old` means: the path that it had, its `<name>-<hash>`, or its name when only one has it.

    Raises InputMissing (66) when there is none, UsageError (64) when several have that name.
    """
    projects = known_projects(environment)
    place = os.path.realpath(os.path.join(environment.cwd, old))
    for fits in (
        lambda p: p.stem in (old, stem_of(place)),
        lambda p: p.path == place,
        lambda p: p.name == old,
    ):
        found = [project for project in projects if fits(project)]
        if len(found) == 1:
            return found[0]
        if found:
            stems = ", ".join(project.stem for project in found)
            raise UsageError(
                f"Several projects are called {old}: {stems}.",
                hint="Name one of them with its hash, or by its old path.",
            )
    raise InputMissing(
        path=old, reason="no project with a store had this path or name", hint="See: hooks-cli project list"
    )


def adopt(environment: Environment, old: str, force: bool = False, replace: bool = False) -> tuple[str, str]:
    """Take the store of the project `old` over to the present one; returns (its old stem, the stem of what was set aside or "").

    `force` takes it from a folder that is still there; `replace` sets the present project's store aside first, as the store of a
    folder `<home>.before-adopt-<n>` that `project list` shows. Raises OutputExists (73) when the present project has a store and
    `replace` is off, UsageError (64) when the old folder is still there and `force` is off or when the store's place is named by
    hand, InputMissing (66) when there is no such project, Busy (75) while a store is open elsewhere.
    """
    if environment.places.named_store:
        raise UsageError(
            f"The store's place is named by hand ({environment.places.named_store}), not by the project.",
            hint="Unset HOOKS_STORE (or [memory] store), or move the file itself.",
        )
    finished = _finish(environment, old)
    if finished:
        return finished, ""
    if not replace:
        _refuse_existing(environment.places.store_path)
    source = find(environment, old)
    if source.stem == environment.project.stem:
        raise UsageError(f"{old} is the present project.", hint="See: hooks-cli project list")
    if source.is_there and not force:
        raise UsageError(
            f"The folder {source.path} is still there, and its store belongs to it.",
            hint="adopt is for a folder that was moved or renamed. To take the store from it anyway: --force",
        )
    home, aside = environment.project.home, ""
    if replace and os.path.lexists(environment.places.store_path):
        number = 1
        while os.path.lexists(os.path.join(_folder(environment, f"{home}.before-adopt-{number}"), STORE_FILE)):
            number += 1
        _transfer(environment, environment.project.stem, f"{home}.before-adopt-{number}")
        aside = stem_of(f"{home}.before-adopt-{number}")
    _transfer(environment, source.stem, home)
    return source.stem, aside


def _folder(environment: Environment, home: str) -> str:
    return os.path.join(environment.folders.data, "projects", stem_of(home))


def _transfer(environment: Environment, stem: str, home: str) -> None:
    """Make the store and keys of `stem` those of the project at `home`."""
    source, target = os.path.join(environment.folders.data, "projects", stem), _folder(environment, home)
    old_lock = opener_lock.exclusive(os.path.join(source, STORE_FILE), ADOPT_BUDGET_MS)
    try:
        make_folder(target)
        new_lock = opener_lock.exclusive(os.path.join(target, STORE_FILE), ADOPT_BUDGET_MS)
        try:
            _refuse_existing(os.path.join(target, STORE_FILE))
            _link_keys(environment, stem, stem_of(home))
            _move_folder(source, target)
        finally:
            opener_lock.release(new_lock)
    finally:
        opener_lock.release(old_lock)
    _tidy(environment, stem, home)


def _refuse_existing(store: str) -> None:
    if os.path.lexists(store):
        raise OutputExists(
            f"This project has a store already: {store}.",
            path=store,
            hint="To set it aside and take the other: --replace",
        )


def _finish(environment: Environment, old: str) -> str:
    """Finish an adoption that was killed after the folder had moved: the store is here, its note is still the old one."""
    here = Known(environment.places.project_dir)
    if here.size is None or not here.path or here.path == environment.project.home:
        return ""
    stem = stem_of(here.path)
    place = os.path.realpath(os.path.join(environment.cwd, old))
    if old not in (stem, here.path, stem[:-17]) and place != here.path:
        return ""
    _tidy(environment, stem, environment.project.home)
    return stem


def _link_keys(environment: Environment, stem: str, new_stem: str) -> None:
    """Give each key file of `stem`, but not the anchor, the name `new_stem` as a second one."""
    names = [name for name in _key_files(environment, stem) if not name.endswith(".anchor")]
    for name in names:
        source = os.path.join(environment.folders.keys, name)
        target = os.path.join(environment.folders.keys, new_stem + name[len(stem) :])
        try:
            _link(source, target)
        except OSError as error:
            raise trouble(target, error, creating=True) from None
    if names:
        sync_folder(environment.folders.keys)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except FileExistsError:
        if os.path.samefile(source, target) or read_file(source, KEY_LIMIT) == read_file(target, KEY_LIMIT):
            return
        if os.stat(target).st_nlink < 2:
            raise CannotCreate(
                path=target,
                reason="another key has that name already",
                hint="It belongs to a store that is gone. Move it away to keep it safe, and try again.",
            ) from None
        # The second name of a key, left by an adoption that was killed: the key itself stays under its first.
        os.unlink(target)
        os.link(source, target)


def _move_folder(source: str, target: str) -> None:
    """Rename `source` to `target`, which holds at most what an attempt to make a store leaves there."""
    for name in (note.NOTE_FILE, STORE_FILE + ".lock"):
        remove_quietly(os.path.join(target, name))
    try:
        os.rename(source, target)
    except OSError as error:
        left = ", ".join(sorted(os.listdir(target))[:5]) if os.path.isdir(target) else ""
        if left:
            raise CannotCreate(path=target, reason=f"it is not empty ({left})") from None
        raise trouble(target, error, creating=True) from None
    sync_folder(os.path.dirname(target))


def _tidy(environment: Environment, stem: str, home: str) -> None:
    """Write down where the project is now, and drop the old names of its keys."""
    note.write(_folder(environment, home), home)
    for name in _key_files(environment, stem):
        old = os.path.join(environment.folders.keys, name)
        new = os.path.join(environment.folders.keys, stem_of(home) + name[len(stem) :])
        if os.path.exists(new) and not new.endswith(".anchor"):
            remove_quietly(old)
        else:
            try:
                os.rename(old, new)
            except OSError as error:
                raise trouble(new, error, creating=True) from None


def _key_files(environment: Environment, stem: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(environment.folders.keys) if name.startswith(stem + "."))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise trouble(environment.folders.keys, error) from None
