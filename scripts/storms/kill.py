"""`scripts/stress kill`: 16 writers whose processes are killed at random moments; afterwards every acknowledged write must be there.

A write counts as acknowledged when the line `Stored successfully` of it was read, whether its process was killed after that or not.
Every writer also reads one of its earlier writes from time to time. At the end `memory verify` reads every row and page.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

PROGRAM = str(Path(sys.executable).parent / "hooks-cli")
WRITERS = 16
WANTED = 10_000
QUICK = 150


class Tally:
    """What all writers did."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.acknowledged: dict[str, str] = {}
        self.killed = 0
        self.refused: list[str] = []
        self.misread = 0


def writer(number: int, tally: Tally, environ: dict[str, str], wanted: int, folder: str) -> None:
    """Write until enough is acknowledged; kill about every third process at a random moment of its life."""
    chance = random.Random(number)
    turn = 0
    while len(tally.acknowledged) < wanted:
        turn += 1
        address, value = f"storm/{number}/{turn % 50}", f"{number}-{turn}"
        argv = [PROGRAM, "memory", "store", address, value]
        if chance.random() < 0.3:
            argv = [PROGRAM, "hooks", "notify", "--message", value, "--memory-key", address]
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ, cwd=folder)
        doomed = chance.random() < 0.35
        if doomed:
            time.sleep(chance.random() * 0.25)
            process.send_signal(signal.SIGKILL)
        out, err = process.communicate()
        with tally.lock:
            if b"Stored successfully" in out:
                tally.acknowledged[f"{address} {value}"] = out.decode().rpartition("(revision ")[2].partition(",")[0]
            elif process.returncode == -signal.SIGKILL:
                tally.killed += 1
            else:
                tally.refused.append(f"exit {process.returncode}: {err.decode()[:300]}")


def main() -> int:
    """Run the storm, then compare."""
    wanted = QUICK if "--quick" in sys.argv else WANTED
    with tempfile.TemporaryDirectory(prefix="hooks-storm-", dir=os.environ.get("BENCH_DIR")) as folder:
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "HOOKS_HOME": f"{folder}/hooks",
            "CLAUDE_PROJECT_DIR": folder,
        }
        subprocess.run(
            [PROGRAM, "hooks", "pre-task", "--session-id", "storm", "--description", "d"], env=environ, check=True
        )
        tally = Tally()
        threads = [threading.Thread(target=writer, args=(n, tally, environ, wanted, folder)) for n in range(WRITERS)]
        begin = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.monotonic() - begin
        kept = versions(environ, folder)
        lost = [
            f"{what} (revision {revision})"
            for what, revision in tally.acknowledged.items()
            if kept.get(revision) != what
        ]
        verified = subprocess.run(
            [PROGRAM, "memory", "verify"], env=environ, cwd=folder, capture_output=True, text=True
        )
    print(
        f"{len(tally.acknowledged)} writes acknowledged, {tally.killed} processes killed before they said so, in {took:.0f} s"
    )
    print(f"{len(tally.refused)} refused, {len(lost)} lost")
    for line in [*tally.refused[:5], *lost[:5]]:
        print(f"  {line}")
    print(verified.stdout.strip() or verified.stderr.strip())
    return 1 if lost or tally.refused or verified.returncode else 0


def versions(environ: dict[str, str], folder: str) -> dict[str, str]:
    """Every version in the store: revision -> "address value"."""
    argv = [PROGRAM, "memory", "export", "--format", "ndjson", "--versions", "all", "--output", "-"]
    lines = subprocess.run(
        argv, env=environ, cwd=folder, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    found = {}
    for line in lines:
        entry = json.loads(line)
        if "data" in entry:
            found[str(entry["revision"])] = f"{entry['key']} {entry['data']}"
    return found


if __name__ == "__main__":
    sys.exit(main())
