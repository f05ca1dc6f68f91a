"""Several machines of one memory: each with a home and a project of its own, over one log."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hooks_cli.environment import Environment
from hooks_cli.store.sqlite.schema import LEDGER_TABLES
from hooks_cli.store.sqlite.store import EmbeddedStore, open_store
from tests.conftest import BIN, PROGRAM, SHIELDED, SHIELDED_NAMES, Completed


class Machine:
    """One machine. `run` starts the installed program there."""

    def __init__(self, folder: Path, name: str, variables: Mapping[str, str]) -> None:
        self.name = name
        self.home = folder / name / "home"
        self.project = folder / name / "project"
        self.home.mkdir(parents=True)
        self.project.mkdir()
        (self.project / "hooks.toml").write_text("")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(SHIELDED) and k not in SHIELDED_NAMES}
        self.environ = {
            **kept,
            "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)]),
            "HOME": str(self.home),
            "HOOKS_HOME": str(self.home / "hooks"),
            "LC_ALL": "C.UTF-8",
            "HOOKS_REMOTE_RELAY": "off",
            **variables,
        }

    def start(self, *argv: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [PROGRAM, *argv],
            env={**self.environ, **(env or {})},
            cwd=self.project,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(
        self,
        *argv: str,
        stdin: str = "",
        env: Mapping[str, str] | None = None,
        code: int | None = 0,
        timeout: float = 120,
    ) -> Completed:
        """One call; the test fails on another exit code than `code` (None: any)."""
        done = subprocess.run(
            [PROGRAM, *argv],
            env={**self.environ, **(env or {})},
            cwd=self.project,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        said = f"{self.name}: {argv}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert code is None or done.returncode == code, said
        return done

    def json(self, *argv: str, **options: Any) -> Any:
        return json.loads(self.run(*argv, "--json", **options).stdout)

    def open(self) -> EmbeddedStore:
        """The store, in this process."""
        return open_store(Environment(self.environ, str(self.project)), create=False)

    def state(self) -> dict[str, Any]:
        """What must be the same on all machines: the rows of the ledger's tables, figures, and the words that search finds."""
        store = self.open()
        try:
            rows = {
                table: sorted(map(repr, store.query(f"SELECT {columns} FROM {table}")))
                for table, columns in LEDGER_TABLES.items()
            }
            indexed = store.query("SELECT id FROM search_docsize ORDER BY id")
            figures = store.query("SELECT revision, live, collected, ledger, store_id FROM state")
            return {"rows": rows, "indexed": indexed, "figures": figures}
        finally:
            store.close()

    def key_file(self) -> Path:
        return next((self.home / "hooks" / "config" / "keys").glob("*.key"))

    def store_path(self) -> Path:
        return next((self.home / "hooks" / "data" / "projects").glob("*/memory.db"))


class Machines:
    """Machines of one memory at an address."""

    def __init__(self, folder: Path, address: str, variables: Mapping[str, str]) -> None:
        self.folder = folder
        self.address = address
        self.variables = dict(variables)
        self.all: list[Machine] = []

    def new(self, name: str = "") -> Machine:
        """A machine with nothing on it."""
        machine = Machine(self.folder, name or f"m{len(self.all)}", self.variables)
        self.all.append(machine)
        return machine

    def first(self) -> Machine:
        """A machine that shares its memory of one entry."""
        machine = self.new()
        machine.run("memory", "store", "first/entry", "written before it was shared")
        machine.run("remote", "create", self.address)
        return machine

    def joined(self, first: Machine, name: str = "") -> Machine:
        """Another machine that has joined."""
        machine = self.new(name)
        key = machine.home / "key"
        key.write_text(first.key_file().read_text())
        key.chmod(0o600)
        machine.run("remote", "join", self.address, "--key-file", str(key))
        return machine

    def equal(self) -> dict[str, Any]:
        """All pull; the test fails unless all have the same state then. Returns it."""
        states = []
        for machine in self.all:
            machine.run("remote", "pull")
            machine.run("memory", "verify")
            states.append(machine.state())
        for machine, state in zip(self.all, states, strict=True):
            assert state == states[0], f"{machine.name} differs from {self.all[0].name}"
        return states[0]
