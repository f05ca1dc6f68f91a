"""The image of the hot commands' modules: written by the first run, believed as long as the sources are the same, never needed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

PURELIB = Path(sysconfig.get_paths()["purelib"])
FROM_IMAGE = "hooks_cli.hot_image"
# Says where a module came from, and that it looks like any other.
LOOK = """
import runpy, sys, os
leave, os._exit = os._exit, lambda code: None
sys.argv[1:] = ["memory", "recall", "a/b"]
runpy.run_path({main!r}, run_name="__main__")
module = sys.modules["hooks_cli.operations.remembering"]
assert module.__file__.endswith("/hooks_cli/operations/remembering.py") and module.__doc__ and module.__package__
from hooks_cli.interpreter import complete
complete()
import inspect, pkgutil, importlib.resources, gc
assert inspect.getsource(module).startswith('"')
assert [m.name for m in pkgutil.iter_modules(sys.modules["hooks_cli.operations"].__path__)]
assert importlib.resources.files("hooks_cli").joinpath("py.typed").is_file()
assert gc.isenabled()
print()
print(type(module.__loader__).__module__, getattr(module, "CHANGED", ""))
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A directory of packages with a copy of this one, without anything compiled."""
    place = tmp_path / "site"
    place.mkdir()
    for entry in PURELIB.iterdir():
        if entry.name != "hooks_cli":
            (place / entry.name).symlink_to(entry)
    shutil.copytree(PURELIB / "hooks_cli", place / "hooks_cli", ignore=shutil.ignore_patterns("__pycache__"))
    return place


@pytest.fixture
def ran(site: Path, project: Path, environ: dict[str, str]):  # type: ignore[no-untyped-def]
    def call(*argv: str) -> str:
        line = [sys.executable, "-IS", *(argv or ("-c", LOOK.format(main=str(site / "hooks_cli/__main__.py"))))]
        done = subprocess.run(line, cwd=project, env=environ, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    return call


def image(site: Path) -> Path:
    return site / "hooks_cli/__pycache__" / f"hot.{sys.implementation.cache_tag}.image"


def store(site: Path) -> list[str]:
    return [str(site / "hooks_cli/__main__.py"), "memory", "store", "a/b", "c"]


def test_the_first_run_writes_it_and_the_next_reads_it(site: Path, ran) -> None:  # type: ignore[no-untyped-def]
    ran(*store(site))
    assert image(site).exists()
    ran()  # recall has modules of its own, which are added
    size = image(site).stat().st_size
    assert ran().split() == ["c", FROM_IMAGE]
    assert image(site).stat().st_size == size
    assert not list(image(site).parent.glob("*.image.*"))


def test_a_changed_module_is_taken_from_its_source(site: Path, ran) -> None:  # type: ignore[no-untyped-def]
    ran(*store(site))
    ran()
    changed = site / "hooks_cli/operations/remembering.py"
    changed.write_text(changed.read_text() + "\nCHANGED = 'changed'\n")
    assert ran().split() == ["c", "_frozen_importlib_external", "changed"]
    assert ran().split() == ["c", FROM_IMAGE, "changed"]


@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_a_damaged_image_is_written_anew(site: Path, ran, damage: bytes | None) -> None:  # type: ignore[no-untyped-def]
    ran(*store(site))
    ran()
    whole = image(site).read_bytes()
    image(site).write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert ran().split() == ["c", "_frozen_importlib_external"]
    assert ran().split() == ["c", FROM_IMAGE]


def test_it_can_be_done_without(site: Path, ran) -> None:  # type: ignore[no-untyped-def]
    (site / "hooks_cli/__pycache__").write_text("in the way")
    ran(*store(site))
    assert ran().split() == ["c", "_frozen_importlib_external"]
