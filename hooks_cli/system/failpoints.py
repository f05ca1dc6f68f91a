"""Failpoints: a test kills the process here with `HOOKS_FAILPOINT=name` or `name:N` (the N-th time).

Only cold code that must survive a kill passes them (garbage collection, destruction, batches); where the variable is not set, passing
one is a dictionary look-up.
"""

from __future__ import annotations

import os

_passed: dict[str, int] = {}


def failpoint(name: str) -> None:
    """End the process here, as `kill -9` would, when the test asks for it."""
    wanted = os.environ.get("HOOKS_FAILPOINT")
    if not wanted or wanted.partition(":")[0] != name:
        return
    _passed[name] = _passed.get(name, 0) + 1
    if _passed[name] == int(wanted.partition(":")[2] or 1):
        import signal

        os.kill(os.getpid(), signal.SIGKILL)
