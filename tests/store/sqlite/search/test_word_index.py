"""A search narrowed to what an index finds (addresses, a session) looks that up first, and gives the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from hooks_cli.environment import Environment
from hooks_cli.model.entry import Draft
from hooks_cli.store.sqlite.rows import entry_writes
from hooks_cli.store.sqlite.rows.filters import Filters
from hooks_cli.store.sqlite.search import word_index
from hooks_cli.store.sqlite.store import open_store


@pytest.mark.parametrize("session", [1, 2, 3, 0])
def test_what_few_a_session_wrote_is_looked_up_first_and_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, session: int
) -> None:
    store = open_store(Environment({"HOOKS_HOME": str(tmp_path / "home")}, str(tmp_path)))
    with store.writing() as tx:
        for number in range(90):
            draft = Draft(f"k/{number % 70}", f"word number {number} {'rare' * (number % 7 == 0)}")
            draft.session = (None, 1, 2)[number % 3]
            entry_writes.put(tx, draft)
    found = []
    for few in (90, -1):
        monkeypatch.setattr(word_index, "FEW", few)
        filters = Filters()
        filters.session = session
        ranked = [
            word_index.ranked(store, match, filters, 1, 50, recent=recent)
            for match in ('"word"', '"rare" OR "word"')
            for recent in (False, True)
        ]
        found.append((ranked, word_index.count(store, '"word"', filters, 1)))
        assert filters.few is (few > 0)
    assert found[0] == found[1] and bool(found[0][1]) is (session in (1, 2))
    store.close()


@pytest.mark.parametrize("globs", [["a/*"], ["b/1?", "a/3"], ["c/*"], ["*/7"], ["a/[2-4]*"]])
def test_few_addresses_are_looked_up_first_and_give_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, globs: list[str]
) -> None:
    store = open_store(Environment({"HOOKS_HOME": str(tmp_path / "home")}, str(tmp_path)))
    with store.writing() as tx:
        for number in range(90):
            entry_writes.put(
                tx, Draft(f"{'ab'[number % 2]}/{number}", f"word number {number} {'rare' * (number % 7 == 0)}")
            )
    filters = Filters()
    filters.globs = globs
    asked = [(match, recent) for match in ('"word"', '"rare" OR "word"') for recent in (False, True)]
    first = [word_index.ranked(store, match, filters, 1, 50, recent=recent) for match, recent in asked]
    counts = [word_index.count(store, match, filters, 1) for match, _ in asked]
    monkeypatch.setattr(word_index, "FEW", -1)
    filters = Filters()  # whether they are few is asked once
    filters.globs = globs
    assert first == [word_index.ranked(store, match, filters, 1, 50, recent=recent) for match, recent in asked]
    assert counts == [word_index.count(store, match, filters, 1) for match, _ in asked]
    store.close()
