"""The peers beside us, in one run: the same small operations, each a fresh process, interleaved.

`PEERS=FOLDER` names a folder with `v2/` (npm install claude-flow@2.7.0, with ONNXRUNTIME_NODE_INSTALL_CUDA=skip) and `v3/` (npm install
claude-flow@3.43.0); sqlite-utils comes with `pip install 'hooks-cli[bench]'`. What is not there is left out, and said. The shell script
over a file is what people write by hand: `jq` into a new file, and `mv`.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
from pathlib import Path

from scripts.benchmarks.pairs import FLOOR, spawn
from scripts.benchmarks.scratch import PROGRAM, Scratch, scratch
from scripts.benchmarks.tables import Result

JQ_STORE = 'f="$1"; [ -f "$f" ] || echo "{}" >"$f"; jq --arg k "$2" --arg v "$3" \'.[$k]=$v\' "$f" >"$f.new" && mv "$f.new" "$f"'
JQ_GET = 'jq -r --arg k "$2" \'.[$k]\' "$1"'
OPERATIONS = ("store", "read one", "search", "notify")


def commands(home: Scratch) -> tuple[dict[str, list[list[str] | None]], list[str]]:
    """For each program its command lines in the order of OPERATIONS (None: it has none), and what is not there."""
    found: dict[str, list[list[str] | None]] = {
        "hooks-cli": [
            [PROGRAM, "memory", "store", "k/{}", "a value of some words"],
            [PROGRAM, "memory", "recall", "k/0"],
            [PROGRAM, "memory", "search", "words"],
            [PROGRAM, "hooks", "notify", "--message", "a message {}"],
        ]
    }
    missing = []
    node, npx = shutil.which("node"), shutil.which("npx")
    peers = Path(os.environ.get("PEERS", "/nonexistent"))
    for name, entry, words in (
        ("v2", "bin/claude-flow.js", _second),
        ("v3", "bin/cli.js", _third),
    ):
        script = peers / name / "node_modules" / "claude-flow" / entry
        if node and script.exists():
            found[f"claude-flow {name}, node"] = words([node, str(script)])
            if npx:
                found[f"claude-flow {name}, npx"] = words(
                    [npx, "--prefix", str(peers / name), "--no-install", "claude-flow"]
                )
        else:
            missing.append(f"claude-flow {name} (PEERS names no folder with it)")
    utils = Path(sys.executable).parent / "sqlite-utils"
    if utils.exists():
        database = str(home.folder / "peer.db")
        found["sqlite-utils (plain file)"] = [
            [
                str(utils),
                "query",
                database,
                "INSERT OR REPLACE INTO e(key, value) VALUES('k/{}', 'a value of some words')",
            ],
            [str(utils), "query", database, "SELECT value FROM e WHERE key = 'k/0'", "--raw"],
            [str(utils), "search", database, "e", "words", "--limit", "10"],
            None,
        ]
        spawn([str(utils), "create-table", database, "e", "key", "text", "value", "text", "--pk", "key"], home.environ)
        spawn([str(utils), "enable-fts", database, "e", "key", "value", "--create-triggers"], home.environ)
    else:
        missing.append("sqlite-utils (pip install 'hooks-cli[bench]')")
    if shutil.which("jq"):
        file = str(home.folder / "peer.json")
        found["sh and jq over a file (plain, keeps one of two writers)"] = [
            ["/bin/sh", "-c", JQ_STORE, "store", file, "k/{}", "a value of some words"],
            ["/bin/sh", "-c", JQ_GET, "get", file, "k/0"],
            None,
            None,
        ]
    else:
        missing.append("jq")
    return found, missing


def _second(program: list[str]) -> list[list[str] | None]:
    return [
        [*program, "memory", "store", "k/{}", "a value of some words"],
        [*program, "memory", "query", "k/0"],
        [*program, "memory", "query", "words"],
        [*program, "hooks", "notify", "--message", "a message {}"],
    ]


def _third(program: list[str]) -> list[list[str] | None]:
    return [
        [*program, "memory", "store", "-k", "k/{}", "--value", "a value of some words"],
        [*program, "memory", "retrieve", "-k", "k/0"],
        [*program, "memory", "search", "-q", "words"],
        [*program, "hooks", "notify", "--message", "a message {}"],
    ]


def run(quick: bool) -> Result:
    """Medians in ms of interleaved rounds, and the ratio to a bare Python in the same round."""
    rounds = 3 if quick else 15
    result = Result("peers")
    with scratch() as home:
        home.fill(100)
        found, missing = commands(home)
        times: dict[tuple[str, int], list[float]] = {}
        ratios: dict[tuple[str, int], list[float]] = {}
        peaks: dict[str, float] = {}
        floors = []
        os.chdir(home.project)
        for turn in range(-1, rounds):
            base, _, _ = spawn(FLOOR, home.environ)
            if turn >= 0:
                floors.append(base * 1000)
            for name, lines in found.items():
                for at, argv in enumerate(lines):
                    if argv is None:
                        continue
                    took, memory, _ = spawn([word.replace("{}", str(max(turn, 0))) for word in argv], _with_path(home))
                    if turn >= 0:
                        times.setdefault((name, at), []).append(took * 1000)
                        ratios.setdefault((name, at), []).append(took / base)
                        peaks[name] = max(peaks.get(name, 0), memory)
        rows = []
        for name in found:
            cells = [_cell(times.get((name, at)), ratios.get((name, at))) for at in range(len(OPERATIONS))]
            rows.append((name, *cells, f"{peaks[name]:.0f}"))
        rows.append(("(python -c pass)", *[f"{statistics.median(floors):.0f}"] * len(OPERATIONS), ""))
        result.table(f"ms, and the ratio to a bare Python; {rounds} rounds", ("program", *OPERATIONS, "peak MiB"), rows)
    if missing:
        result.remarks.append(f"Not measured, because not there: {', '.join(missing)}.")
    return result


def _with_path(home: Scratch) -> dict[str, str]:
    return {**home.environ, "PATH": os.environ.get("PATH", os.defpath), "npm_config_update_notifier": "false"}


def _cell(times: list[float] | None, ratios: list[float] | None) -> str:
    return f"{statistics.median(times):.0f} ({statistics.median(ratios):.1f}x)" if times and ratios else "–"
