"""Entry point of `python -m hooks_cli`; the launchers in `packaging/` run this file by its path.

Run by path (`python -IS …/hooks_cli/__main__.py`) there is no `site`, so the directory that holds the package is put on the search
path here; `system.python_startup.complete` does the rest for the commands that need it. A hot command runs without the cyclic
garbage collector: it ends before there is much to collect.
"""

import sys

if not __package__:
    import gc
    from _frozen_importlib import _load  # type: ignore[attr-defined]
    from _frozen_importlib_external import spec_from_file_location

    gc.disable()  # `system.python_startup.complete` switches it on again
    folder = __file__.rpartition("/")[0]
    sys.path.insert(0, folder.rpartition("/")[0])
    # By path, too: Python's finder would list the folders first.
    for name, file, within in (("hooks_cli", "__init__.py", [folder]), ("hooks_cli.bytecode", "bytecode.py", None)):
        spec = spec_from_file_location(name, f"{folder}/{file}", submodule_search_locations=within)
        _load(spec)

    from hooks_cli import bytecode

    bytecode.install()

from hooks_cli.entry import main

main(sys.argv[1:])
