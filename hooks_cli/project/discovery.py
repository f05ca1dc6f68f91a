"""Finds the project of a call by its folder, and the name of the project's store.

A project has a `root`, the top of the working tree that the call runs in (its files and its `hooks.toml` lie there), and a `home`,
the folder that stands for the project as a whole: the store is named after it. They differ only in a linked git worktree, whose
home is the main working tree, so that all worktrees of one repository share one memory.

The rules, in this order, from the start folder upwards (git itself is never run):

1. A git working tree. `.git` is a folder: root and home are the folder that holds it. `.git` is a file (`gitdir: PATH`,
   gitrepository-layout(5)): a linked worktree when PATH holds `commondir`, lies in `<commondir>/worktrees/`, and its own `gitdir`
   file names this very `.git`; then the home is that of the common repository. Without all three the folder is a project of its own:
   that is a submodule, a repository made with --separate-git-dir, a worktree moved by hand, or a hostile `.git` file that names
   another user's repository, which must not open that user's memory.
2. A bare repository, or the inside of a `.git` folder.
3. The nearest folder with a `hooks.toml`, or with a store. The user's home and `/` count for calls made there alone: a store of theirs
   would take in every folder below.
4. The start folder.

On the hot path: nothing but `os`, and about two system calls for each folder between the start and the root.
"""

from __future__ import annotations

import os
from stat import S_ISDIR, S_ISREG

PROJECT_FILE = "hooks.toml"
STORE_FILE = "memory.db"
READ_LIMIT = 8192  # a path, and what git writes around it, is never longer
CONFIG_LIMIT = 65536

_FNV_OFFSET = 0xCBF29CE484222325
_FNV_PRIME = 0x100000001B3
_NAME_LIMIT = 64


class Project:
    """Where a call belongs: `root` and `home` (real paths), and `reason`, the rule that found them.

    `reason` is one of git, worktree, repository (bare, or inside `.git`), hooks.toml, store, folder. `note` says in a few words
    why a `.git` file was not followed, or is "".
    """

    __slots__ = ("_stem", "home", "note", "reason", "root")

    def __init__(self, root: str, home: str, reason: str, note: str = "", stem: str = "") -> None:
        """`stem` is given for a project that is known by it alone; otherwise it is made of `home` when it is asked for."""
        self.root = root
        self.home = home
        self.reason = reason
        self.note = note
        self._stem = stem

    @property
    def stem(self) -> str:
        """`<name>-<hash>`: the name of the project's folder under `<data>/projects`."""
        if not self._stem:
            self._stem = stem_of(self.home)
        return self._stem

    @property
    def name(self) -> str:
        """The project's name, of ASCII letters, digits, `.`, `_` and `-`."""
        return self.stem[:-17]

    @property
    def config_path(self) -> str:
        """The project's settings file."""
        return os.path.join(self.root, PROJECT_FILE)


def fingerprint(path: str) -> str:
    """The 64-bit FNV-1a hash of the path's bytes, as 16 hex digits (draft-eastlake-fnv).

    >>> fingerprint("a")
    'af63dc4c8601ec8c'
    """
    state = _FNV_OFFSET
    for byte in os.fsencode(path):
        state = ((state ^ byte) * _FNV_PRIME) & 0xFFFFFFFFFFFFFFFF
    return f"{state:016x}"


def plain_name(path: str) -> str:
    """The last part of a path with everything but ASCII letters, digits, `.`, `_` and `-` made `_`; never hidden, never empty.

    >>> plain_name("/home/jo/my project"), plain_name("/"), plain_name("/home/jo/.config")
    ('my_project', 'root', '_config')
    """
    name = os.path.basename(path)[:_NAME_LIMIT]
    if not (name.isascii() and name.isalnum()):
        name = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    if name[:1] in (".", "-"):
        name = "_" + name[1:]
    return name or "root"


def stem_of(path: str) -> str:
    """The name under which what belongs to a real path is kept: `<name>-<hash>`."""
    return f"{plain_name(path)}-{fingerprint(path)}"


def discover(start: str, projects: str, user_home: str = "") -> Project:
    """The project of a folder. `start` is a real path, `projects` the folder that holds the stores, `user_home` the user's home.

    Never fails.
    """
    place = start
    while True:
        found = _git_project(place)
        if found is not None:
            return found
        parent = os.path.dirname(place)
        if parent == place:
            break
        place = parent
    place = start
    while True:
        parent = os.path.dirname(place)
        if place == start or (parent != place and not _is_same(place, user_home)):
            if _is_file(os.path.join(place, PROJECT_FILE)):
                return Project(place, place, PROJECT_FILE)
            if _is_file(os.path.join(projects, stem_of(place), STORE_FILE)):
                return Project(place, place, "store")
        if parent == place:
            return Project(start, start, "folder")
        place = parent


