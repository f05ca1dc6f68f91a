"""Is this commit slower than the one before: the rule of the document's query for regressions, as a pure function.

A baseline names a test, a commit and its latencies. The 95th percentile of a commit is compared with that of the commit captured
before it; more than 15 % above is a regression (seed 000, "Pattern 8: Cross-Run Learning", `current_p95 > baseline_p95 * 1.15`).
"""

from __future__ import annotations

from collections.abc import Sequence

LIMIT = 1.15


def change(before: float | None, now: float | None) -> float | None:
    """By how much the latency grew: 0.23 is 23 % slower, -0.1 is 10 % faster; None where it cannot be said."""
    if before is None or now is None or before <= 0:
        return None
    return now / before - 1


def regressed(before: float | None, now: float | None, limit: float = LIMIT) -> bool:
    """Whether `now` is more than `limit` times `before`.

    >>> regressed(100, 115), regressed(100, 115.1), regressed(None, 80), regressed(0, 80)
    (False, True, False, False)
    """
    return before is not None and now is not None and before > 0 and now > before * limit


def regressions(p95: Sequence[float | None], limit: float = LIMIT) -> list[int]:
    """The places of a series (oldest first) that regressed against the last known value before them.

    >>> regressions([100, 110, None, 130, 131])
    [3]
    """
    found: list[int] = []
    before: float | None = None
    for place, now in enumerate(p95):
        if regressed(before, now, limit):
            found.append(place)
        if now is not None:
            before = now
    return found
