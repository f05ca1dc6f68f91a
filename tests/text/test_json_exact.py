"""JSON that Python's own reader cannot hold: huge integers, numbers beyond a float, deep nesting; all kept as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks_cli.text import json_exact
from tests.conftest import FilledBy, Run

HARD = {
    "integer": '{"n":' + "9" * 5000 + "}",
    "beyond": '{"n":1e999,"m":-1e999}',
    "deep": '{"n":' + "[" * 990 + "]" * 990 + "}",
    "digits": '{"n":1.50,"n":2}',
}


def fill(run: Run, project: Path) -> None:
    for name, value in HARD.items():
        run("memory", "store", f"values/{name}", value, check=True)
        run("memory", "store", f"values/{name}", value.replace("n", "x"), check=True)
        run("memory", "store", f"metadata/{name}", "text", "--metadata", value, check=True)
        run("hooks", "notify", "--message", name, "--metadata", value, check=True)


@pytest.fixture
def filled(filled_by: FilledBy) -> Run:
    return filled_by(fill)


@pytest.mark.parametrize(
    "words",
    [
        ("log",),
        ("log", "--json"),
        ("validate",),
        ("export", "--pretty"),
        ("export", "--format", "markdown"),
        *[("diff", f"values/{name}", "--json") for name in HARD],
    ],
    ids=" ".join,
)
def test_no_value_breaks_a_verb(filled: Run, words: tuple[str, ...]) -> None:
    done = filled("memory", *words)
    assert done.returncode == 0, done.stderr
    if "--json" in words or "--pretty" in words:
        assert "Infinity" not in done.stdout and '"inf"' not in done.stdout


@pytest.mark.parametrize(
    "options", [("all.json",), ("all.json", "--pretty"), ("all.ndjson",), ("all.sqlite",)], ids=" ".join
)
def test_an_export_of_them_comes_back(filled: Run, tmp_path: Path, project: Path, options: tuple[str, ...]) -> None:
    filled("memory", "export", *options, check=True)
    other = tmp_path / "other"
    other.mkdir()
    (other / "hooks.toml").write_text("")
    filled("memory", "import", project / options[0], cwd=other, check=True)
    assert filled("memory", "log", cwd=other).returncode == 0
    for name, value in HARD.items():
        assert filled("memory", "recall", f"values/{name}", cwd=other).stdout == value.replace("n", "x")
        done = filled("memory", "recall", f"metadata/{name}", "--json", cwd=other)
        assert value[1:-1] in done.stdout


def test_foreign_lists_keep_their_numbers(run: Run, project: Path) -> None:
    items = ",".join(f'{{"key":"{name}","value":{value},"metadata":{value}}}' for name, value in HARD.items())
    (project / "list.json").write_text(f"[{items}]")
    done = run("memory", "import", "list.json")
    assert done.returncode == 0, done.stderr
    assert run("memory", "recall", "integer").stdout == HARD["integer"]
    assert run("memory", "recall", "beyond").stdout == HARD["beyond"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(VALUES, st.booleans())
def test_indented_is_the_same_json(value: object, escaped: bool) -> None:
    text = json.dumps(value, ensure_ascii=escaped)
    assert json_exact.indented(text) == json.dumps(value, indent=2, ensure_ascii=escaped)
    assert json_exact.indented(json_exact.indented(text)) == json_exact.indented(text)
    assert json_exact.read(text) == value