def _git_project(place: str) -> Project | None:
    """The project when `place` is the top of a working tree, or a repository itself."""
    git = os.path.join(place, ".git")
    mode = _mode(git)
    if S_ISDIR(mode):
        if _exists(os.path.join(git, "HEAD")):
            return Project(place, place, "git")
    elif S_ISREG(mode):
        private = _named_by(git)
        if private and S_ISDIR(_mode(private)):
            home, note = _shared_home(place, private)
            return Project(place, home, "git" if home == place else "worktree", note)
    if _is_repository(place):
        home = _home_of(place)
        return Project(home, home, "repository")
    return None


def _shared_home(place: str, private: str) -> tuple[str, str]:
    """The home of a working tree whose `.git` file names the folder `private`, and why it is `place` itself if it is."""
    named = _first_line(os.path.join(private, "commondir"))
    if named is None:
        return place, ""
    common = os.path.realpath(os.path.join(private, named))
    if os.path.dirname(private) != os.path.join(common, "worktrees") or not _is_repository(common):
        return place, "its .git file names a folder outside the repository that this one claims to belong to"
    back = _first_line(os.path.join(private, "gitdir"))
    if not back or _real_entry(os.path.join(private, back)) != os.path.join(place, ".git"):
        return (
            place,
            "the repository that its .git file names knows this worktree at another place (git worktree repair)",
        )
    return _home_of(common), ""


def _home_of(common: str) -> str:
    """The folder that stands for a repository: its main working tree, or the repository itself when it is bare."""
    parent, name = os.path.split(common)
    if name == ".git" or _named_by(os.path.join(parent, ".git")) == common:
        return parent
    tree = _core_worktree(common)  # set for submodules
    if tree and _named_by(os.path.join(tree, ".git")) == common:
        return tree
    return common


def _named_by(git: str) -> str:
    """The real path that a `.git` file names, or ""."""
    line = _first_line(git)
    if line is None or not line.startswith("gitdir: "):
        return ""
    return os.path.realpath(os.path.join(os.path.dirname(git), line[8:]))


def _core_worktree(common: str) -> str:
    """The real path of `core.worktree` in a repository's config, or "". Only the plain form that git itself writes is read."""
    section = ""
    for line in (_read(os.path.join(common, "config"), CONFIG_LIMIT) or "").split("\n"):
        line = line.strip()
        if line.startswith("["):
            section = line
        elif section == "[core]":
            key, equals, value = line.partition("=")
            if equals and key.strip().lower() == "worktree":
                value = value.strip()
                if len(value) > 1 and value[0] == value[-1] == '"':
                    value = value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
                return os.path.realpath(os.path.join(common, value))
    return ""


def _is_repository(place: str) -> bool:
    return (
        _exists(os.path.join(place, "HEAD"))
        and S_ISDIR(_mode(os.path.join(place, "objects")))
        and S_ISDIR(_mode(os.path.join(place, "refs")))
    )


def _real_entry(path: str) -> str:
    """The path of a directory entry with its folder resolved, the entry itself not followed."""
    folder, name = os.path.split(path)
    return os.path.join(os.path.realpath(folder), name)


def _mode(path: str) -> int:
    try:
        return os.stat(path).st_mode
    except OSError:
        return 0


def _is_same(place: str, named: str) -> bool:
    """Whether `named`, as a variable has it, is the real path `place`."""
    return bool(named) and (named == place or (os.path.basename(place) in named and os.path.realpath(named) == place))


def _is_file(path: str) -> bool:
    return S_ISREG(_mode(path))


def _exists(path: str) -> bool:
    # HEAD may be a symbolic link to a branch that has no commit yet.
    try:
        os.lstat(path)
    except OSError:
        return False
    return True


def _first_line(path: str) -> str | None:
    text = _read(path, READ_LIMIT)
    return None if text is None else text.split("\n", 1)[0].rstrip("\r")


def _read(path: str, limit: int) -> str | None:
    """The text of a regular file of at most `limit` bytes without NUL; None for anything else (never waits for a FIFO)."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        if not S_ISREG(os.fstat(fd).st_mode):
            return None
        data = os.read(fd, limit + 1)
    except OSError:
        return None
    finally:
        os.close(fd)
    return None if len(data) > limit or b"\0" in data else os.fsdecode(data)
