"""The launchers in packaging/: which Python they start, from which layouts, through which links."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest

from tests.conftest import NEEDS_WHEEL, PROGRAM

pytestmark = NEEDS_WHEEL
VERSION = f"python{sys.version_info[0]}.{sys.version_info[1]}"
PURELIB = Path(sysconfig.get_paths()["purelib"])


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    """A virtual environment in a folder with blanks: the installed packages, the launchers, a Python."""
    root = tmp_path / "a place with blanks"
    (root / "bin").mkdir(parents=True)
    (root / "lib" / VERSION).mkdir(parents=True)
    (root / "lib" / VERSION / "site-packages").symlink_to(PURELIB)
    python = Path(sys.executable).resolve()
    (root / "bin" / VERSION).symlink_to(python)
    (root / "pyvenv.cfg").write_text(f"home = {python.parent}\n")
    for name in ("hooks-cli", "claude-flow"):
        shutil.copy(PROGRAM.parent / name, root / "bin" / name)
    fallback = root / "bin" / "hooks-cli-python"
    fallback.write_text('#!/bin/sh\necho "fallback $*"\n')
    fallback.chmod(0o755)
    return root


def said(program: Path | str, *argv: str, **variables: str) -> str:
    done = subprocess.run([program, *argv], capture_output=True, text=True, env={**os.environ, **variables})
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


@pytest.mark.parametrize("name", ["hooks-cli", "claude-flow"])
def test_it_starts_the_python_beside_it(layout: Path, name: str) -> None:
    assert said(layout / "bin" / name, "--version").startswith("hooks-cli ")


def test_it_follows_links_to_links(layout: Path, tmp_path: Path) -> None:
    links = tmp_path / "links"
    links.mkdir()
    (links / "one").symlink_to(layout / "bin" / "hooks-cli")
    (links / "two").symlink_to("one")
    (links / "up").symlink_to(f"../{layout.name}/bin/hooks-cli")
    for name in ("one", "two", "up"):
        assert said(links / name, "--version").startswith("hooks-cli ")
        assert said(name, "--version", PATH=f"{links}:{os.environ['PATH']}").startswith("hooks-cli ")
        done = subprocess.run(["sh", name, "--version"], cwd=links, capture_output=True, text=True)
        assert done.stdout.startswith("hooks-cli "), done.stderr


def test_any_other_layout_takes_the_installers_script(layout: Path) -> None:
    assert said(layout / "bin" / "hooks-cli", "a", "b c", HOOKS_PLAIN_PYTHON="1") == "fallback a b c"
    (layout / "bin" / VERSION).rename(layout / "bin" / "python2.7")
    assert said(layout / "bin" / "hooks-cli", "--version") == "fallback --version"


def test_packages_of_another_python_are_not_taken(layout: Path) -> None:
    (layout / "lib" / VERSION).rename(layout / "lib" / "python3.1")
    assert said(layout / "bin" / "hooks-cli", "x") == "fallback x"


def test_the_search_path_is_whole_for_who_needs_it() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from hooks_cli.system.python_startup import complete; complete(); "
        "import site, click; print(sys.prefix); print(sys.path.count(sys.argv[1])); print(sys.path[0] != sys.argv[1])"
    )
    done = subprocess.run([sys.executable, "-IS", "-c", code, str(PURELIB)], capture_output=True, text=True)
    assert done.stdout.splitlines() == [sys.prefix, "1", "True"], done.stderr


def test_words_reach_the_program_as_they_are(layout: Path) -> None:
    done = subprocess.run([layout / "bin" / "hooks-cli", "a  b\n*"], capture_output=True, text=True)
    assert done.returncode == 64
    assert "a b *" in done.stderr


def test_a_package_that_may_not_be_read_never_ends_with_2() -> None:
    """Python itself exits 2 when it cannot open its script: after an installation by root with a narrow umask, say."""
    with tempfile.TemporaryDirectory() as made:
        root = Path(made)
        package = root / "lib" / VERSION / "site-packages" / "hooks_cli"
        package.mkdir(parents=True)
        (root / "bin").mkdir()
        shutil.copy(PROGRAM, root / "bin" / "hooks-cli")
        (package / "__main__.py").write_text("")
        (package / "__main__.py").chmod(0)
        (root / "bin" / VERSION).write_text("#!/bin/sh\nexit 2\n")
        (root / "bin" / "hooks-cli-python").write_text("#!/bin/sh\nexit 1\n")
        for program in (root / "bin").iterdir():
            program.chmod(0o755)
        root.chmod(0o755)
        somebody = {"user": 65534, "group": 65534} if os.geteuid() == 0 else {}
        done = subprocess.run([root / "bin" / "hooks-cli", "hooks", "notify"], capture_output=True, **somebody)  # type: ignore[call-overload]
        assert done.returncode == 1, done.stderr
