"""The compiled modules of the hot commands in one file: `__pycache__/hot.<tag>.image`, which is read in place of 50.

Finding, opening and reading each module's own .pyc takes a third of what a hot command adds to a bare interpreter. The image holds
the same compiled code; it lies beside the .pyc files, is written like them (by the first run that may write there), and an entry of
it is believed as a .pyc is: when the source file's time and size are what they were. An image that is missing, damaged or of another
version costs a slower run and is written anew; where the directory is not writable everything works without.

The file: Python's magic number, our name and version, a newline, then one marshalled dict, module name ->
(source path below the package's parent, mtime in ns, size, is a package, marshalled code).
"""

from __future__ import annotations

import marshal
import os
import sys
from _frozen_importlib_external import MAGIC_NUMBER, SourceFileLoader, spec_from_file_location

from hooks_cli import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType

    Row = tuple[str, int, int, bool, bytes]

PACKAGE = "hooks_cli"
ROOT = __file__.rsplit("/", 2)[0]
PATH = f"{ROOT}/{PACKAGE}/__pycache__/hot.{sys.implementation.cache_tag}.image"
HEAD = MAGIC_NUMBER + f"hooks-cli {__version__}\n".encode()


class Loader(SourceFileLoader):
    """Python's own loader of source files, with the code taken from the image."""

    def get_code(self, fullname: str) -> CodeType:
        """The module's code."""
        code: CodeType = marshal.loads(finder.rows[fullname][4])
        return code


class Finder:
    """Finds the modules that the image holds, at the front of `sys.meta_path`. `rows` is the image."""

    def __init__(self, rows: dict[str, Row]) -> None:
        self.rows = rows

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module in the image, None for one that is not or whose source has changed."""
        row = self.rows.get(fullname)
        if row is None:
            return None
        file = f"{ROOT}/{row[0]}"
        try:
            status = os.stat(file)
        except OSError:
            status = None
        if status is None or (status.st_mtime_ns, status.st_size) != row[1:3]:
            del self.rows[fullname]
            return None
        places = [file.rpartition("/")[0]] if row[3] else None
        return spec_from_file_location(fullname, file, loader=Loader(fullname, file), submodule_search_locations=places)


finder = Finder({})


def install() -> None:
    """Read the image and find modules in it from now on."""
    try:
        with open(PATH, "rb") as file:
            data = file.read()
        if data.startswith(HEAD):
            finder.rows = marshal.loads(data[len(HEAD) :])
    except (OSError, ValueError, EOFError, TypeError):
        finder.rows = {}
    sys.meta_path.insert(0, finder)


def update() -> None:
    """Write the image anew when this process loaded modules of ours that it lacks, and may write it."""
    if finder not in sys.meta_path:
        return
    ours = [name for name in sys.modules if name.startswith(PACKAGE + ".") and name != __name__]
    lacking = [name for name in ours if name not in finder.rows]
    if not lacking or sys.dont_write_bytecode or not os.access(os.path.dirname(PATH), os.W_OK):
        return
    temporary = f"{PATH}.{os.getpid()}"
    try:
        rows = finder.rows | {name: row for name in lacking if (row := _row(name)) is not None}
        data = HEAD + marshal.dumps(rows)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            whole = os.write(descriptor, data) == len(data)
        finally:
            os.close(descriptor)
        if whole:
            os.replace(temporary, PATH)
        else:
            os.unlink(temporary)
    except (OSError, ImportError, SyntaxError, ValueError):
        return  # it can be done without


def _row(name: str) -> Row | None:
    """What the image keeps of a loaded module; None for one that did not come from a source file below the package."""
    spec = sys.modules[name].__spec__
    file = spec.origin if spec is not None else None
    loader = spec.loader if spec is not None else None
    if not file or not file.startswith(f"{ROOT}/{PACKAGE}/") or not isinstance(loader, SourceFileLoader):
        return None
    before = os.stat(file)
    code = loader.get_code(name)
    after = os.stat(file)
    if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        return None
    is_package = file.endswith("/__init__.py")
    return file[len(ROOT) + 1 :], after.st_mtime_ns, after.st_size, is_package, marshal.dumps(code)
