"""Whatever a test file holds, it is read into a plan or refused with an error that a user can act on."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hooks_cli.errors import ConfigError
from hooks_cli.features.test_runs.files import plan_text, test_file
from hooks_cli.features.test_runs.files.case_plan import FilePlan
from hooks_cli.features.test_runs.files.case_sections import CHAOS_KEYS, SCENARIO_KEYS, STAGE_KEYS
from hooks_cli.features.test_runs.files.fault_catalogue import FAULTS
from hooks_cli.features.test_runs.files.service_sections import SERVICE_KEYS

FOLDER = os.path.realpath(os.path.dirname(__file__))
WORDS = (
    "a",
    "b",
    "db",
    "",
    "x y",
    "..",
    "30s",
    "always",
    "true",
    "after_1s",
    "http",
    "127.0.0.1:80",
    "(",
    "\0",
    *FAULTS,
)
values: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(WORDS),
    st.integers(-2, 70000),
    st.booleans(),
    st.floats(),
    st.lists(st.sampled_from(WORDS), max_size=3),
)


def tables(keys: tuple[str, ...]) -> st.SearchStrategy[Any]:
    inner = st.dictionaries(st.sampled_from([*keys, "max", "timeout", "stage_1"]), values, max_size=4)
    return st.dictionaries(st.sampled_from(keys), st.one_of(values, inner), max_size=5)


scenarios = st.builds(lambda more: {"name": "s", "run": "true", **more}, tables(SCENARIO_KEYS))
documents = st.fixed_dictionaries(
    {},
    optional={
        "services": st.dictionaries(st.sampled_from(("a", "b", "db")), st.one_of(values, tables(SERVICE_KEYS)), max_size=3),
        "scenario": st.one_of(values, st.lists(scenarios, max_size=3)),
        "chaos": st.one_of(values, tables(CHAOS_KEYS)),
        "expect": st.one_of(values, st.lists(tables(tuple(test_file.TOP_KEYS)), max_size=2)),
        "layers": st.one_of(values, st.dictionaries(st.sampled_from(("chaos", "performance", "x")), values, max_size=3)),
        "test": st.one_of(values, st.dictionaries(st.sampled_from(("stage_1", "stage_01", "x")), st.lists(tables(STAGE_KEYS), max_size=2))),
        "self_healing": st.one_of(values, tables(("auto_retry", "max_retries"))),
        "orchestration": st.one_of(values, tables(("services", "topology"))),
        "meta": st.one_of(values, tables(("name", "version"))),
    },
)  # fmt: skip


@settings(max_examples=800)
@given(documents)
def test_a_document_is_a_plan_or_a_configuration_error(document: dict[str, Any]) -> None:
    try:
        plan = test_file.plan_of("t.toml", FOLDER, document, b"")
    except ConfigError as refused:
        assert refused.exit_code == 78
        assert "t.toml" in str(refused)
        return
    assert isinstance(plan, FilePlan)
    assert list(plan_text.lines(plan))
