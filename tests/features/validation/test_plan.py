"""The schemas, their compiled form, and that the compiled check agrees with jsonschema."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hooks_cli.features.validation.builtin_plans import FAMILIES
from hooks_cli.features.validation.check import MEMBERS, surely_fits
from hooks_cli.features.validation.check_budget import equal
from hooks_cli.features.validation.compile import OutsideSubset, check_schema, compile_plan
from hooks_cli.features.validation.counted_validator import CountedValidator
from hooks_cli.features.validation.plan import first_violation
from hooks_cli.system.apsw_import import apsw
from hooks_cli.system.sqlite_json import Unreadable, load
from tests.conftest import ROOT

SCHEMAS = sorted((ROOT / "schemas").glob("*.schema.json"))

names = st.sampled_from(["a", "b", "p50_ms", "x y", ""])
numbers = st.one_of(st.integers(-5, 5), st.sampled_from([0.0, 1.0, 2.5, -0.5, 1e300, 2**62]))
scalars = st.one_of(st.none(), st.booleans(), numbers, st.text(max_size=3))
instances = st.recursive(
    scalars, lambda below: st.lists(below, max_size=3) | st.dictionaries(names, below, max_size=3), max_leaves=6
)
types = st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"])
sizes = st.integers(0, 3)


def _schema(below: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(below, min_size=1, max_size=3)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": types | st.lists(types, min_size=1, max_size=3, unique=True),
            "enum": st.lists(instances, min_size=1, max_size=3),
            "const": instances,
            "minimum": numbers,
            "maximum": numbers,
            "exclusiveMinimum": numbers,
            "exclusiveMaximum": numbers,
            "multipleOf": st.integers(1, 4),
            "minLength": sizes,
            "maxLength": sizes,
            "minItems": sizes,
            "maxItems": sizes,
            "minProperties": sizes,
            "maxProperties": sizes,
            "required": st.lists(names, max_size=2, unique=True),
            "properties": st.dictionaries(names, below, max_size=3),
            "additionalProperties": below,
            "propertyNames": below,
            "dependentRequired": st.dictionaries(names, st.lists(names, max_size=2, unique=True), max_size=2),
            "dependentSchemas": st.dictionaries(names, below, max_size=2),
            "items": below,
            "prefixItems": several,
            "contains": below,
            "minContains": sizes,
            "maxContains": sizes,
            "allOf": several,
            "anyOf": several,
            "oneOf": several,
            "not": below,
            "if": below,
            "then": below,
            "else": below,
            "title": st.just("said"),
            "$ref": st.sampled_from(["#/$defs/one", "#/$defs/two"]),
        },
    )


plain = st.booleans() | st.fixed_dictionaries({}, optional={"type": types, "minimum": numbers, "minLength": sizes})
schemas = st.recursive(plain, _schema, max_leaves=5)


@settings(max_examples=400, deadline=None)
@given(schemas, plain, plain, st.lists(instances, min_size=1, max_size=6))
def test_the_compiled_check_agrees_with_jsonschema(schema: Any, one: Any, two: Any, values: list[Any]) -> None:
    document = {"$defs": {"one": one, "two": two}, "allOf": [schema]}
    assert check_schema(document) is None
    plan = json.loads(json.dumps(compile_plan(document)))
    validator = Draft202012Validator(document)
    for value in values:
        assert (first_violation(plan, value) is None) == validator.is_valid(value), (document, value)


@settings(max_examples=150, deadline=None)
@given(schemas, plain, plain, st.lists(instances, min_size=1, max_size=6))
def test_the_counted_validator_agrees_with_jsonschema(schema: Any, one: Any, two: Any, values: list[Any]) -> None:
    unevaluated = {"allOf": [schema], "patternProperties": {"^a|_": two}}
    document: dict[str, Any] = {"$defs": {"one": one, "two": two}, **unevaluated, "unevaluatedProperties": one}
    document["additionalProperties" if isinstance(two, bool) else "unevaluatedItems"] = two
    validator = Draft202012Validator(json.loads(json.dumps(document)))
    counted = CountedValidator(document)
    for value in values:
        assert bool(counted.errors(value)) == (not validator.is_valid(value)), (document, value)


@settings(max_examples=200, deadline=None)
@given(instances)
def test_sqlite_reads_json_as_json_does(value: Any) -> None:
    read = load(apsw.Connection(":memory:"), json.dumps(value))
    assert equal(read, value)
    assert json.dumps(read) == json.dumps(value)


@pytest.mark.parametrize("text", ["12345678901234567890", '"\\ud800"', "{", ""])
def test_what_sqlite_reads_otherwise_is_said(text: str) -> None:
    with pytest.raises(Unreadable):
        load(apsw.Connection(":memory:"), text)


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_every_schema_is_a_valid_schema_of_the_draft(path: Path) -> None:
    schema = json.loads(path.read_text())
    assert check_schema(schema) is None
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_compiled_module_is_fresh() -> None:
    done = subprocess.run([sys.executable, ROOT / "scripts" / "compile-schemas", "--check"], capture_output=True)
    assert done.returncode == 0, done.stderr


SEED_METADATA = [
    ("topology", '{"agents":5,"layers":["orchestration","chaos","performance"]}'),
    ("orchestration", '{"services":["api","db","cache"],"edges":[["db","api"],["cache","api"]]}'),
    ("chaos", '{"experiments":["db_failover","network_partition"]}'),
    ("chaos", '{"fault":"container_kill","failover_time_ms":4200,"success_rate_during":0.96,"success_rate_after":1.0}'),
    ("performance", '{"p50_ms":45,"p95_ms":120,"p99_ms":250}'),
    ("performance", '{"git_commit":"abc123","p50_ms":45,"cpu_avg_percent":25,"memory_peak_mb":256}'),
    ("intelligence", '{"count":5,"confidence":0.92}'),
    ("intelligence", '{"source":"x","trace_count":1000,"span_topology":{"root":"api","children":["db.insert"]}}'),
    ("self_healing", '{"auto_fixed":3,"manual_required":0}'),
    ("self_healing", '{"pattern":"t","remediation":"r","attempts":3,"success":true,"total_duration_ms":350}'),
    ("architect", '{"version":"2.0.0","layers":["chaos"],"confidence":"high"}'),
    ("architect", '{"plugin_types":["chaos"],"trait_count":4}'),
    ("architect", '{"pattern_count":8,"patterns":["layered_composition"]}'),
]


@pytest.mark.parametrize(("family", "metadata"), SEED_METADATA)
def test_the_documented_metadata_fits(family: str, metadata: str) -> None:
    assert first_violation(FAMILIES[family], json.loads(metadata)) is None


@pytest.mark.parametrize(
    ("family", "metadata", "words"),
    [
        ("performance", {"p50_ms": "45"}, "p50_ms is a string, not a number"),
        ("performance", {"p95_ms": -1}, "p95_ms is -1, less than 0"),
        ("intelligence", {"confidence": 7}, "confidence fits none of the forms it may have"),
        ("orchestration", {"edges": [["a"]]}, "edges[0] has 1 items, at least 2"),
        ("self_healing", {"success": "yes"}, "success is a string, not a boolean"),
        ("architect", [], "it is an array, not an object"),
    ],
)
def test_a_violation_is_said_in_words(family: str, metadata: Any, words: str) -> None:
    assert first_violation(FAMILIES[family], metadata) == words


@pytest.mark.parametrize(
    ("schema", "part"),
    [
        ({"pattern": "^a"}, "pattern"),
        ({"properties": {"a": {"multipleOf": 0.1}}}, "multipleOf"),
        ({"$ref": "#"}, "back to itself"),
        ({"$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}, "$ref": "#/$defs/a"}, "back to itself"),
        ({"$ref": "https://example.com/x"}, "out of the document"),
        ({"unevaluatedProperties": False}, "unevaluatedProperties"),
    ],
)
def test_what_the_subset_does_not_have_is_named(schema: Any, part: str) -> None:
    assert check_schema(schema) is None
    with pytest.raises(OutsideSubset, match=part):
        compile_plan(schema)


@pytest.mark.parametrize(
    ("schema", "value", "fits"),
    [
        ({"multipleOf": 10**400}, 1.5, False),
        ({"multipleOf": 3}, 1e300, Draft202012Validator({"multipleOf": 3}).is_valid(1e300)),
        ({"uniqueItems": True}, [1, True, "1", [1], {"a": 1}, {"a": True}, None, 0, False], True),
        ({"uniqueItems": True}, [{"a": [1, {}], "b": 2}, {"b": 2.0, "a": [1.0, {}]}], False),
    ],
)
def test_hard_numbers_and_equal_values(schema: Any, value: Any, fits: bool) -> None:
    assert (first_violation(compile_plan(schema), value) is None) is fits


def test_references_that_unfold_without_end_are_refused() -> None:
    definitions: dict[str, Any] = {"n0": {"type": "string"}}
    for n in range(1, 30):
        definitions[f"n{n}"] = {"allOf": [{"$ref": f"#/$defs/n{n - 1}"}, {"$ref": f"#/$defs/n{n - 1}"}]}
    with pytest.raises(OutsideSubset, match="unfolds"):
        compile_plan({"$defs": definitions, "$ref": "#/$defs/n29"})


plain = st.one_of(
    st.integers(-2, 3), st.sampled_from([0.0, 0.5, 1.0, 1.5, -0.5, 1e-9, 1e300]), st.booleans(), st.none(),
    st.text(st.sampled_from('ab,:"{[\\\\é '), max_size=4), st.just([]), st.just({"a": 1}),
)  # fmt: skip


@given(data=st.data())
def test_what_surely_fits_does(data: st.DataObject) -> None:
    family = data.draw(st.sampled_from(sorted(FAMILIES)))
    known = st.sampled_from([*sorted(FAMILIES[family]["properties"]), "other", 'o,"t:'])
    metadata = data.draw(st.dictionaries(known, plain, max_size=4))
    spaced = data.draw(st.booleans())
    text = json.dumps(metadata, ensure_ascii=spaced, separators=None if spaced else (",", ":"))
    if surely_fits(text, MEMBERS[family]):
        assert first_violation(FAMILIES[family], metadata) is None


@pytest.mark.parametrize(
    "text", ['{"a":"b"}', '{"p95_ms":1.5,"git_commit":"abc","p50_ms":0}', "{}", '{"test_name":"x"}']
)
def test_plain_metadata_needs_no_plan(text: str) -> None:
    assert surely_fits(text, MEMBERS["performance"])


@pytest.mark.parametrize(
    "text",
    [
        '{"p95_ms":-1}',
        '{"p95_ms":"1"}',
        '{"p95_ms":null}',
        '{"p95_ms":[1]}',
        '{"test_name":""}',
        '{"p95_ms":1e3}',
        '{ "p95_ms":1}',
    ],
)
def test_what_is_not_plain_is_left_to_the_plan(text: str) -> None:
    assert not surely_fits(text, MEMBERS["performance"])
