"""An export that somebody changed by hand, or to do harm: refused in words, never a crash, and the store stays sound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hooks_cli.environment import Environment
from hooks_cli.errors import HooksError, InternalError
from hooks_cli.features.transfer import imports
from hooks_cli.features.transfer.importers.detect import open_source
from hooks_cli.store.sqlite.bulk import import_entries
from hooks_cli.store.sqlite.file.verify import verify
from hooks_cli.store.sqlite.store import open_store

ENTRY = {
    "record": "entry", "key": "a", "version": "1.0.0", "schema_version": "1", "revision": 2, "key_version": 1, "session_id": "s",
    "agent": None, "event": "store", "source": None, "tags": ["x"], "metadata": {}, "state": "live", "data": "v",
    "created_at": "2025-10-17T12:00:00.000Z",
}  # fmt: skip
EVENT = {
    "record": "event", "schema_version": "1", "revision": 3, "at": "2025-10-17T12:00:00.000Z", "verb": "notify", "session_id": "s",
    "attribution": None, "agent": None, "task_id": "t", "key": "a", "fields": {"message": "m"}, "call_id": None, "trace_id": None,
}  # fmt: skip
SESSION = {
    "record": "session",
    "session_id": "s",
    "opened_at": "2025-10-17T12:00:00.000Z",
    "closed_at": None,
    "opened_by": "x",
}
TASK = {"record": "task", "task_id": "t", "session_id": "s", "opened_at": None, "closed_at": None, "named": True}
HEADER = {"record": "header", "store_id": "00", "project": "p", "versions": "all"}

odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=3),
    st.sampled_from(
        ["deleted", "destroyed", "a/b", "2025-01-01", "9999-12-31T23:59:59Z", "‹sealed›", "import:00/3", "\ud800", "\0"]
    ),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
)


@st.composite
def changed(draw: st.DrawFn) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = [HEADER]
    for line in draw(st.lists(st.sampled_from([ENTRY, ENTRY, EVENT, SESSION, TASK, HEADER]), max_size=5)):
        copy = dict(line)
        for name in draw(st.lists(st.sampled_from(sorted(copy)), max_size=2)):
            copy[name] = draw(odd)
        if draw(st.booleans()) and "key_version" in copy:
            copy["key_version"] = draw(st.integers(1, 3))
            copy["revision"] = draw(st.integers(1, 4))
        lines.append(copy)
    return lines


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(lines=changed(), strategy=st.sampled_from(import_entries.STRATEGIES))
def test_nothing_breaks_the_store(
    tmp_path_factory: pytest.TempPathFactory, lines: list[dict[str, Any]], strategy: str
) -> None:
    base: Path = tmp_path_factory.mktemp("hostile")
    environment = Environment({"HOOKS_HOME": str(base), "HOME": str(base), "HOOKS_NOW": "1700000000000"}, str(base))
    path = base / "x.ndjson"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    store = open_store(environment)
    choices = imports.Choices(strategy=strategy)
    for _ in range(2):
        try:
            imports.import_source(store, environment, open_source(str(path)), choices, lambda number: None)
        except HooksError as error:
            assert not isinstance(error, InternalError), error
        evidence = verify(store, lambda number: None)
        assert evidence.sound, (evidence.broken, evidence.pages)
    store.close()
