"""Cost does not grow with the store: the hot commands over a small and over a large store, in interleaved pairs of each other."""

from __future__ import annotations

from scripts.benchmarks.hot import commands
from scripts.benchmarks.pairs import Figure, measure, spawn
from scripts.benchmarks.scratch import PROGRAM, scratch
from scripts.benchmarks.tables import Result

SMALL = 1_000


def run(quick: bool) -> Result:
    """1,000 entries against 1,000,000 (quick: 30,000); the floor of each pair is the same command over the small store."""
    large = 30_000 if quick else 1_000_000
    pairs = 20 if quick else 150
    result = Result("growth")
    with scratch() as little, scratch() as much:
        little.fill(SMALL)
        much.fill(large)
        figures: list[Figure] = []
        for (name, argv, stdin, _), (_, large_argv, large_stdin, _) in zip(
            commands(little), commands(much), strict=True
        ):
            for home, words, source in ((little, argv, stdin), (much, large_argv, large_stdin)):
                spawn([PROGRAM, *[word.replace("{}", "0") for word in words]], home.environ, source)
            target = 1.5 if "search" in name else 1.1
            # One environment serves both: only HOOKS_HOME and the project differ, so they are set by `env`.
            floor = ["/usr/bin/env", *_differs(little.environ), PROGRAM, *[word.replace("{}", "1") for word in argv]]
            command = ["/usr/bin/env", *_differs(much.environ), PROGRAM, *large_argv]
            figures.append(
                measure(
                    name, command, much.environ, pairs, floor=floor, stdin=large_stdin, floor_stdin=stdin, target=target
                )
            )
        result.figures(f"over {large:,} entries, as a ratio to the same over {SMALL:,}", figures)
    return result


def _differs(environ: dict[str, str]) -> list[str]:
    return [f"{name}={environ[name]}" for name in ("HOME", "HOOKS_HOME", "CLAUDE_PROJECT_DIR")]
