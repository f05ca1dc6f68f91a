"""Schemas that a cloned repository's hooks.toml names: they reach nothing, read nothing, and hold no write up."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from hooks_cli.features.validation.check_budget import OverBudget
from hooks_cli.features.validation.counted_validator import CountedValidator
from hooks_cli.features.validation.schema_bounds import SchemaRefused, examine
from tests.conftest import Run

SECRET = "a-line-of-another-file"
STRICT = '[schemas]\nmode = "strict"\n'
NAMED = '[schemas.patterns]\n"*" = "s.json"\n'
DOUBLED: dict[str, Any] = {"n0": {"type": "string"}} | {
    f"n{n}": {"allOf": [{"$ref": f"#/$defs/n{n - 1}"}, {"$ref": f"#/$defs/n{n - 1}"}]} for n in range(1, 60)
}
BOTH_WAYS = {"anyOf": [{"items": {"$ref": "#/$defs/a"}}, {"type": "null"}], "allOf": [{"items": {"$ref": "#/$defs/a"}}]}


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    """A server on the loopback that counts in `asked` what it is asked for."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.server.asked.append(self.path)  # type: ignore[attr-defined]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"required": ["obeyed"]}')

        def log_message(self, *args: object) -> None:
            pass

    found = HTTPServer(("127.0.0.1", 0), Handler)
    found.asked = []  # type: ignore[attr-defined]
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield found
    found.shutdown()
    found.server_close()


def put(project: Path, schema: Any, settings: str = NAMED) -> None:
    (project / "hooks.toml").write_text(settings)
    (project / "s.json").write_text(json.dumps(schema))


OUTSIDE: dict[str, Any] = {
    "ref": {"$ref": "URL/x"},
    "dynamic": {"$dynamicRef": "URL/x"},
    "recursive": {"$recursiveRef": "URL/x"},
    "file": {"properties": {"a": {"$ref": "file://FILE"}}},
    "relative": {"$id": "URL/a.json", "allOf": [{"$ref": "b.json"}]},
    "own id": {"$defs": {"a": {"$id": "URL/inner", "$ref": "x"}}, "$ref": "#/$defs/a"},
    "unknown keyword": {"else-where": {"$ref": "URL/x"}, "$ref": "#/else-where"},
    "dialect": {"items": {"$schema": "http://json-schema.org/draft-07/schema#", "$ref": "URL/x"}},
    "name": {"patternProperties": {"a": {"not": {"contains": {"$ref": "//127.0.0.1/x"}}}}},
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_reference_leaves_the_schema(run: Run, project: Path, server: HTTPServer, tmp_path: Path, name: str) -> None:
    (tmp_path / "other.txt").write_text(SECRET)
    url = f"http://127.0.0.1:{server.server_port}"
    text = json.dumps(OUTSIDE[name]).replace("URL", url).replace("FILE", str(tmp_path / "other.txt"))
    put(project, json.loads(text))
    metadata = ("--metadata", '{"a":{"b":[[]]}}')
    done = run("memory", "store", "notes/x", "v", *metadata, check=True)
    assert "s.json is not valid: " in done.stderr
    assert done.stderr.count("\n") == 1
    assert run("memory", "recall", "notes/x", check=True).stdout == "v"
    done = run("memory", "validate")
    assert done.returncode == 78
    assert (run("config", "check").returncode, run("config", "check").stdout.count("s.json")) == (78, 1)
    put(project, json.loads(text), STRICT + NAMED)
    for _ in range(2):
        strict = run("memory", "store", "notes/y", "v", *metadata)
        assert strict.returncode == 78
        assert "#/" in strict.stderr
        assert "$defs" in strict.stderr
    assert server.asked == []  # type: ignore[attr-defined]
    assert SECRET not in done.stderr + done.stdout + strict.stderr


def test_a_schema_that_refers_to_itself_works(run: Run, project: Path) -> None:
    inner = {"$anchor": "name", "type": "string", "pattern": "^[a-z]+$"}
    node = {"type": "object", "properties": {"next": {"$ref": "#"}, "name": {"$ref": "#name"}}}
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "$id": "https://example.com/s.json"}
    put(project, {**head, **node, "$defs": {"inner": inner}}, STRICT + NAMED)
    run("memory", "store", "a", "v", "--metadata", '{"next":{"name":"abc"}}', check=True)
    done = run("memory", "store", "a", "v", "--metadata", '{"next":{"next":{"name":"ABC"}}}')
    assert done.returncode == 65
    assert "next.next.name" in done.stderr


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"properties": {"n": {"pattern": "(a+)+$"}}}, "#/properties/n/pattern"),
        ({"properties": {"n": {"pattern": r"^\w+\d+$"}}}, "next to each other"),
        ({"patternProperties": {"(a+)+$": True}}, "#/patternProperties"),
        ({"propertyNames": {"pattern": "(a|a)*$"}}, "#/propertyNames/pattern"),
        ({"properties": {"n": {"pattern": r"(.*)\1"}}}, "back reference"),
        ({"properties": {"n": {"pattern": "("}}}, "not a regular expression"),
        ({"patternProperties": {f"^{n}[{'x' * 900}]": True for n in range(5)}}, "characters together"),
        ({"anyOf": [{"const": [n]} for n in range(6000)]}, "more than 5,000 objects"),
        ({"$ref": "#/$defs/nothing"}, "leads to nothing"),
        ({"$ref": "#nothing"}, "leads to nothing"),
    ],
)
def test_what_may_take_too_long_is_refused_when_the_schema_is_read(
    run: Run, project: Path, schema: Any, words: str
) -> None:
    put(project, schema)
    done = run(
        "memory", "store", "x", "v", "--metadata", json.dumps({"n": "a" * 40 + "!", "a" * 40 + "!": 1}), check=True
    )
    assert words in done.stderr
    assert run("memory", "validate").returncode == 78
    put(project, schema, STRICT + NAMED)
    assert run("memory", "store", "x", "v", "--metadata", '{"n":"a"}').returncode == 78


