"""The package's own finder: serves compiled modules, and steps aside whenever they are not exactly those of the source."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

SEES = (
    "import sys; sys.path[:0] = [{copy!r}, {site!r}]\n"
    "from hooks_cli import bytecode; bytecode.install()\n"
    "from hooks_cli.model import address\n"
    "print(address.__spec__.loader is bytecode.Bytecode, address.MAX_BYTES, address.__file__, address.__package__)\n"
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The installed package, compiled, in a folder of its own."""
    installed = Path(sysconfig.get_path("purelib"), "hooks_cli")
    shutil.copytree(installed, tmp_path / "hooks_cli", ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-m", "compileall", "-q", tmp_path / "hooks_cli"], check=True)
    return tmp_path


def seen(copy: Path) -> list[str]:
    code = SEES.format(copy=str(copy), site=sysconfig.get_path("purelib"))
    return subprocess.run([sys.executable, "-ISc", code], check=True, capture_output=True, text=True).stdout.split()


def source(copy: Path) -> Path:
    return copy / "hooks_cli" / "model" / "address.py"


def test_a_compiled_module_is_served(copy: Path) -> None:
    assert seen(copy) == ["True", "1024", str(source(copy)), "hooks_cli.model"]


def test_an_edited_source_is_not_hidden_by_old_bytecode(copy: Path) -> None:
    before = source(copy).stat()
    text = source(copy).read_text().replace("MAX_BYTES = 1024", "MAX_BYTES = 1025")
    source(copy).write_text(text)
    os.utime(source(copy), ns=(before.st_atime_ns, before.st_mtime_ns + 5_000_000_000))
    assert seen(copy)[:2] == ["False", "1025"]


@pytest.mark.parametrize("damage", [b"", b"\0" * 8, None])
def test_damaged_or_missing_bytecode_is_left_to_python(copy: Path, damage: bytes | None) -> None:
    for compiled in source(copy).parent.joinpath("__pycache__").glob("address.*.pyc"):
        compiled.unlink() if damage is None else compiled.write_bytes(damage)
    assert seen(copy)[1] == "1024"


def test_a_module_that_is_not_there_is_an_ordinary_import_error(copy: Path) -> None:
    code = SEES.format(copy=str(copy), site=sysconfig.get_path("purelib")) + "import hooks_cli.model.nothing\n"
    done = subprocess.run([sys.executable, "-ISc", code], capture_output=True, text=True)
    assert "ModuleNotFoundError: No module named 'hooks_cli.model.nothing'" in done.stderr
