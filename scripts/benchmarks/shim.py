"""What a prompt's `npx claude-flow@alpha …` costs above the same call of this program: the shim is sh, and hands the call over."""

from __future__ import annotations

import subprocess

from scripts.benchmarks.pairs import measure
from scripts.benchmarks.scratch import PROGRAM, scratch
from scripts.benchmarks.tables import Result

TARGET = 1.15


def run(quick: bool) -> Result:
    """Pairs of the direct call and the same through the shim."""
    pairs = 25 if quick else 150
    result = Result("shim")
    with scratch() as home:
        home.fill(1_000)
        for verb in ("install", "path"):
            said = subprocess.run(
                [PROGRAM, "shims", verb], env=home.environ, check=True, capture_output=True, text=True
            ).stdout
        folder = said.strip()
        notify = ["hooks", "notify", "--message", "Baseline {}", "--memory-key", "bench/{}"]
        figures = [
            measure(
                f"{name} {argv[0]} {argv[1]}",
                [f"{folder}/npx", *words, *argv],
                home.environ,
                pairs,
                floor=[PROGRAM, *argv],
                target=TARGET,
            )
            for name, words in (
                ("npx claude-flow@alpha", ["claude-flow@alpha"]),
                ("npx -y claude-flow@alpha", ["-y", "claude-flow@alpha"]),
            )
            for argv in (notify, ["memory", "recall", "fill/0/1"])
        ]
        result.figures("through the npx shim, as a ratio to the direct call", figures)
    return result
