"""`scripts/stress crowd`: a hundred processes at once, each a fresh one, writing; all must succeed and every write must be there."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAM = str(Path(sys.executable).parent / "hooks-cli")
ROUNDS = 20


def main() -> int:
    """Some rounds of a hundred (quick: one of forty), the first of them in a project without a store."""
    count, rounds = (40, 1) if "--quick" in sys.argv else (100, ROUNDS)
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="hooks-crowd-", dir=os.environ.get("BENCH_DIR")) as folder:
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "HOOKS_HOME": f"{folder}/hooks",
            "CLAUDE_PROJECT_DIR": folder,
        }
        for turn in range(rounds):
            crowd = [
                subprocess.Popen(
                    [PROGRAM, "memory", "store", f"crowd/{turn}/{number}", str(number)],
                    env=environ,
                    cwd=folder,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    text=True,
                )
                for number in range(count)
            ]
            for process in crowd:
                _, err = process.communicate()
                if process.returncode:
                    failed.append(f"exit {process.returncode}: {err[:300]}")
        argv = [PROGRAM, "memory", "recall", "crowd/*", "--limit", str(count * rounds + 1), "--format", "ndjson"]
        kept = subprocess.run(argv, env=environ, cwd=folder, capture_output=True, text=True, check=True).stdout.count(
            "\n"
        )
        verified = subprocess.run(
            [PROGRAM, "memory", "verify"], env=environ, cwd=folder, capture_output=True, text=True
        )
    print(f"{count * rounds} processes in {rounds} crowds of {count}: {len(failed)} failed, {kept} entries kept")
    for line in failed[:5]:
        print(f"  {line}")
    print(verified.stdout.strip() or verified.stderr.strip())
    return 1 if failed or kept != count * rounds or verified.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
