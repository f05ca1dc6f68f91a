"""Importing the engine leaves `collections` as it is for who comes later, on every Python."""

from __future__ import annotations

import subprocess
import sys
import sysconfig

import pytest

from tests.conftest import NEEDS_WHEEL

pytestmark = NEEDS_WHEEL
PURELIB = sysconfig.get_paths()["purelib"]
WHOLE = (
    "import collections, collections.abc, _collections_abc, sys\n"
    "assert collections.OrderedDict and collections.Counter('aab')['a'] == 2 and collections.deque and collections.ChainMap\n"
    "assert collections.namedtuple('P', 'x y')(1, 2).y == 2 and collections.defaultdict(int)['x'] == 0\n"
    "assert collections.abc.Mapping is _collections_abc.Mapping and sys.modules['collections'].abc is sys.modules['collections.abc']\n"
    "assert collections.__spec__ and collections.__file__\n"
    "import typing, dataclasses, json, click, functools\n"
    "assert apsw.Connection(':memory:').execute('select 6*7').get == 42\n"
)


@pytest.mark.parametrize(
    "before",
    ["", "import collections\n", "import collections.abc\n", "import apsw\n", "import json, re\n"],
    ids=["bare", "collections", "collections.abc", "apsw", "json"],
)
@pytest.mark.parametrize("flags", ["-IS", "-I"])
def test_collections_are_whole_afterwards(before: str, flags: str) -> None:
    code = (
        f"import sys; sys.path.append({PURELIB!r})\n{before}"
        "had = 'collections' in sys.modules\n"
        "from hooks_cli.system.apsw_import import apsw\n"
        "assert ('collections' in sys.modules) == had and ('collections.abc' in sys.modules) == had\n" + WHOLE
    )
    done = subprocess.run([sys.executable, flags, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
