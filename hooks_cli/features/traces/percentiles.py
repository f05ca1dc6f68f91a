"""Percentiles by nearest rank, with confidence intervals that hold for any distribution."""

from __future__ import annotations

from collections.abc import Sequence

CONFIDENCE = 0.95
Z = 1.959964  # the normal distribution's 97.5th percentile
FEWEST_FOR_P95 = 20  # with fewer samples the 95th percentile by nearest rank is the maximum


def nearest_rank(ordered: Sequence[int], percent: int) -> int:
    """The sample at rank ⌈percent·n/100⌉ of samples in ascending order.

    >>> nearest_rank([1, 2, 3, 4], 50), nearest_rank([1, 2, 3, 4], 95), nearest_rank(list(range(1, 21)), 95)
    (2, 4, 19)
    """
    return ordered[max(-(-percent * len(ordered) // 100), 1) - 1]


def is_maximum(count: int, percent: int) -> bool:
    """Whether this percentile of so many samples is simply the largest of them.

    >>> is_maximum(19, 95), is_maximum(20, 95), is_maximum(99, 99), is_maximum(100, 99)
    (True, False, True, False)
    """
    return -(-percent * count // 100) >= count


def basis(count: int, percent: int) -> str:
    """What a percentile rests on, in words.

    >>> basis(12, 95), basis(1200, 95)
    ('12 samples: p95 is the maximum', '1,200 samples')
    """
    samples = f"{count:,} sample" + ("" if count == 1 else "s")
    return f"{samples}: p{percent} is the maximum" if is_maximum(count, percent) else samples


def interval_ranks(count: int, percent: int, confidence: float = CONFIDENCE) -> tuple[int, int | None]:
    """The ranks (from 1) of the samples between which the true percentile lies with this confidence, whatever the distribution.

    The upper one is None when there are too few samples for a bound (fewer than 72 for the 95th percentile).

    >>> interval_ranks(100, 50), interval_ranks(72, 95)[1] is None, interval_ranks(71, 95)
    ((40, 61), False, (63, None))
    """
    if count <= 0:
        return 1, None
    tail = (1 - confidence) / 2
    low, high = 1, None
    for rank, below in enumerate(_cumulative(count, percent / 100), 1):
        # `below` is P(fewer than `rank` samples lie under the percentile), the chance that the percentile is under this rank.
        if below <= tail:
            low = rank
        elif below >= 1 - tail:
            high = rank
            break
    return low, high


def _cumulative(count: int, share: float) -> list[float]:
    """P(B < rank) for rank 1 … count, B binomial."""
    from math import exp, lgamma, log

    total, found = 0.0, []
    logs = lgamma(count + 1)
    for k in range(count):
        total += exp(logs - lgamma(k + 1) - lgamma(count - k + 1) + k * log(share) + (count - k) * log(1 - share))
        found.append(min(total, 1.0))
    return found


def interval(ordered: Sequence[int], percent: int, confidence: float = CONFIDENCE) -> tuple[int, int | None]:
    """The interval of a percentile as two samples; the upper is None when so few samples bound it nowhere."""
    low, high = interval_ranks(len(ordered), percent, confidence)
    return ordered[low - 1], None if high is None else ordered[high - 1]


def above_by_chance(higher: int, now: int, before: int) -> float:
    """The chance that the `higher` largest of all samples are all among the `now` ones, if both came from one distribution.

    >>> round(above_by_chance(5, 8, 8), 4), above_by_chance(0, 8, 8)
    (0.0128, 1.0)
    """
    chance = 1.0
    for taken in range(higher):
        chance *= (now - taken) / (now + before - taken)
    return chance


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson score).

    >>> [round(bound, 3) for bound in wilson(0, 10)], [round(bound, 3) for bound in wilson(5, 10)]
    ([0.0, 0.278], [0.237, 0.763])
    """
    if count <= 0:
        return 0.0, 1.0
    share = hits / count
    scale = 1 + Z * Z / count
    middle = (share + Z * Z / (2 * count)) / scale
    spread = Z / scale * (share * (1 - share) / count + Z * Z / (4 * count * count)) ** 0.5
    return max(0.0, middle - spread), min(1.0, middle + spread)
