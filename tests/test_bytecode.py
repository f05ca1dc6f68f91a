"""The package's own finder: serves modules from the image of their bytecode, and steps aside where there is none for this Python."""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from hooks_cli import bytecode
from tests.conftest import BIN, NEEDS_WHEEL, ROOT

pytestmark = NEEDS_WHEEL
_SPEC = importlib.util.spec_from_file_location("module_image", ROOT / "packaging" / "module_image.py")
assert _SPEC is not None and _SPEC.loader is not None
module_image = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(module_image)
INSTALLED = Path(sysconfig.get_path("purelib"), "hooks_cli")
SEES = (
    "import sys; sys.path[:0] = [{copy!r}, {site!r}]\n"
    "from hooks_cli import bytecode; bytecode.install()\n"
    "from hooks_cli.model import address\n"
    "print(address.__spec__.loader is bytecode.Bytecode, address.MAX_BYTES, address.__file__, address.__package__)\n"
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The installed package in a folder of its own."""
    shutil.copytree(INSTALLED, tmp_path / "hooks_cli", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def started(copy: Path, more: str = "", before: str = "") -> subprocess.CompletedProcess[str]:
    code = before + SEES.format(copy=str(copy), site=sysconfig.get_path("purelib")) + more
    return subprocess.run([sys.executable, "-ISc", code], capture_output=True, text=True)


def seen(copy: Path, before: str = "") -> list[str]:
    done = started(copy, before=before)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def source(copy: Path) -> Path:
    return copy / "hooks_cli" / "model" / "address.py"


def test_a_module_of_the_image_is_served(copy: Path) -> None:
    assert seen(copy) == ["True", "1024", str(source(copy)), "hooks_cli.model"]


def test_a_module_is_what_an_import_makes_of_it(copy: Path) -> None:
    tells = (
        "import {name} as m\n"
        "print(sorted(k for k in vars(m) if k not in ('__cached__', '__builtins__', 'annotations')))\n"
        "print(m.__name__, m.__package__, m.__file__, m.__doc__,\n"
        "      getattr(m, '__path__', None), m.__spec__.name, m.__spec__.origin, m.__spec__.has_location, m.__spec__.parent)\n"
    )
    for name in ("hooks_cli.store.sqlite.rows.entries", "hooks_cli.commands", "hooks_cli.errors"):
        told = tells.format(name=name)
        served = started(copy, told).stdout.splitlines()[1:]
        (copy / "hooks_cli" / bytecode.IMAGE).rename(copy / "away")
        ordinary = started(copy, told).stdout.splitlines()[1:]
        (copy / "away").rename(copy / "hooks_cli" / bytecode.IMAGE)
        assert served == ordinary and name in served[1]


@pytest.mark.parametrize("damage", [b"", b"\0" * 8, b"\0" * 4000, b"magic", b"short", None])
def test_a_damaged_or_missing_image_is_left_to_python(copy: Path, damage: bytes | None) -> None:
    path = copy / "hooks_cli" / bytecode.IMAGE
    whole = path.read_bytes()
    if damage is None:
        path.unlink()
    else:
        path.write_bytes({b"magic": b"1234" + whole[4:], b"short": whole[:1000]}.get(damage, damage))
    assert seen(copy)[:2] == ["False", "1024"]


def test_beside_threads_each_import_takes_pythons_locks(copy: Path) -> None:
    assert seen(copy, before="import threading\n")[:2] == ["True", "1024"]


def test_a_module_that_is_not_there_is_an_ordinary_import_error(copy: Path) -> None:
    done = started(copy, "import hooks_cli.model.nothing\n")
    assert "ModuleNotFoundError: No module named 'hooks_cli.model.nothing'" in done.stderr


def package_of(folder: Path, **texts: str) -> str:
    """A package of these modules with its image; the code that installs its finder."""
    package = folder / "hooks_cli"
    package.mkdir()
    shutil.copy(INSTALLED / "bytecode.py", package)
    for name, text in {"__init__": "", **texts}.items():
        (package / f"{name}.py").write_text(text)
    (package / bytecode.IMAGE).write_bytes(module_image.image(package))
    return f"import sys; sys.path.insert(0, {str(folder)!r})\nfrom hooks_cli import bytecode; bytecode.install()\n"


def test_a_module_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    begin = package_of(tmp_path, first="from hooks_cli import second\n", second="import sys\n1 / 0\n")
    code = begin + (
        "try:\n    import hooks_cli.first\n"
        "except ZeroDivisionError as error:\n"
        "    frame = error.__traceback__\n"
        "    while frame.tb_next: frame = frame.tb_next\n"
        "    print(frame.tb_frame.f_code.co_filename, frame.tb_lineno, [m for m in sys.modules if m.startswith('hooks_cli.')])\n"
    )
    said = subprocess.run([sys.executable, "-ISc", code], capture_output=True, text=True, check=True).stdout
    assert said == "hooks_cli/second.py 2 ['hooks_cli.bytecode']\n"


def test_modules_that_need_each_other(tmp_path: Path) -> None:
    begin = package_of(
        tmp_path, a="import hooks_cli.b\nX = 1\n", b="import hooks_cli.a\nfrom hooks_cli import c\n", c="Y = 2\n"
    )
    code = begin + ("import hooks_cli.a\nprint(hooks_cli.a.X, hooks_cli.b.c.Y, hooks_cli.c.__spec__.loader.__name__)\n")
    said = subprocess.run([sys.executable, "-ISc", code], capture_output=True, text=True, check=True).stdout
    assert said == "1 2 Bytecode\n"


def test_what_a_module_imports_at_its_top() -> None:
    text = (
        "from __future__ import annotations\nimport sys, hooks_cli.a\n"
        "from hooks_cli import b, thing\nfrom hooks_cli.a import c\nfrom . import b\nfrom .a import d\n"
        "if TYPE_CHECKING:\n    import json\ndef f():\n    import re\n"
    )
    found = module_image.imported(ast.parse(text), "hooks_cli", {"hooks_cli", "hooks_cli.a", "hooks_cli.b"})
    ours = ["hooks_cli.a", "hooks_cli.b", "hooks_cli", "hooks_cli.a", "hooks_cli.b", "hooks_cli.a"]
    assert list(found) == ["__future__", "sys", *ours]


def test_the_image_leaves_out_what_no_call_reads(tmp_path: Path) -> None:
    text = (
        '"""M."""\nclass C:\n    """C."""\n    def f(self, one: int = 3) -> int:\n        """F."""\n'
        '    def g(self):\n        """G."""\n        return 1 / 0\n'
    )
    begin = package_of(tmp_path, told=text)
    code = begin + (
        "from hooks_cli import told\nc = told.C()\nprint(told.__doc__, c.__doc__, c.f.__doc__, c.f(), c.g.__doc__, c.f.__annotations__)\n"
        "try:\n    c.g()\nexcept ZeroDivisionError as error:\n    print(error.__traceback__.tb_next.tb_lineno)\n"
    )
    said = subprocess.run([sys.executable, "-ISc", code], capture_output=True, text=True, check=True).stdout
    assert said == "M. C. None None None {}\n8\n"


def test_every_module_that_a_hot_command_may_load_is_in_the_image(copy: Path) -> None:
    more = (
        "from hooks_cli import entry\n"
        "entry.status(['memory', 'store', 'a', 'b'])\n"
        "names = [n for n in sys.modules if n.startswith('hooks_cli.') and n != 'hooks_cli.bytecode']\n"
        "print([n for n in names if sys.modules[n].__loader__ is not bytecode.Bytecode], len(names) > 40, file=sys.stderr)\n"
    )
    subprocess.run(
        ["git", "init", "-q", str(copy)], check=True
    )  # a project, so that the call has nothing to tell of its folder
    environ = {"HOME": str(copy), "HOOKS_HOME": str(copy / "home"), "CLAUDE_PROJECT_DIR": str(copy)}
    code = SEES.format(copy=str(copy), site=sysconfig.get_path("purelib")) + more
    done = subprocess.run([sys.executable, "-ISc", code], capture_output=True, text=True, env=environ)
    assert done.stderr == "[] True\n"


def test_the_doctor_tells_of_edited_sources_and_of_a_missing_image(copy: Path, tmp_path: Path) -> None:
    main = copy / "hooks_cli" / "__main__.py"
    environ = {**os.environ, "HOME": str(tmp_path), "HOOKS_HOME": str(tmp_path / "home")}

    def told() -> str:
        # Started by path, as the launcher does, with what it needs beside the copy.
        argv = [sys.executable, "-I", str(main), "doctor"]
        text = subprocess.run(argv, capture_output=True, text=True, env=environ, cwd=tmp_path).stdout
        return next(line for line in text.splitlines() if "modules" in line)

    assert "loaded from their image" in told()
    later = (copy / "hooks_cli" / bytecode.IMAGE).stat().st_mtime + 2 * bytecode.INSTALLED_WITHIN
    os.utime(source(copy), (later, later))
    assert "hooks_cli.model.address" in told() and "edited" in told()
    (copy / "hooks_cli" / bytecode.IMAGE).unlink()
    assert "no bytecode image" in told()


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_the_launcher_uses_the_image(tmp_path: Path) -> None:
    # A project without settings: new ones would be read, by modules that are not in the image.
    environ = {"HOME": str(tmp_path), "HOOKS_HOME": str(tmp_path / "home"), "PATH": os.environ["PATH"]}
    argv = ["strace", "-f", "-e", "trace=openat", str(BIN / "hooks-cli"), "memory", "list"]
    for _ in range(2):
        traced = subprocess.run(argv, capture_output=True, text=True, env=environ, cwd=tmp_path).stderr
    opened = [line for line in traced.splitlines() if "site-packages/hooks_cli/" in line and "ENOENT" not in line]
    assert sum(bytecode.IMAGE in line for line in opened) == 1
    files = {line.partition("__pycache__/")[2].partition(".")[0] for line in opened if ".pyc" in line}
    assert files == {"__init__", "bytecode"}  # the package, and the finder
    # From then on no folder is looked through for a module.
    later = traced.partition(bytecode.IMAGE)[2].splitlines()
    assert [line for line in later if "O_DIRECTORY" in line and "python3" in line] == []
