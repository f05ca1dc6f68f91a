"""What all tests share: the installed program, run as a real process with a home, a store and a project of its own."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from hooks_cli.environment import Environment
from hooks_cli.project import note
from hooks_cli.project.discovery import stem_of
from hooks_cli.store.sqlite.store import EmbeddedStore, open_store

# No test asserts a time: on a busy machine any example may take long.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
PROGRAM = BIN / "hooks-cli"
# The launchers and the image of the bytecode exist in a built wheel only; `pip install -e` makes neither.
NEEDS_WHEEL = pytest.mark.skipif(
    not Path(sysconfig.get_path("purelib"), "hooks_cli", "__init__.py").is_file(),
    reason="needs the built wheel: scripts/install-here dev, then .venv/bin/python -m pytest",
)
TIMEOUT_SECONDS = 60
# What decides where the program looks, who it takes itself for, or how it prints: never inherited by a test.
SHIELDED = ("HOOKS_", "CLAUDE_", "MEMORY_", "OTEL_", "XDG_", "GIT_", "PYTHON")
SHIELDED_NAMES = ("TRACEPARENT", "TRACESTATE", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM")

for _name in list(os.environ):
    # Tests that call the package in this process see none of it either.
    if _name.startswith(SHIELDED) or _name in SHIELDED_NAMES:
        del os.environ[_name]

Completed = subprocess.CompletedProcess[str]
Run = Callable[..., Completed]
Fill = Callable[[Run, Path], None]
FilledBy = Callable[[Fill], Run]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A scratch home directory; the program's data, config and cache lie in `home / "hooks"` (HOOKS_HOME)."""
    path = tmp_path / "home"
    path.mkdir()
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A scratch project directory, with a hooks.toml so that it is one; the working directory of `run`."""
    path = tmp_path / "project"
    path.mkdir()
    (path / "hooks.toml").write_text("")
    return path


@pytest.fixture
def environ(home: Path) -> dict[str, str]:
    """The environment in which `run` starts the program; a test may change it."""
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)])
    return {**os.environ, "PATH": path, "HOME": str(home), "HOOKS_HOME": str(home / "hooks"), "LC_ALL": "C.UTF-8"}


@pytest.fixture
def run(project: Path, environ: dict[str, str]) -> Run:
    """`run(*argv, stdin=None, env=None, cwd=None)`: one call of the installed program; gives returncode, stdout, stderr (text).

    `stdin` is text or bytes (none: an empty one); `env` is added to `environ`, where None takes a name away; `check=True` fails the
    test on another exit code than 0; `program` is another program than hooks-cli.
    """

    def call(
        *argv: str | os.PathLike[str],
        stdin: str | bytes | None = None,
        env: Mapping[str, str | None] | None = None,
        cwd: Path | None = None,
        check: bool = False,
        program: Path = PROGRAM,
        timeout: float = TIMEOUT_SECONDS,
    ) -> Completed:
        assert program.exists(), f"{program} is not installed; run scripts/test, or pip install ."
        variables: dict[str, str | None] = {**environ, **(env or {})}
        done = subprocess.run(
            [program, *argv],
            input=stdin.encode("utf-8", "surrogateescape") if isinstance(stdin, str) else stdin or b"",
            capture_output=True,
            env={name: value for name, value in variables.items() if value is not None},
            cwd=cwd or project,
            timeout=timeout,
        )
        out, err = (part.decode("utf-8", "surrogateescape") for part in (done.stdout, done.stderr))
        if check:
            assert done.returncode == 0, f"{argv}: exit {done.returncode}\n{out}\n{err}"
        return subprocess.CompletedProcess([os.fspath(word) for word in argv], done.returncode, out, err)

    return call


# The least that a slot file may ask for: an eighth of what the program asks for itself.
QUICK_DERIVATION = "from hooks_cli.crypto.keys import slots; slots.passphrase_slot.__defaults__ = (2**14,)"


@pytest.fixture
def quick_run(run: Run, tmp_path: Path) -> Run:
    """As `run`, with passphrases whose derivation is quick: for tests that are about something else than its cost."""
    program = tmp_path / "hooks-cli-quick"
    program.write_text(
        f"#!{sys.executable}\n{QUICK_DERIVATION}\nimport sys\nfrom hooks_cli.entry import main\nmain(sys.argv[1:])\n"
    )
    program.chmod(0o700)
    return functools.partial(run, program=program)


@pytest.fixture
def memory(environ: dict[str, str], project: Path) -> Iterator[Callable[[], EmbeddedStore]]:
    """Opens the project's store in this process; closed at the end."""
    opened: list[EmbeddedStore] = []

    def opener() -> EmbeddedStore:
        store = open_store(Environment(dict(environ), str(project)))
        opened.append(store)
        return store

    yield opener
    for store in opened:
        store.close()


# What a fill left behind: the folder of the copy, and the name of the project there.
_kept: dict[Fill, tuple[Path, str]] = {}


@pytest.fixture
def filled_by(run: Run, home: Path, project: Path, tmp_path_factory: pytest.TempPathFactory) -> FilledBy:
    """`filled_by(fill)` gives `run` in a home and a project as `fill(run, project)` leaves them.

    The program fills one store for all tests of this process; each gets a copy of its own, under its own project's name.
    """

    def call(fill: Fill) -> Run:
        stem = stem_of(os.path.realpath(project))
        if fill not in _kept:
            fill(run, project)
            copy = tmp_path_factory.mktemp("filled")
            shutil.copytree(home, copy / "home", ignore=shutil.ignore_patterns("cache"))
            shutil.copytree(project, copy / "project", symlinks=True)
            _kept[fill] = (copy, stem)
            return run
        copy, before = _kept[fill]
        shutil.copytree(copy / "project", project, symlinks=True, dirs_exist_ok=True)
        shutil.copytree(copy / "home", home, dirs_exist_ok=True)
        stores, keys = home / "hooks" / "data" / "projects", home / "hooks" / "config" / "keys"
        (stores / before).rename(stores / stem)
        note.write(str(stores / stem), os.path.realpath(project))
        for path in keys.glob(f"{before}.*"):
            path.rename(keys / path.name.replace(before, stem))
        return run

    return call


def loaded(text: str) -> Any:
    """The one JSON object that a verb printed under --json."""
    body = json.loads(text)
    assert body["schema_version"] == "1"
    return body


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """In the full form of the storms: how much each test tried."""
    if os.environ.get("STRESS"):
        for report in terminalreporter.stats.get("", []):
            if report.when == "teardown" and report.user_properties:
                tried = ", ".join(f"{number} {what}" for what, number in report.user_properties)
                terminalreporter.write_line(f"{report.nodeid.partition('::')[2]}: {tried}")
