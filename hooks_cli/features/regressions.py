"""Decides whether something became slower: one rule for `trace compare`, `memory insights regressions` and the report.

Where the samples of both sides are known, a 95th percentile is a regression when it is more than 15 % and at least 1 ms above the one
before, and the 95 % intervals of both lie apart: two halves of one clean minute differ by more than 15 % often enough. Where they are
not known, the plain rule of the document's query counts (`current_p95 > baseline_p95 * 1.15`), and the answer says "few samples".
"""

from __future__ import annotations

from collections.abc import Sequence

LIMIT = 1.15
MIN_MS = 1.0
FEWEST = 8  # samples on each side; with fewer an interval says nothing
REGRESSION, FEW_SAMPLES = "regression", "few samples"


class Latency:
    """A 95th percentile in milliseconds; `n` samples, `low` and `high` its 95 % interval, None where they are not known."""

    __slots__ = ("high", "low", "n", "p95")

    def __init__(
        self, p95: float | None, n: float | None = None, low: float | None = None, high: float | None = None
    ) -> None:
        self.p95 = p95
        self.n = n
        self.low = low
        self.high = high


def change(before: float | None, now: float | None) -> float | None:
    """By how much the latency grew: 0.23 is 23 % slower, -0.1 is 10 % faster; None where it cannot be said."""
    if before is None or now is None or before <= 0:
        return None
    return now / before - 1


def above(before: float | None, now: float | None, limit: float = LIMIT) -> bool:
    """Whether `now` is more than `limit` times `before`.

    >>> above(100, 115), above(100, 115.1), above(None, 80), above(0, 80)
    (False, True, False, False)
    """
    return before is not None and now is not None and before > 0 and now > before * limit


def judge(
    before: Latency, now: Latency, limit: float = LIMIT, min_ms: float = MIN_MS, apart: bool | None = None
) -> str:
    """REGRESSION, FEW_SAMPLES (above the limit, but not enough is known) or "".

    `apart` says whether the intervals lie apart where the caller knows better than the two bounds.

    >>> judge(Latency(100, 50, 90, 105), Latency(120, 50, 110, 130)), judge(Latency(100), Latency(120))
    ('regression', 'few samples')
    >>> judge(Latency(100, 50, 90, 115), Latency(120, 50, 110, 130)), judge(Latency(1, 50, 1, 1), Latency(1.9, 50, 1.8, 2))
    ('', '')
    """
    if before.p95 is None or now.p95 is None or not above(before.p95, now.p95, limit):
        return ""
    if apart is None and now.low is not None and before.high is not None:
        apart = now.low > before.high
    enough = (before.n or 0) >= FEWEST and (now.n or 0) >= FEWEST
    if not enough or apart is None:
        return FEW_SAMPLES
    return REGRESSION if apart and now.p95 - before.p95 >= min_ms else ""


def regressions(series: Sequence[Latency], limit: float = LIMIT) -> list[int]:
    """The places of a series (oldest first) that regressed against the last known value before them, few samples or not.

    >>> regressions([Latency(p95) for p95 in (100, 110, None, 130, 131)])
    [3]
    """
    found: list[int] = []
    before = Latency(None)
    for place, now in enumerate(series):
        if judge(before, now, limit):
            found.append(place)
        if now.p95 is not None:
            before = now
    return found
