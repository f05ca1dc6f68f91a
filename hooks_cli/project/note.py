"""The note beside a store that says where its project's folder is.

A store's folder is named after a hash of the project's path, which cannot be turned round; the note (`project`, 0600) makes
`project list` and `project adopt` possible, and lets the first store of a folder that was moved say that an older one is waiting.
One line: the folder's inode number, a space, its path.
"""

from __future__ import annotations

import os

from hooks_cli.errors import CannotCreate, InputMissing, PermissionRefused
from hooks_cli.project.discovery import STORE_FILE, plain_name
from hooks_cli.system.private_files import make_folder, read_file, write_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from hooks_cli.project.discovery import Project
    from hooks_cli.project.places import StorePlaces
    from hooks_cli.system.user_folders import UserFolders

    class ProjectEnvironment(Protocol):
        """What is asked of the environment here."""

        @property
        def folders(self) -> UserFolders:
            """The user's folders."""

        @property
        def project(self) -> Project:
            """The project."""

        @property
        def places(self) -> StorePlaces:
            """The places of its store."""

        @property
        def lenient(self) -> bool:
            """Whether it is a hooks verb."""

        @property
        def err(self) -> Callable[[str], None]:
            """Writes one line to standard error."""


class ProjectMoved(InputMissing):
    """{project} seems to be a project that was moved here: its memory is still under the old name, {before}. Nothing was recorded."""

    hint = "To take it: hooks-cli project adopt {before}. To begin a new one: hooks-cli memory init"


NOTE_FILE = "project"
NOTE_LIMIT = 65536


def prepare_store_folder(environment: ProjectEnvironment) -> None:
    """Make the folder that the store is about to be created in (0700), with the note that says whose it is.

    One line on stderr says which project it is. When it seems to have been moved here and left a store behind, a hooks verb makes none
    (ProjectMoved, 66), and another verb says how to bring it. Raises CannotCreate (73), PermissionRefused (77) or DiskFull (74).
    """
    before = moved_from(environment)
    if before and environment.lenient:
        raise ProjectMoved(project=environment.project.home, before=before)
    try:
        make_folder(os.path.dirname(environment.places.store_path))
    except (CannotCreate, PermissionRefused) as error:
        if not environment.places.named_store:  # no home of one's own, as in a job without one
            error.hint_text = "Stores, settings and keys are below your home; to use another folder: HOOKS_HOME=FOLDER"
        raise
    if environment.places.named_store:
        return
    write(environment.places.project_dir, environment.project.home)
    if environment.project.reason == "folder":
        environment.err(
            f"hooks-cli: a memory begins for the folder {environment.project.home}: it is in no git repository"
        )
    if before:
        environment.err(
            f"hooks-cli: this project gets a new store. If it was moved here, the one it had is still there; take it with: "
            f"hooks-cli project adopt {before} --replace"
        )


def moved_from(environment: ProjectEnvironment) -> str:
    """The `<name>-<hash>` of the store that this project seems to have had before its folder was moved, or ""."""
    if environment.places.named_store:
        return ""
    return moved_here(os.path.join(environment.folders.data, "projects"), environment.project.home)


def write(folder: str, home: str) -> None:
    """Leave the note in a store's folder, unless the same one is there. Raises what `system.private_files.write_file` raises."""
    note = str(_inode(home)).encode() + b" " + os.fsencode(home) + b"\n"
    path = os.path.join(folder, NOTE_FILE)
    if read_file(path, NOTE_LIMIT) != note:
        write_file(path, note)


def read(folder: str) -> tuple[str, int]:
    """The project's path ("" when there is no note) and the inode number it had."""
    number, _, path = (read_file(os.path.join(folder, NOTE_FILE), NOTE_LIMIT) or b"").rstrip(b"\n").partition(b" ")
    return (os.fsdecode(path), int(number)) if path and number.isdigit() else ("", 0)


def moved_here(projects: str, home: str) -> str:
    """The `<name>-<hash>` of the store that a project at `home` had before it was moved there, as far as one can tell, or "".

    That is a store whose project is gone from its place, and had the same inode, or the same name and no rival.
    """
    inode, name = _inode(home), plain_name(home)
    same_name = []
    try:
        stems = sorted(os.listdir(projects))
    except OSError:
        return ""
    for stem in stems:
        path, number = read(os.path.join(projects, stem))
        if not path or os.path.isdir(path) or not os.path.isfile(os.path.join(projects, stem, STORE_FILE)):
            continue
        if number == inode:
            return stem
        if stem[:-17] == name:
            same_name.append(stem)
    return same_name[0] if len(same_name) == 1 else ""


def _inode(path: str) -> int:
    try:
        return os.stat(path).st_ino
    except OSError:
        return 0
