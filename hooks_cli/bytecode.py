"""Loading this package's modules straight from the bytecode that its installer compiled.

Python's own finder lists each folder, looks for every kind of module in it and builds a loader; for the fifty small modules of a hot
command that is a tenth of its time. This one opens `__pycache__/<module>.<tag>.pyc` at once. It serves a module only when that file is
of this Python and as new as its source (time and size, as PEP 3147 and importlib have it); in every other case Python's own finder,
which stands behind it, does what it always does.
"""

from __future__ import annotations

import os
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import MAGIC_NUMBER
from marshal import loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

PACKAGE = "hooks_cli"
_ENDING = f".{sys.implementation.cache_tag}.pyc"
_HEADER = 16


class Bytecode:
    """The finder and loader (PEP 451) of `hooks_cli` and its modules."""

    @staticmethod
    def find_spec(name: str, path: list[str] | None = None, target: object = None) -> ModuleSpec | None:
        """The module's spec with its bytecode in `loader_state`; None leaves it to the other finders."""
        if path is None or not name.startswith(PACKAGE):
            return None
        folder, word = path[0], name.rpartition(".")[2]
        source = f"{folder}/{word}.py"
        code = _current(f"{folder}/__pycache__/{word}{_ENDING}", source)
        if code is not None:
            return _spec(name, source, code, False)
        source = f"{folder}/{word}/__init__.py"
        code = _current(f"{folder}/{word}/__pycache__/__init__{_ENDING}", source)
        return None if code is None else _spec(name, source, code, True)

    @staticmethod
    def create_module(spec: ModuleSpec) -> None:
        """The usual module object."""

    @staticmethod
    def exec_module(module: ModuleType) -> None:
        """Run the module's code."""
        spec = module.__spec__
        code, spec.loader_state = spec.loader_state, None  # type: ignore[union-attr]
        exec(loads(code), module.__dict__)


def _spec(name: str, source: str, code: memoryview, package: bool) -> ModuleSpec:
    spec = ModuleSpec(name, Bytecode, origin=source, loader_state=code, is_package=package)  # type: ignore[arg-type]
    spec.has_location = True
    if package:
        spec.submodule_search_locations = [source.removesuffix("/__init__.py")]
    return spec


def _current(compiled: str, source: str) -> memoryview | None:
    """The bytecode in a file when it belongs to this Python and to the source as it is."""
    try:
        descriptor = os.open(compiled, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        size = os.fstat(descriptor).st_size
        data = os.read(descriptor, size)
        facts = os.stat(source)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    stamp = int(facts.st_mtime) & 0xFFFFFFFF, facts.st_size & 0xFFFFFFFF
    header = data[:4], data[4:8], int.from_bytes(data[8:12], "little"), int.from_bytes(data[12:16], "little")
    if len(data) != size or header != (MAGIC_NUMBER, b"\0\0\0\0", *stamp):
        return None
    return memoryview(data)[_HEADER:]


def install() -> None:
    """Ask this finder first. Once per process."""
    sys.meta_path.insert(0, Bytecode)  # type: ignore[arg-type]
