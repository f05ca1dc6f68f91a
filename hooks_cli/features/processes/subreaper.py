"""Makes this process adopt and reap the orphans of the programs it starts (Linux: PR_SET_CHILD_SUBREAPER).

A program that starts another one and ends would hand it to process 1. An orchestrator that is a subreaper becomes its parent instead,
and finds it even without a mark.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection

from hooks_cli.features.processes import process_table
from hooks_cli.features.processes.process_table import ProcessRow

PR_SET_CHILD_SUBREAPER = 36


def become_subreaper() -> bool:
    """From now on this process is the parent of its programs' orphans; False where the system cannot do that."""
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    try:
        return bool(ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def orphans(known: Collection[int]) -> dict[int, ProcessRow]:
    """The children of this process, and what descends from them, that are not among `known` (pids) or their descendants.

    Ended ones are collected on the way and left out.
    """
    own, rows = os.getpid(), process_table.table()
    strays = [row for row in rows.values() if row.parent == own and row.pid not in known]
    for row in strays:
        if not row.running:
            _collect(row.pid)
    found = {row.pid: row for row in strays if row.running}
    while True:
        more = {row.pid: row for row in rows.values() if row.parent in found and row.pid not in found and row.running}
        if not more:
            return found
        found.update(more)


def _collect(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except OSError:
        pass
