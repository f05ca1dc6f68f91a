"""Scratch homes with stores of any size, filled through the product's own operations."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hooks_cli.environment import Environment
from hooks_cli.model.entry import Draft
from hooks_cli.store.sqlite.rows import entry_writes, journal
from hooks_cli.store.sqlite.store import open_store

BIN = Path(sys.executable).parent
PROGRAM = str(BIN / "hooks-cli")
_WORDS = """
    baseline chaos failover latency agent swarm topology remediation pattern registration cache database retry backoff
    network partition worker orchestration schema trace span queue consumer deploy rollback regression throughput budget
    session token
"""
WORDS = tuple(_WORDS.split())


class Scratch:
    """A home and a project; `environ` for processes, `environment` for this one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = folder / "project"
        self.project.mkdir(parents=True)
        config = folder / "hooks" / "config"
        config.mkdir(parents=True, mode=0o700)
        (config / "config.toml").write_text("[memory.gc]\nenabled = true\nmax_age_days = 90\n")
        os.chmod(folder / "hooks", 0o700)
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        self.environ = {
            **kept,
            "HOME": str(folder),
            "HOOKS_HOME": str(folder / "hooks"),
            "CLAUDE_PROJECT_DIR": str(self.project),
        }
        self.environment = Environment(self.environ, str(self.project))

    def fill(self, count: int, *, begin: int = 0, batch: int = 10_000, events: bool = False) -> None:
        """Add `count` entries of about 200 bytes, `fill/<n/1000>/<n>`, in transactions of `batch`."""
        store = open_store(self.environment)
        done = 0
        while done < count:
            with store.writing() as tx:
                for number in range(begin + done, begin + min(done + batch, count)):
                    address, value = sample(number)
                    entry_writes.put(tx, Draft(address, value, metadata=f'{{"n":{number}}}'))
                    if events:
                        journal.record(tx, "notify", {"message": value}, revision=tx.next_revision())
            done += batch
        store.close()


def sample(number: int) -> tuple[str, str]:
    """The address and value of a filled entry: 12 words out of 30 that differ from entry to entry, and a rare word in one of 1000."""
    picked = [WORDS[(number * 7 + step * (number % 13 + 1)) % len(WORDS)] for step in range(22)]
    rare = f" needle{number // 1000}" if number % 1000 == 0 else ""
    return f"fill/{number // 1000}/{number}", " ".join(picked) + rare


@contextmanager
def scratch() -> Iterator[Scratch]:
    """A scratch home that is removed afterwards. BENCH_DIR names the disk to measure on (default: the temporary folder)."""
    folder = Path(tempfile.mkdtemp(prefix="hooks-bench-", dir=os.environ.get("BENCH_DIR")))
    try:
        yield Scratch(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