def test_a_schema_nested_too_deeply_is_refused(run: Run, project: Path) -> None:
    deep: Any = True
    for _ in range(300):
        deep = {"allOf": [deep]}
    put(project, deep)
    assert "nested more than 100 levels" in run("memory", "store", "x", "v", check=True).stderr


HEAVY: dict[str, tuple[Any, Any]] = {
    "doubled": ({"$defs": DOUBLED, "properties": {"n": {"$ref": "#/$defs/n59"}}}, {"n": "a"}),
    "doubled, jsonschema": (
        {"$defs": DOUBLED, "properties": {"n": {"$ref": "#/$defs/n59"}, "m": {"pattern": "a"}}},
        {"n": "a"},
    ),
    "plan": ({"properties": {"n": {"items": {"not": {"enum": list(range(200))}}}}}, {"n": [999] * 100}),
    "both ways": (
        {"$defs": {"a": BOTH_WAYS}, "properties": {"n": {"$ref": "#/$defs/a"}}},
        {"n": json.loads("[" * 60 + "]" * 60)},
    ),
    "unevaluated": (
        {
            "$defs": {
                "z": {"patternProperties": {"^[a-z]+$": True}},
                **{
                    f"n{n}": {"dependentSchemas": {"a": {"$ref": at}, "b": {"$ref": at}}}
                    for n in range(40)
                    for at in ["#/$defs/z" if n == 0 else f"#/$defs/n{n - 1}"]
                },
            },
            "unevaluatedProperties": False,
            "$ref": "#/$defs/n39",
        },
        {"a": 1, "b": 2},
    ),
    "itself": ({"$ref": "#"}, {}),
    "patterns": ({"properties": {"n": {"items": {"pattern": "a.*b"}}}}, {"n": ["a" * 4000] * 20}),
}


@pytest.mark.parametrize("name", HEAVY)
def test_over_budget_a_projects_schema_lets_the_entry_in_and_the_users_own_does_not(
    run: Run, project: Path, home: Path, name: str
) -> None:
    schema, value = HEAVY[name]
    metadata = ("--metadata", json.dumps(value))
    for mode in ("", STRICT):
        put(project, schema, mode + NAMED)
        os.utime(project / "s.json", (1_700_000_000, 1_700_000_000))
        for _ in range(2):  # the second time from the cache
            done = run("memory", "store", "notes/x", "v", *metadata, check=True)
            assert "notes/x is stored without a check of its metadata" in done.stderr
            assert "given up after 10,000 steps" in done.stderr
            assert done.stderr.count("\n") == 1
    done = run("hooks", "notify", "--message", "m", "--memory-key", "notes/n", *metadata, check=True)
    assert "notes/n is stored without" in done.stderr
    done = run("memory", "validate")
    assert (done.returncode, "given up after" in done.stdout) == (65, True)
    (project / "hooks.toml").write_text("")
    config = home / "hooks" / "config"
    config.mkdir(parents=True, exist_ok=True)
    (config / "config.toml").write_text(f'[schemas.patterns]\n"*" = "{project / "s.json"}"\n')
    done = run("memory", "store", "notes/mine", "v", *metadata)
    assert done.returncode == 65
    assert "given up after 10,000 steps" in done.stderr
    assert run("memory", "recall", "notes/mine").returncode == 1


def test_a_pattern_sees_the_first_4096_characters(run: Run, project: Path) -> None:
    put(project, {"properties": {"n": {"pattern": "^a+$"}}}, STRICT + NAMED)
    run("memory", "store", "x", "v", "--metadata", json.dumps({"n": "a" * 4096 + "!"}), check=True)
    done = run("memory", "store", "x", "v", "--metadata", json.dumps({"n": "a" * 4095 + "!!"}))
    assert done.returncode == 65
    assert "its first 4,096 characters do not match" in done.stderr


@pytest.mark.parametrize(
    "schema", [True, False, {}, {"$id": "https://example.com/x"}, {"enum": [{"$ref": "http://x"}]}]
)
def test_what_is_harmless_is_not_refused(schema: Any) -> None:
    examine(schema)
    CountedValidator(schema)


def test_a_long_name_of_a_member_is_not_tried() -> None:
    validator = CountedValidator({"patternProperties": {"a.*b": True}, "unevaluatedProperties": False})
    with pytest.raises(OverBudget):
        validator.errors({"a" * 5000: 1})


def test_a_large_value_is_not_written_into_thousands_of_errors() -> None:
    validator = CountedValidator({"anyOf": [{"maxLength": 1, "pattern": "x"}] * 100})
    with pytest.raises(OverBudget):
        validator.errors("y" * 100_000)


def test_a_nested_id_is_refused() -> None:
    with pytest.raises(SchemaRefused, match="only the whole schema"):
        examine({"items": {"$id": "https://example.com/x"}})


@pytest.mark.parametrize("verb", ["list", "search", "export"])
def test_a_filter_that_may_take_too_long_is_refused(run: Run, verb: str) -> None:
    run("memory", "store", "a" * 40 + "!", "v", check=True)
    words = ("v",) if verb == "search" else ()
    for pattern in ("(a+)+$", "(a|a)*$", r"(a)\1", "a*a*b"):
        done = run("memory", verb, *words, "--key-pattern", pattern)
        assert done.returncode == 64, done.stderr
        assert "is not tried" in done.stderr
        assert "Begin it with ^" in done.stderr
