"""Sends a signal to one process, and never to a different process that reuses its pid."""

from __future__ import annotations

import os
import signal

from hooks_cli.features.processes import process_table
from hooks_cli.features.processes.process_table import Identity, ProcessRow


def send(process: ProcessRow | Identity, number: int) -> bool:
    """Send the signal `number`; False when the process has ended, is another one now, or belongs to another user.

    The process is held by a pidfd before its start time and its user are compared, so that it cannot be replaced in between. A system
    without pidfd compares and sends at once.
    """
    try:
        held = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return False
    except (AttributeError, OSError):
        held = -1
    try:
        now = process_table.read(process.pid)
        if now is None or not now.running or now.start != process.start or not process_table.is_ours(process.pid):
            return False
        if held >= 0:
            signal.pidfd_send_signal(held, number)
        else:
            os.kill(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    finally:
        if held >= 0:
            os.close(held)
    return True


def send_group(group: int, number: int) -> bool:
    """Send the signal to a process group, for systems that do not show their processes; False when there is none."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
