"""Hatch build hook: one image of the bytecode of the light modules goes into the wheel. Its format: `hooks_cli/bytecode.py`.

Light are those that import, themselves and through what they need, nothing but ours and what every interpreter has at hand: a hot
command loads no others. The index of the image is read whole by each call, so the rest is left to Python's own finder.

The image is for the Python that builds, which is the one that installs when a user installs from the source; the wheel itself stays
good for every Python. An editable installation gets none.
"""

from __future__ import annotations
import __future__

import ast
import importlib.util
import marshal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "hooks_cli"
# Loaded by Python's own finder, before there is an image: the package itself, its first module, and the finder.
FIRST = {PACKAGE, f"{PACKAGE}.__main__", f"{PACKAGE}.bytecode"}
AT_HAND = {
    "__future__",
    "_blake2",
    "_frozen_importlib",
    "apsw",
    "errno",
    "fcntl",
    "gc",
    "os",
    "select",
    "stat",
    "sys",
    "time",
}


class ImageHook(BuildHookInterface[Any]):
    """Puts the image beside the modules."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make it in a temporary folder, and have it included."""
        if version == "editable":
            return
        self.folder = tempfile.TemporaryDirectory()
        name = f"modules.{sys.implementation.cache_tag}.image"
        path = Path(self.folder.name, name)
        path.write_bytes(image(Path(self.root, PACKAGE)))
        build_data["force_include"][str(path)] = f"{PACKAGE}/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the temporary folder."""
        if version != "editable":
            self.folder.cleanup()


def image(package: Path) -> bytes:
    """The image of the light modules below the package's folder."""
    paths = {}
    for path in sorted(package.rglob("*.py")):
        names = [package.name, *path.relative_to(package).with_suffix("").parts]
        paths[".".join(names[:-1] if names[-1] == "__init__" else names)] = path
    trees = {name: ast.parse(path.read_bytes()) for name, path in paths.items()}
    imports = {name: list(imported(trees[name], folder_of(name, path), set(paths))) for name, path in paths.items()}
    needs = {name: [need for need in found if need in paths] for name, found in imports.items()}
    heavy = {
        name for name, found in imports.items() if not {need.partition(".")[0] for need in found} <= {*AT_HAND, PACKAGE}
    }
    index, code = {}, b""
    for name, path in paths.items():
        if name in FIRST or reached(name, needs) & heavy:
            continue
        # Named from the package on: it may be installed anywhere, and tracebacks look for sources below the search path.
        file = path.relative_to(package.parent).as_posix()
        data = marshal.dumps(compiled(trees[name], file))
        before = [need for need in needs[name] if need not in FIRST and name not in reached(need, needs)]
        index[name] = (len(code), len(data), int(path.name == "__init__.py"), tuple(before))
        code += data
    listed = marshal.dumps(index)
    return importlib.util.MAGIC_NUMBER + len(listed).to_bytes(4, "little") + listed + code


def compiled(tree: ast.Module, file: str) -> CodeType:
    """The code of a module. What `from __future__ import annotations` says is told to the compiler: as a statement it would load a file.

    The docstrings and annotations of functions are left out: no call reads them. The docstrings of modules and classes stay: help pages
    and errors print them.
    """
    leave_out_unread(tree)
    told = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    flags = 0
    for node in told:
        for alias in node.names:
            flags |= getattr(__future__, alias.name).compiler_flag
    rest = ast.Module([node for node in tree.body if node not in told], [])
    code: CodeType = compile(rest, file, "exec", flags=flags, dont_inherit=True, optimize=0)
    return code


def leave_out_unread(tree: ast.Module) -> None:
    """Take the docstring and the annotations out of each function and method; a body of nothing else becomes `pass` on its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
            if ast.get_docstring(node, clean=False) is not None:
                node.body = node.body[1:] or [ast.copy_location(ast.Pass(), node.body[0])]
        elif isinstance(node, ast.arg):
            node.annotation = None


def folder_of(name: str, path: Path) -> str:
    """The package that a module's relative imports begin from."""
    return name if path.name == "__init__.py" else name.rpartition(".")[0]


def imported(tree: ast.Module, folder: str, ours: set[str]) -> Iterator[str]:
    """What a module imports at its top, in order; not what stands below an `if` or in a function."""
    for statement in tree.body:
        if isinstance(statement, ast.Import):
            yield from [alias.name for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom):
            base = importlib.util.resolve_name("." * statement.level + (statement.module or ""), folder)
            names = [f"{base}.{alias.name}" for alias in statement.names]
            yield from dict.fromkeys([name if name in ours else base for name in names])


def reached(name: str, needs: dict[str, list[str]]) -> set[str]:
    """A module and all that it needs, at any distance."""
    found, left = set(), [name]
    while left:
        one = left.pop()
        if one not in found:
            found.add(one)
            left += needs[one]
    return found
