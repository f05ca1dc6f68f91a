"""Completes Python's start (`site`, search paths) for commands that need third-party packages.

The launchers start Python with -I -S: no `site`, so no .pth files, no virtual environment settings, no system packages; and without
garbage collection. A hot command needs none of that (its modules lie beside this package). Whatever loads other packages calls
`complete()` first; this is the only place that knows the difference.
"""

from __future__ import annotations

import os
import sys

import hooks_cli


def complete() -> None:
    """Make the search path what `site` would have made it, and collect garbage. Nothing to do after an ordinary start.

    The engine reads JSON that is nested 1,000 deep; reading it in Python needs some frames a level.
    """
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 8000))
    if not sys.flags.no_site or "site" in sys.modules:
        return
    import gc
    import site

    gc.enable()
    own = hooks_cli.__path__[0].rpartition("/")[0]
    if own in sys.path:
        sys.path.remove(own)  # `site` puts it in its usual place, behind the standard library
    site.main()
    real = site.makepath(own)[0]
    if real not in {site.makepath(entry)[0] for entry in sys.path}:
        sys.path.append(own)


def open_missing_streams() -> None:
    """Put the null device where the caller closed stdin, stdout or stderr, so that no file of ours gets their numbers."""
    number = os.open(os.devnull, os.O_RDWR)
    while number <= 2:
        number = os.dup(number)
    os.close(number)
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115
