"""`memory export` beside writers, and over values that are long: one state of the store, and memory that does not grow."""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

from tests.conftest import PROGRAM, Run


def test_an_export_beside_writers_is_one_state(run: Run, project: Path) -> None:
    """Eight writers each count upwards in addresses of their own, all at once: in any one state a writer's have the same version."""
    for writer in range(8):
        lines = [json.dumps({"key": f"w/{writer}/{n}", "value": "0"}) for n in range(20)]
        run("memory", "store", "--batch", stdin="\n".join(lines), check=True)
    stop = threading.Event()
    told: list[str] = []

    def write(writer: int) -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            lines = [json.dumps({"key": f"w/{writer}/{n}", "value": str(turn)}) for n in range(20)]
            done = run("memory", "store", "--batch", stdin="\n".join(lines))
            if done.returncode:
                told.append(done.stderr)

    writers = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in writers:
        thread.start()
    seen: list[int] = []
    try:
        for form in ("ndjson", "csv", "sqlite", "json"):
            name = f"{len(seen)}.{form}"
            run("memory", "export", name, "--versions", "all", check=True)
            found = versions_in(project / name, form)
            newest: dict[str, int] = {}
            for key, version in found:
                newest[key] = max(newest.get(key, 0), version)
            assert len(newest) == 160
            for writer in range(8):  # a batch is one transaction: all of its addresses have the same version
                assert len({version for key, version in newest.items() if key.startswith(f"w/{writer}/")}) == 1, name
            assert len(found) == sum(newest.values())  # and every version below it
            seen.append(len(found))
    finally:
        stop.set()
        for thread in writers:
            thread.join()
    assert not told
    assert seen == sorted(seen) and seen[-1] > seen[0]
    run("memory", "verify", check=True)


def versions_in(path: Path, form: str) -> list[tuple[str, int]]:
    """(key, version) of all that a file holds."""
    if form == "sqlite":
        return sqlite3.connect(path).execute("SELECT key, key_version FROM entries").fetchall()
    if form == "csv":
        return [(row["key"], int(row["key_version"])) for row in csv.DictReader(path.open(newline=""))]
    lines = (
        [json.loads(line) for line in path.read_text().splitlines()]
        if form == "ndjson"
        else json.loads(path.read_text())["entries"]
    )
    return [(line["key"], line["key_version"]) for line in lines if line.get("record", "entry") == "entry"]


def test_long_values_do_not_pile_up(run: Run, project: Path, environ: dict[str, str]) -> None:
    """48 values of 1 MiB are written in less memory than they take together."""
    lines = [json.dumps({"key": f"long/{n}", "value": "x" * 1_048_576}) for n in range(48)]
    (project / "long.ndjson").write_text("\n".join(lines))
    run("memory", "store", "--batch", "--file", "long.ndjson", check=True)
    for form in ("ndjson", "json", "csv", "sqlite", "markdown"):
        peak = peak_mib(["memory", "export", f"out.{form}", "--format", form], environ, project)
        assert peak < 48, (form, peak)
        assert (project / f"out.{form}").stat().st_size > 48 * 1_048_576


# A process inherits the peak of the one that starts it, so a small one starts what is weighed.
WEIGH = """
import os, sys
_, status, usage = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0)
sys.stderr.write(f"{os.waitstatus_to_exitcode(status)} {usage.ru_maxrss}")
"""


def peak_mib(argv: list[str], environ: dict[str, str], project: Path) -> float:
    """Peak memory of a call that must succeed."""
    words = [sys.executable, "-ISc", WEIGH, str(PROGRAM), *argv]
    done = subprocess.run(words, env=environ, cwd=project, capture_output=True, text=True, check=True)
    code, peak = done.stderr.split()[-2:]
    assert code == "0", done.stderr
    return int(peak) / 1024
