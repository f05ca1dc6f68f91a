"""200,000 entries of 200 bytes by `memory store --batch`, against `sqlite-utils insert --nl` with full-text search enabled, plain."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from scripts.benchmarks.scratch import PROGRAM, sample, scratch
from scripts.benchmarks.tables import Result

SQLITE_UTILS = Path(sys.executable).parent / "sqlite-utils"

LINE = 200


def ndjson(path: Path, count: int) -> None:
    """Lines of 200 bytes: {"key": …, "value": …}."""
    with path.open("w") as file:
        for number in range(count):
            address, value = sample(number)
            empty = json.dumps({"key": address, "value": ""}) + "\n"
            file.write(json.dumps({"key": address, "value": f"{value} {value}"[: LINE - len(empty)]}) + "\n")


def run(quick: bool) -> Result:
    """Interleaved rounds; entries a second."""
    count, rounds = (20_000, 1) if quick else (200_000, 3)
    result = Result("bulk")
    ours, theirs = [], []
    with scratch() as home:
        data = home.folder / "data.ndjson"
        ndjson(data, count)
        for turn in range(rounds):
            home.environ["HOOKS_STORE"] = str(home.folder / f"bulk-{turn}.db")
            begin = time.perf_counter()
            with data.open("rb") as lines:
                subprocess.run(
                    [PROGRAM, "memory", "store", "--batch"],
                    stdin=lines,
                    env=home.environ,
                    check=True,
                    stdout=subprocess.DEVNULL,
                )
            ours.append(count / (time.perf_counter() - begin))
            if SQLITE_UTILS.exists():
                database = str(home.folder / f"peer-{turn}.db")
                begin = time.perf_counter()
                for argv in (
                    ["insert", database, "entry", str(data), "--nl", "--pk", "key"],
                    ["enable-fts", database, "entry", "key", "value", "--create-triggers", "--tokenize", "porter"],
                ):
                    subprocess.run([SQLITE_UTILS, *argv], check=True, stdout=subprocess.DEVNULL)
                theirs.append(count / (time.perf_counter() - begin))
    rows = [("hooks-cli memory store --batch (encrypted, versioned, indexed)", f"{statistics.median(ours):,.0f}", "")]
    if theirs:
        ratio = statistics.median(mine / peer for mine, peer in zip(ours, theirs, strict=True))
        rows = [(rows[0][0], rows[0][1], f"{ratio:.2f} (target 1)")]
        rows.append(("sqlite-utils insert --nl, then enable-fts (plain)", f"{statistics.median(theirs):,.0f}", "1.00"))
    else:
        result.remarks.append("sqlite-utils is not installed here (pip install sqlite-utils), so it was not measured.")
    result.table(f"{count:,} entries", ("command", "entries a second", "ratio"), rows)
    return result
