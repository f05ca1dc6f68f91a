"""Waits for attempts in an event loop."""

from __future__ import annotations

import asyncio
import os

from hooks_cli.features.processes import ending
from hooks_cli.features.processes.attempt import Attempt, Outcome

WATCH_SECONDS = 0.1  # between two looks at the size of the output
STOP_GRACE_SECONDS = 10.0


async def ended(attempt: Attempt, seconds: float | None = None) -> Outcome | None:
    """How the attempt ended; None when it still runs after `seconds`. Its output is kept within the limit meanwhile."""
    loop = asyncio.get_running_loop()
    deadline = None if seconds is None else loop.time() + seconds
    over = asyncio.Event()
    try:
        held = os.pidfd_open(attempt.leader.pid)
        loop.add_reader(held, over.set)
    except (AttributeError, OSError):
        held = -1
    try:
        while (outcome := attempt.outcome()) is None:
            rest = WATCH_SECONDS if held >= 0 else WATCH_SECONDS / 10
            if deadline is not None:
                rest = min(rest, deadline - loop.time())
                if rest <= 0:
                    return None
            try:
                await asyncio.wait_for(over.wait(), rest)
            except TimeoutError:
                attempt.files.trim()
        attempt.files.trim()
        return outcome
    finally:
        if held >= 0:
            loop.remove_reader(held)
            os.close(held)


async def end(attempts: list[Attempt], grace: float = STOP_GRACE_SECONDS) -> ending.Ending:
    """End attempts with all their processes, while the event loop goes on."""
    marks, leaders = [attempt.mark for attempt in attempts], [attempt.leader for attempt in attempts]
    done = await asyncio.to_thread(ending.end, marks, leaders, grace)
    for attempt in attempts:
        attempt.outcome()
    return done
