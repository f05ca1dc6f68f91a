"""The places that errors name: bytes, characters, lines and columns, all counted from 1."""

from __future__ import annotations

from pathlib import Path

import pytest

from hooks_cli.text.json_exact import complaint, read
from tests.conftest import Run

BOM = b"\xef\xbb\xbf"


def test_a_byte_of_a_value(run: Run, project: Path) -> None:
    """The argument and the stream say the same place, also after a character of two bytes."""
    given = run("memory", "store", "k", b"\xc3\xa9\xff".decode("utf-8", "surrogateescape"))
    piped = run("memory", "store", "k", "-", stdin=b"\xc3\xa9\xff")
    (project / "file").write_bytes(b"\xff")
    first = run("memory", "store", "k", "--file", "file")
    assert [done.returncode for done in (given, piped, first)] == [65] * 3
    assert "byte 3 is not UTF-8" in given.stderr and "byte 3 is not UTF-8" in piped.stderr
    assert "byte 1 is not UTF-8" in first.stderr


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.json", b'[{"key":"\xff"}]', "is not UTF-8 (at byte 10)."),
        ("a.json", BOM + b'[{"key":"\xff"}]', "is not UTF-8 (at byte 13)."),
        ("a.json", b'[{"key":"a" "value":1}]', "Expecting ',' delimiter at character 13."),
        ("a.json", b'[{"key":"a"\n "value":1}]', "Expecting ',' delimiter at line 2, column 2."),
        ("a.ndjson", b'{"key":"a","value":1}\n{"key" "b"}\n', "line 2: it is not valid JSON: Expecting ':' delimiter at character 8"),
        ("a.csv", b"key,data,key_version\na,b,1\nc,\xff,1\n", "it is not UTF-8 there"),
        ("notes/a.md", b"a\xff", "it is not UTF-8 (at byte 2)"),
    ],
)  # fmt: skip
def test_an_import(run: Run, project: Path, name: str, content: bytes, words: str) -> None:
    (project / "notes").mkdir()
    (project / name).write_bytes(content)
    done = run("memory", "import", name.partition("/")[0])
    assert done.returncode == 65
    assert words in done.stderr
    assert "position" not in done.stderr and "(char" not in done.stderr


@pytest.mark.parametrize(
    ("line", "words"), [(b'{"key" 1}', "at character 8"), (b'{"key":"\xff"}', "byte 9 is not UTF-8")]
)
def test_a_line_of_a_batch(run: Run, line: bytes, words: str) -> None:
    done = run("memory", "store", "--batch", "-", stdin=b'{"key":"a","value":1}\n' + line + b"\n")
    assert done.returncode == 65
    assert done.stderr.startswith("hooks-cli: Line 2: ") and words in done.stderr


def test_a_filter(run: Run) -> None:
    run("memory", "store", "k", "v", check=True)
    done = run("memory", "list", "--filter", '{"a" 1}')
    assert done.returncode == 64 and "at character 6" in done.stderr


def test_what_is_no_json_is_told_with_its_place() -> None:
    for text, words in (("{", "at character 2"), ("[1,\n2 3]", "at line 2, column 3")):
        with pytest.raises(ValueError) as caught:
            read(text)
        assert complaint(caught.value).endswith(words)
