"""`scripts/stress transfer [--quick] [--seed N]`: import, export, backup and restore, each killed (SIGKILL) at random moments of its life.

After every kill: the store opens and verifies; an import is there whole or not at all; a file under the name that was asked for is
whole; a restore has left the old store or the new one; and what the killed process left half made is gone after the next run.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PROGRAM = str(Path(sys.executable).parent / "hooks-cli")
# Rounds and entries; a call of the quick form lives for some 200 ms all the same, long enough to be killed in.
ROUNDS, QUICK = 60, 3
ENTRIES, QUICK_ENTRIES = 3_000, 800


class Storm:
    """A home with a store, and the files that the rounds work with."""

    def __init__(self, folder: Path, chance: random.Random, entries: int = ENTRIES) -> None:
        self.folder, self.chance, self.entries = folder, chance, entries
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "HOOKS_HOME": str(folder / "hooks"),
            "CLAUDE_PROJECT_DIR": str(folder),
        }
        self.failed: list[str] = []
        self.killed = self.finished = 0
        lines = [json.dumps({"key": f"there/{n}", "value": f"value {n} " + "x" * 200}) for n in range(entries)]
        (folder / "there.ndjson").write_text("\n".join(lines))
        self.run("memory", "store", "--batch", "--file", "there.ndjson")
        (folder / "out").mkdir()
        self.run("memory", "backup", "old.backup")
        self.run("memory", "store", "mark", "later than the backup")

    def run(self, *argv: str, codes: tuple[int, ...] = (0,)) -> str:
        """One call that is left alone; its standard output."""
        done = subprocess.run([PROGRAM, *argv], env=self.environ, cwd=self.folder, capture_output=True, text=True)
        if done.returncode not in codes:
            self.failed.append(f"{' '.join(argv)}: exit {done.returncode}: {done.stderr[:300]}")
        return done.stdout

    def kill(self, argv: list[str], usual: float) -> bool:
        """Start a call and kill it at a random moment; whether it had ended by then. The launcher becomes Python by exec: one process."""
        process = subprocess.Popen(
            [PROGRAM, *argv], env=self.environ, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        try:
            process.wait(self.chance.random() * usual)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        _, told = process.communicate()
        if process.returncode not in (0, -signal.SIGKILL):
            self.failed.append(f"{' '.join(argv)}: exit {process.returncode}: {told.decode()[:300]}")
        self.killed += process.returncode != 0
        self.finished += process.returncode == 0
        return process.returncode == 0

    def expect(self, holds: bool, what: str) -> None:
        """Note what should have held."""
        if not holds:
            self.failed.append(what)

    def count(self, glob: str) -> int:
        """How many entries match."""
        return int(self.run("memory", "list", glob, "--count") or -1)

    def leftovers(self) -> list[str]:
        """Temporary files below the home."""
        return [str(path) for path in self.folder.rglob("*") if ".hooks-new" in path.name or ".new-" in path.name]

    def verify(self) -> None:
        """The store is sound: every page, every row against the ledger."""
        self.run("memory", "verify")

    def usual(self, argv: list[str], after: Callable[[], object]) -> float:
        """How long a call takes that is left alone (s), with some room."""
        begin = time.monotonic()
        self.run(*argv)
        took = time.monotonic() - begin
        after()
        return took * 1.1


def imports(storm: Storm, rounds: int) -> None:
    """All of a file or nothing."""
    argv = ["memory", "import", "new.ndjson"]
    lines = (storm.folder / "there.ndjson").read_text()

    def prepare(number: int) -> str:
        (storm.folder / "new.ndjson").write_text(lines.replace('"there/', f'"new/{number}/'))
        return f"new/{number}/*"

    prepare(-1)
    usual = storm.usual(argv, lambda: None)
    for number in range(rounds):
        glob = prepare(number)
        ended = storm.kill(argv, usual)
        found = storm.count(glob)
        storm.expect(found in ((storm.entries,) if ended else (0, storm.entries)), f"import {number}: {found} entries")
        storm.verify()
        if found:
            storm.run("memory", "destroy", glob, "--yes")


def files(storm: Storm, rounds: int, name: str, argv: list[str], whole: Callable[[Path], bool]) -> None:
    """A file under its own name is whole, and the next run clears away what is not."""
    path = storm.folder / "out" / name
    usual = storm.usual([*argv, str(path)], lambda: remove(path))
    for number in range(rounds):
        ended = storm.kill([*argv, str(path)], usual)
        storm.expect(path.exists() or not ended, f"{name} {number}: said done, and is not there")
        if path.exists():
            storm.expect(whole(path), f"{name} {number}: half a file")
            remove(path)
        storm.verify()
    storm.run(*argv, str(path))
    storm.expect(whole(path), f"{name}: the run after the storm")
    storm.expect(not storm.leftovers(), f"{name}: left behind: {storm.leftovers()[:3]}")
    remove(path)
    storm.expect(not list(path.parent.iterdir()), f"{name}: a file beside it is left")


def remove(path: Path) -> None:
    """A file, and the slot file that belongs to it."""
    path.unlink()
    path.with_name(path.name + ".slots").unlink(missing_ok=True)


def restores(storm: Storm, rounds: int) -> None:
    """The old store or the new one; what was replaced is kept, whole."""
    shutil.copy(storm.folder / "old.backup", storm.folder / "before.backup")
    argv = ["memory", "restore", "old.backup"]
    storm.run("memory", "backup", "new.backup")
    back: Callable[[], object] = lambda: storm.run("memory", "restore", "new.backup")  # noqa: E731
    usual = storm.usual(argv, back)
    for number in range(rounds):
        ended = storm.kill(argv, usual)
        mark = storm.run("memory", "recall", "mark", codes=(0, 1))
        storm.expect(mark == ("" if ended else mark), f"restore {number}: said done, and the old store is there")
        storm.expect(storm.count("there/*") == storm.entries, f"restore {number}: entries are missing")
        storm.verify()
        if not mark:
            back()
            storm.expect(storm.run("memory", "recall", "mark") != "", f"restore {number}: not back")
        for aside in storm.folder.rglob("memory.db.before-restore-*"):
            aside.unlink()
    back()
    storm.expect(not storm.leftovers(), f"restore: left behind: {storm.leftovers()[:3]}")


def storm_all(storm: Storm, rounds: int) -> None:
    """All of them, one after the other."""
    imports(storm, rounds)
    entries = storm.entries + 1

    def ndjson(path: Path) -> bool:
        return sum(json.loads(line)["record"] == "entry" for line in path.read_text().splitlines()) >= entries

    def sqlite(path: Path) -> bool:
        import sqlite3

        with sqlite3.connect(path) as found:
            return bool(
                found.execute("SELECT count(*) FROM entries").fetchone()[0] >= entries
                and found.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            )

    files(storm, rounds, "out.ndjson", ["memory", "export", "--output"], ndjson)
    files(storm, rounds, "out.sqlite", ["memory", "export", "--output"], sqlite)
    files(
        storm,
        rounds,
        "out.backup",
        ["memory", "backup"],
        lambda path: storm.run("memory", "restore", str(path), "--dry-run") != "",
    )
    phrase = storm.folder / "phrase"
    phrase.write_text("correct horse battery staple\n")
    phrase.chmod(0o600)
    by_phrase = ["--password-file", str(phrase)]
    files(
        storm,
        rounds,
        "phrase.backup",
        ["memory", "backup", *by_phrase],
        lambda path: storm.run("memory", "restore", str(path), "--dry-run", *by_phrase) != "",
    )
    restores(storm, rounds)


def main() -> int:
    """Run the storm and say what it found."""
    rounds, entries = (QUICK, QUICK_ENTRIES) if "--quick" in sys.argv else (ROUNDS, ENTRIES)
    seed = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else int(time.time())
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hooks-transfer-", dir=os.environ.get("BENCH_DIR")) as folder:
        storm = Storm(Path(folder), random.Random(seed), entries)
        storm_all(storm, rounds)
    took = time.monotonic() - begin
    print(
        f"seed {seed}: {storm.killed} killed, {storm.finished} had ended before, in {took:.0f} s: {len(storm.failed)} findings"
    )
    for line in storm.failed[:10]:
        print(f"  {line}")
    return 1 if storm.failed else 0


if __name__ == "__main__":
    sys.exit(main())
