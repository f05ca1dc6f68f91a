"""Finds the installed program, for shims and agents' settings to run.

A launcher is the console script `hooks-cli` (or `claude-flow`, the same program) that an installer wrote. Its path is kept as it
is found, without following links, because `pipx` and `uv tool` keep the link stable and replace what it points to.
"""

from __future__ import annotations

import os
import sys
import sysconfig

from hooks_cli.errors import Unavailable

PROGRAM_NAMES = ("hooks-cli", "claude-flow")


class LauncherMissing(Unavailable):
    """The installed program hooks-cli was not found beside {interpreter}."""

    hint = "Install the package (pip install hooks-cli, or pipx install hooks-cli) and run the installed hooks-cli."


def launcher_path(argv0: str) -> str:
    """The absolute path of the installed `hooks-cli`; `argv0` is sys.argv[0]. Raises LauncherMissing (69)."""
    here = os.path.abspath(argv0) if os.sep in argv0 else _on_path(argv0)
    candidates = []
    if here and os.path.basename(here) in PROGRAM_NAMES:
        candidates.append(os.path.join(os.path.dirname(here), PROGRAM_NAMES[0]))
    candidates.append(os.path.join(os.path.dirname(sys.executable), PROGRAM_NAMES[0]))
    candidates.append(os.path.join(sysconfig.get_path("scripts"), PROGRAM_NAMES[0]))
    for candidate in candidates:
        if os.path.isfile(candidate) and os.access(candidate, os.X_OK):
            return candidate
    raise LauncherMissing(interpreter=sys.executable)


def interpreter_path(launcher: str) -> str:
    """The absolute path of the interpreter that runs `launcher`: its `#!` line when that names one, else the present one."""
    try:
        with open(launcher, "rb") as file:
            first = file.readline(4096)
    except OSError:
        first = b""
    named = os.fsdecode(first[2:].strip()) if first.startswith(b"#!") else ""
    # Our launchers are sh; and installers write sh and an exec line when the interpreter's path is long or holds a space.
    if os.path.isabs(named) and os.access(named, os.X_OK) and "python" in os.path.basename(named):
        return named
    # python3 before python3.12: an update of Python keeps the one and takes the other away.
    beside = os.path.join(os.path.dirname(os.path.abspath(sys.executable)), "python3")
    return beside if os.access(beside, os.X_OK) else os.path.abspath(sys.executable)


def next_on_path(name: str, path: str, skip_folder: str = "") -> str:
    """The first program `name` on `path` that does not lie in `skip_folder` ("" when there is none)."""
    for folder in path.split(os.pathsep):
        candidate = os.path.join(folder or os.curdir, name)
        if not (os.path.isfile(candidate) and os.access(candidate, os.X_OK)):
            continue
        if skip_folder and _same(folder or os.curdir, skip_folder):
            continue
        if skip_folder and _same(candidate, os.path.join(skip_folder, name)):
            continue
        return candidate
    return ""


def _on_path(name: str) -> str:
    return next_on_path(name, os.environ.get("PATH", os.defpath)) if name else ""


def _same(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False
