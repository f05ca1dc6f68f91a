"""What each step between exec and exit costs: the same interpreter stopped after each one, in interleaved rounds."""

from __future__ import annotations

import statistics
import sys
import sysconfig
from pathlib import Path

from scripts.benchmarks.pairs import FLOOR, spawn
from scripts.benchmarks.scratch import PROGRAM, scratch
from scripts.benchmarks.tables import Result

SITE = sysconfig.get_path("purelib")
# As `hooks_cli/__main__.py` begins: no cyclic garbage collector, and our own way to the bytecode.
PATHED = (
    f"import gc; gc.disable(); import sys; sys.path.insert(0, {SITE!r}); import os\n"
    "from hooks_cli import bytecode; bytecode.install()\n"
)
STORE = ["memory", "store", "bench/steps", "a value of some words"]
STEPS = (
    ("a bare interpreter: python -c pass", list(FLOOR)),
    ("without site: python -IS, and os._exit", [sys.executable, "-IS", "-c", "import os; os._exit(0)"]),
    (
        "+ apsw, without collections",
        [sys.executable, "-IS", "-c", PATHED + "from hooks_cli.system.apsw_import import apsw; os._exit(0)"],
    ),
    (
        "+ parsing, and all modules of the verb",
        [
            sys.executable,
            "-IS",
            "-c",
            PATHED + f"from hooks_cli import entry, environment; entry.fast_lane.parse({STORE!r}); os._exit(0)",
        ],
    ),
    (
        "+ project, settings, key, opening",
        [
            sys.executable,
            "-IS",
            "-c",
            PATHED
            + f"from hooks_cli import entry, environment; entry.fast_lane.parse({STORE!r})\n"
            + "from hooks_cli.commands import store_access; store_access.for_memory(environment.Environment.from_process()); os._exit(0)",
        ],
    ),
    ("the whole, without the launcher", [sys.executable, "-IS", str(Path(SITE, "hooks_cli", "__main__.py")), *STORE]),
    ("the whole: hooks-cli memory store", [PROGRAM, *STORE]),
)


def run(quick: bool) -> Result:
    """Medians of interleaved rounds, and what each step adds."""
    rounds = 20 if quick else 150
    times: list[list[float]] = [[] for _ in STEPS]
    result = Result("steps")
    with scratch() as home:
        home.fill(100)
        for turn in range(-2, rounds):
            for at, (name, argv) in enumerate(STEPS):
                took, _, code = spawn(argv, home.environ)
                assert code == 0, f"{name} ended with {code}"
                if turn >= 0:
                    times[at].append(took * 1000)
    medians = [statistics.median(values) for values in times]
    rows = []
    for at, (name, _) in enumerate(STEPS):
        added = f"{medians[at] - medians[at - 1]:+.1f}" if at else ""
        rows.append((name, f"{medians[at]:.1f}", added, f"{medians[at] / medians[0]:.2f}"))
    result.table("one `memory store`, step by step", ("up to here", "ms", "this step", "ratio"), rows)
    return result
