"""Imports the package's light modules from one file of bytecode, built with the wheel (`packaging/module_image.py`).

Python's own finder lists each folder, looks for every kind of module in it, builds a loader and takes locks; for the fifty small modules
of a hot command that is a fifth of its time. Here a module is one read at a known place in a file that is open already, and what it
imports at its top is loaded before it in the same way, so that its import statements find everything there.

The image is for the Python that built the package. For any other one, or in an editable installation, there is none, and Python's own
finder does what it always does. As with Python's own frozen modules, an edit of an installed source is not seen by who loads from the
image: `HOOKS_PLAIN_PYTHON=1` and `python -m hooks_cli` go past it, and `hooks-cli doctor` tells when the two differ.

    image:  MAGIC_NUMBER of the bytecode (4 bytes), length of the index (4 bytes, little-endian), the index, the modules' code
    index:  {name: (offset from the end of the index, length, 1 for a package, names of the modules that it needs)}, marshalled
"""

import os
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import MAGIC_NUMBER, ExtensionFileLoader
from _imp import extension_suffixes
from marshal import loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType

IMAGE = f"modules.{sys.implementation.cache_tag}.image"
HEADER = 8
# An installer writes all files within this number of seconds, in any order.
INSTALLED_WITHIN = 60
# What a hot command takes from elsewhere: beside this package, or where Python keeps its own extension modules.
ENGINE = "apsw"
EXTENSIONS = ("_blake2", "_sha256", "_sha2", "fcntl")

_root = __file__.rpartition("/")[0]
_index: "dict[str, tuple[int, int, int, tuple[str, ...]]]" = {}
_begin = 0
_image = -1


class Bytecode:
    """The finder and loader (PEP 451) of `hooks_cli` and its modules."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """The module's spec; None leaves it to the other finders. What the module needs is loaded here."""
        found = _index.get(name)
        if found is None:
            return _extension(name) if name == ENGINE or name in EXTENSIONS else None
        # Past Python's import locks, so only while there is one thread.
        if "threading" not in sys.modules:
            for need in found[3]:
                _load(need)
        return _spec(name, found[2])

    @staticmethod
    def create_module(spec: ModuleSpec) -> None:
        """The usual module object."""

    @staticmethod
    def exec_module(module: "ModuleType") -> None:
        """Run the module's code."""
        exec(_code(module.__name__), module.__dict__)


def _extension(name: str) -> ModuleSpec | None:
    """The spec of an extension module at its usual place, without a look through the folders; None when it is not there."""
    if name in sys.builtin_module_names:
        return None
    ending = extension_suffixes()[0]
    folder = f"{_root.rpartition('/')[0]}/{name}"
    path = f"{folder}/__init__{ending}" if name == ENGINE else f"{sys.path[-1]}/{name}{ending}"
    if not os.path.exists(path):
        return None
    return _located(name, ExtensionFileLoader(name, path), path, folder if name == ENGINE else "")


def install() -> None:
    """Ask this finder first, if there is an image for this Python. Once per process."""
    if open_image():
        sys.meta_path.insert(0, Bytecode)


def open_image() -> bool:
    """Open the image and read its index; whether there is one for this Python."""
    global _image, _begin
    if _index:
        return True
    try:
        _image = _above_the_streams(os.open(f"{_root}/{IMAGE}", os.O_RDONLY | os.O_CLOEXEC))
        header = os.pread(_image, HEADER, 0)
        length = int.from_bytes(header[4:], "little")
        if header[:4] != MAGIC_NUMBER:
            return False
        _index.update(loads(os.pread(_image, length, HEADER)))
    except (OSError, ValueError, EOFError, TypeError):
        return False
    _begin = HEADER + length
    return True


def _above_the_streams(descriptor: int) -> int:
    """The same file under a number above 2: where a standard stream is closed, the file would be read in its place."""
    low = []
    while descriptor < 3:
        low.append(descriptor)
        descriptor = os.dup(descriptor)
    for number in low:
        os.close(number)
    return descriptor


def edited() -> list[str]:
    """The modules of the image whose source was changed since the image was made: what runs is not what it says there."""
    made = os.fstat(_image).st_mtime
    paths = {name: str(_spec(name, package).origin) for name, (_, _, package, _) in _index.items()}
    return [name for name, path in paths.items() if os.stat(path).st_mtime > made + INSTALLED_WITHIN]


def _code(name: str) -> "CodeType":
    offset, length, _, _ = _index[name]
    code: "CodeType" = loads(os.pread(_image, length, _begin + offset))
    return code


def _load(name: str) -> None:
    """Load a module, and before it the package that it is in and what it needs, as `import` would."""
    modules = sys.modules
    if name in modules:
        return
    parent, _, word = name.rpartition(".")
    _load(parent)
    for need in _index[name][3]:
        _load(need)
    spec = _spec(name, _index[name][2])
    module = type(sys)(name)
    module.__spec__, module.__loader__, module.__file__ = spec, Bytecode, spec.origin  # type: ignore[assignment]
    module.__package__ = spec.parent
    if spec.submodule_search_locations is not None:
        module.__path__ = spec.submodule_search_locations
    modules[name] = module
    try:
        exec(_code(name), module.__dict__)
    except BaseException:
        del modules[name]
        raise
    setattr(modules[parent], word, module)


def _spec(name: str, package: int) -> ModuleSpec:
    folder = f"{_root}{name.removeprefix('hooks_cli').replace('.', '/')}"
    origin = f"{folder}/__init__.py" if package else f"{folder}.py"
    return _located(name, Bytecode, origin, folder if package else "")


def _located(name: str, loader: object, origin: str, folder: str) -> ModuleSpec:
    """The spec of a module in the file `origin`; `folder` is a package's, "" for any other module."""
    spec = ModuleSpec(name, loader, origin=origin)  # type: ignore[arg-type]
    spec.has_location = True
    if folder:
        spec.submodule_search_locations = [folder]
    return spec
