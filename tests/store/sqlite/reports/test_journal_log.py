"""The journal reads the same by revision and by address: which way is taken is a matter of cost alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from hooks_cli.features.attribution import Caller
from hooks_cli.features.entries import delete, write
from hooks_cli.features.entries.draft import make_draft
from hooks_cli.features.journal.record import HookCall, record
from hooks_cli.store.sqlite.reports import journal_log
from tests.stores import Place


@pytest.mark.parametrize("pattern", ["a/*", "a/1", "*/1", "b*", "*", "nothing/*"])
@pytest.mark.parametrize("limit", [2, 100])
def test_both_ways_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str, limit: int) -> None:
    place = Place(tmp_path / "place")
    store, environment = place.store, place.environment
    for n in range(12):
        address = f"{'ab'[n % 2]}/{n % 3}"
        if n % 4 == 3:
            draft = make_draft(store, address, f"notice {n}")
            record(
                store, environment, HookCall("notify", {"message": f"notice {n}", "memory_key": address}, draft=draft)
            )
        else:
            write.store_value(store, environment, write.StoreRequest(address, f"{n}"))
        record(store, environment, HookCall("notify", {"message": "without a key"}))
    delete.delete(store, environment, "a/1", Caller())

    def lines() -> list[list[object]]:
        return [
            [
                [getattr(line, name) for name in journal_log.Line.__slots__]
                for line in read(store, journal_log.LogQuery(pattern=pattern), limit)
            ]
            for read in (journal_log.newest, journal_log.oldest)
        ]

    few = lines()
    monkeypatch.setattr(journal_log, "FEW", 0)
    assert lines() == few
    assert bool(few[0]) == (pattern != "nothing/*")
