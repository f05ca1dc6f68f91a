"""Imports `apsw` (the SQLite binding) without the parts of it that are not needed.

`import apsw` pulls in `collections.abc`, and with it `collections`, `keyword`, `operator`, `reprlib` and `itertools`: 3 ms of the 19 ms
that a bare interpreter takes here. `collections.abc` is `_collections_abc` under another name, which `os` has loaded already, so that
stand-ins for both names serve during the import and are taken away again at once: later imports of `collections` get the real one.
"""

from __future__ import annotations

import sys


def _import_engine() -> None:
    if "apsw" in sys.modules or "collections" in sys.modules:
        import apsw

        return
    import _collections_abc

    parent = type(sys)("collections")
    parent.abc = _collections_abc  # type: ignore[attr-defined]
    sys.modules["collections"] = parent
    sys.modules["collections.abc"] = _collections_abc
    try:
        import apsw  # noqa: F401
    finally:
        del sys.modules["collections"], sys.modules["collections.abc"]


_import_engine()

import apsw  # noqa: E402

__all__ = ["apsw"]
