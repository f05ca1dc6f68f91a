"""Stores the latency of a test at `swarm/performance/baselines/NAME` and compares later runs with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hooks_cli.features import regressions
from hooks_cli.features.traces.percentiles import interval, nearest_rank

NANOSECONDS = 1_000_000  # a millisecond


@dataclass(frozen=True, slots=True)
class Latency:
    """Percentiles in ms of `n` samples (`of` says of what); `low` and `high` bound p95 with 95 %, `high` None where nothing does."""

    n: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    p95_low_ms: float | None
    p95_high_ms: float | None
    of: str

    def as_metadata(self) -> dict[str, Any]:
        """The members of the entry's metadata."""
        return {
            "p50_ms": self.p50_ms,
            "p95_ms": self.p95_ms,
            "p99_ms": self.p99_ms,
            "n": self.n,
            "p95_low_ms": self.p95_low_ms,
            "p95_high_ms": self.p95_high_ms,
            "samples": self.of,
        }


def measured(samples_ns: list[int], of: str) -> Latency | None:
    """The latency of samples in ascending order (ns); None without samples."""
    if not samples_ns:
        return None
    low, high = interval(samples_ns, 95)
    p50, p95, p99 = (nearest_rank(samples_ns, percent) for percent in (50, 95, 99))
    return Latency(len(samples_ns), _ms(p50), _ms(p95), _ms(p99), _ms(low), None if high is None else _ms(high), of)


def of_metadata(metadata: Mapping[str, Any]) -> Latency | None:
    """The latency that an entry's metadata holds, as this program or an agent wrote it; None when it has no p95."""

    def number(*names: str) -> float | None:
        found = (metadata.get(name) for name in names)
        return next((float(v) for v in found if isinstance(v, int | float) and not isinstance(v, bool)), None)

    p95 = number("p95_ms", "p95_latency_ms")
    if p95 is None:
        return None
    n, samples = metadata.get("n"), metadata.get("samples")
    return Latency(
        n if isinstance(n, int) and not isinstance(n, bool) else 0,
        number("p50_ms", "p50_latency_ms") or 0.0,
        p95,
        number("p99_ms", "p99_latency_ms") or 0.0,
        number("p95_low_ms"),
        number("p95_high_ms"),
        samples if isinstance(samples, str) else "samples",
    )


def regression(base: Latency, now: Latency) -> str:
    """What the regression is, in words; "" when there is none. The rule is that of `memory insights regressions`."""
    found = regressions.judge(_known(base), _known(now))
    if not found:
        return ""
    told = f"p95 rose from {base.p95_ms:g} ms to {now.p95_ms:g} ms ({now.p95_ms / base.p95_ms:.2f} times)"
    return told + ("; few samples" if found == regressions.FEW_SAMPLES else "")


def _known(latency: Latency) -> regressions.Latency:
    return regressions.Latency(latency.p95_ms, latency.n or None, latency.p95_low_ms, latency.p95_high_ms)


def _ms(nanoseconds: int) -> float:
    return round(nanoseconds / NANOSECONDS, 3)
