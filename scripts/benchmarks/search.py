"""A search over 100,000 entries, ten results, and a restore over 10,000."""

from __future__ import annotations

from scripts.benchmarks.pairs import measure
from scripts.benchmarks.scratch import PROGRAM, scratch
from scripts.benchmarks.tables import Result

QUERIES = (
    ("a rare word", ["memory", "search", "needle7", "--limit", "10"]),
    ("two common words", ["memory", "search", "chaos failover", "--limit", "10"]),
    ("a phrase", ["memory", "search", '"cache database"', "--limit", "10"]),
    ("a prefix", ["memory", "search", "needle*", "--limit", "10"]),
    ("nothing found", ["memory", "search", "zyzzyva", "--limit", "10"]),
)


def run(quick: bool) -> Result:
    """Ratios to a bare interpreter."""
    entries = 20_000 if quick else 100_000
    pairs = 20 if quick else 100
    result = Result("search")
    with scratch() as home:
        home.fill(10_000)
        restore = measure(
            "hooks session-restore over 10,000", [PROGRAM, "hooks", "session-restore"], home.environ, pairs, target=2.5
        )
        home.fill(entries - 10_000, begin=10_000)
        figures = [measure(name, [PROGRAM, *argv], home.environ, pairs, target=2.5) for name, argv in QUERIES]
        result.figures(f"over {entries:,} entries, as a ratio to `python -c pass`", [restore, *figures])
        result.remarks.append(
            "In every entry 22 words out of 30 that are common to all: the common words match most of the store."
        )
    return result
