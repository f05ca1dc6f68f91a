"""What was exported and imported into an empty store is the same store: by property test, for every form that can."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hooks_cli.environment import Environment
from hooks_cli.features.entries.draft import tags_json
from hooks_cli.features.transfer import export, imports
from hooks_cli.features.transfer.export_parts import Choices
from hooks_cli.features.transfer.importers.detect import open_source
from hooks_cli.model.entry import Draft
from hooks_cli.model.selection import Selection
from hooks_cli.store.sqlite.file.verify import verify
from hooks_cli.store.sqlite.rows import entry_writes, journal
from hooks_cli.store.sqlite.store import EmbeddedStore, open_store

FORMS = ("json", "ndjson", "csv", "tsv", "sqlite")

characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
texts = st.text(characters, max_size=12)
segments = st.text(st.characters(categories=["Ll", "Nd", "Lo"]), min_size=1, max_size=4)
addresses = st.lists(segments, min_size=1, max_size=3).map("/".join) | st.sampled_from(
    ["=a", "'=a", "a,b", 'q"q', "ü/ß"]
)
spaced = st.sampled_from(
    ['{"a": 1.50}', "[1,\t2]", '{"a":1,"a":2}', '{"n":12345678901234567890.10}', "[]", '{"é":"\\u00e9"}']
)
values = texts | spaced | st.sampled_from(["=1+1", "'=1", "-", "\r\n", "a\tb", '"', "null", "true", "12", "{broken"])
objects = st.dictionaries(texts, texts | st.integers(-9, 9) | st.booleans(), max_size=3)
times = st.integers(0, 4_102_444_800_000)

writes = st.fixed_dictionaries(
    {
        "address": addresses,
        "value": st.none() | values,
        "metadata": objects,
        "tags": st.lists(
            texts.filter(lambda tag: tag.strip() == tag and tag and "," not in tag), max_size=2, unique=True
        ),
        "agent": st.none() | segments,
        "session": st.none() | segments,
        "expires": st.none() | times,
        "at": times,
        "pinned": st.booleans(),
    }
)


def environment(home: Path) -> Environment:
    return Environment({"HOOKS_HOME": str(home), "HOME": str(home), "HOOKS_NOW": "1700000000000"}, str(home))


def write_all(store: EmbeddedStore, steps: list[dict[str, Any]]) -> None:
    for step in steps:
        store.clock = lambda at=step["at"]: at
        with store.writing() as tx:
            session = journal.open_session(tx, step["session"], "test", None).id if step["session"] else None
            draft = Draft(
                step["address"],
                step["value"],
                metadata=json.dumps(step["metadata"], ensure_ascii=False, separators=(",", ":"))
                if step["metadata"]
                else None,
                tags=tags_json(step["tags"]),
                agent=step["agent"],
                session=session,
                expires=step["expires"],
            )
            entry_writes.put(tx, draft)


def all_rows(store: EmbeddedStore) -> list[tuple[Any, ...]]:
    return store.query(
        "SELECT h.address, h.live, h.version, e.revision, e.version, e.at, e.kind, e.value, e.tags, e.metadata, e.agent, "
        "s.name, e.expires, e.event, e.sealed FROM entry e JOIN head h ON h.id = e.head "
        "LEFT JOIN session s ON s.id = e.session ORDER BY h.address, e.version"
    )


@pytest.mark.parametrize("form", FORMS)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=st.lists(writes, max_size=6))
def test_a_store_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, form: str, steps: list[dict[str, Any]]
) -> None:
    base = tmp_path_factory.mktemp("trip")
    first, second = environment(base / "a"), environment(base / "b")
    for home in ("a", "b"):
        (base / home).mkdir()
    store = open_store(first)
    write_all(store, steps)
    path = str(base / f"x.{form}")
    export.export(first, export.Request(form, path, "", Choices(Selection())))
    other = open_store(second)
    report = imports.import_source(other, second, open_source(path), imports.Choices(), lambda number: None)
    assert not report.refused
    assert all_rows(other) == all_rows(store)
    assert other.query("SELECT live FROM state") == store.query("SELECT live FROM state")
    before = other.query("SELECT revision, ledger FROM state")
    again = imports.import_source(other, second, open_source(path), imports.Choices(), lambda number: None)
    assert again.counts["added"] == 0
    assert other.query("SELECT revision, ledger FROM state") == before
    evidence = verify(other, lambda number: None)
    assert evidence.sound, (evidence.broken, evidence.pages)
    search = "SELECT count(*) FROM head h WHERE live = 1 AND NOT EXISTS(SELECT 1 FROM search WHERE rowid = h.revision)"
    assert other.query(search)[0][0] == 0
    other.close()
    if form in ("json", "ndjson", "sqlite"):
        cleared_and_brought_back(store, first, path)
    store.close()


def cleared_and_brought_back(store: EmbeddedStore, where: Environment, path: str) -> None:
    """All that is live is deleted, and comes back from the store's own file as it was."""
    live = (
        "SELECT h.address, e.kind, e.value, e.tags, e.metadata, e.agent, s.name, e.expires FROM head h JOIN entry e "
        "ON e.revision = h.revision LEFT JOIN session s ON s.id = e.session "
        f"WHERE h.live = 1 AND (h.expires IS NULL OR h.expires > {where.now()}) ORDER BY h.address"
    )
    before = store.query(live)
    store.clock = where.now
    with store.writing() as tx:
        for address, *_ in before:
            entry_writes.put(tx, Draft(address, None))
    report = imports.import_source(store, where, open_source(path), imports.Choices(), lambda number: None)
    assert store.query(live) == before
    assert report.counts["brought_back"] == len(before)
    again = imports.import_source(store, where, open_source(path), imports.Choices(), lambda number: None)
    assert again.counts["brought_back"] == again.counts["added"] == 0
    assert verify(store, lambda number: None).sound
