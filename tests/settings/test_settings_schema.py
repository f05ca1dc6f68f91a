"""Every setting is declared once: in the program, in its schema, and in its page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooks_cli.errors import ConfigError
from hooks_cli.settings import files
from hooks_cli.settings.settings import FIELDS, KEYS, TABLES
from tests.settings_place import ANY, ROOT, document


def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ROOT / "schemas/config.schema.json").read_text())
    return loaded


def schema_at(key: str) -> dict[str, Any]:
    found = schema()
    for part in key.split("."):
        found = found["properties"][part]
    return found


def test_the_schema_declares_what_the_program_declares() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())

    def leaves(node: dict[str, Any], prefix: str = "") -> Iterator[str]:
        for name, child in node.get("properties", {}).items():
            if "properties" in child:
                yield from leaves(child, f"{prefix}{name}.")
                continue
            yield prefix + name

    assert set(leaves(schema())) == {*KEYS, *TABLES, *FIELDS}
    for key, (_, default, _) in KEYS.items():
        if default not in ("", ()):
            assert schema_at(key)["default"] == (list(default) if isinstance(default, tuple) else default), key
    for key, fields in FIELDS.items():
        assert set(schema_at(key)["additionalProperties"]["properties"]) == set(fields)
    assert schema_at("restore.roles")["default"] == {k: list(v) for k, v in TABLES["restore.roles"][1].items()}


LEAVES = [*KEYS, "restore.roles.r", "schemas.patterns.p", "export.tables.t", "agents.b.memory_access"]
LEAVES += [f"memory.gc.rules.r.{field}" for field in FIELDS["memory.gc.rules"]] + [
    "memory.gc.typo",
    "typo",
    "agents.b.typo",
]


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(LEAVES), ANY, min_size=1, max_size=3))
def test_the_schema_accepts_what_the_program_accepts(
    tmp_path_factory: pytest.TempPathFactory, flat: dict[str, Any]
) -> None:
    path = tmp_path_factory.mktemp("c") / "config.toml"
    nested: dict[str, Any] = {}
    for key, value in flat.items():
        node = nested
        *parents, last = key.split(".")
        for part in parents:
            node = node.setdefault(part, {})
        node[last] = value
    path.write_text(document(flat))
    try:
        found = files.read(str(path), "/nowhere")
        accepted = not found.warnings
    except ConfigError:
        accepted = False
    # The schema takes a text for a length of time by its first character only.
    valid = jsonschema.Draft202012Validator(schema()).is_valid(nested)
    if valid and not accepted:
        assert any(key.endswith("ttl") for key in flat)
    else:
        assert valid == accepted


def test_every_setting_is_described() -> None:
    page = (ROOT / "docs/configuration.md").read_text()
    for key in [*KEYS, *TABLES, *FIELDS]:
        table, _, name = key.rpartition(".")
        assert f"`{name}`" in page or f"[{key}" in page, key
        assert f"[{table or key}" in page, key
    for fields in FIELDS.values():
        for field in fields:
            assert f"`{field}" in page
    for variable in ("HOOKS_HOME", "HOOKS_STORE", "HOOKS_NOW", "CLAUDE_PROJECT_DIR", "XDG_CONFIG_HOME", "NO_COLOR"):
        assert variable in page
