"""`memory clear` beside writers."""

from __future__ import annotations

from pathlib import Path

import pytest

from hooks_cli.operations import pinning, remembering, removing
from hooks_cli.operations.carrying import Who
from hooks_cli.store import entries
from hooks_cli.store.embedded import EmbeddedStore
from hooks_cli.store.selection import Selection
from hooks_cli.store.transaction import Transaction
from tests.stores import Place


def test_clear_spares_what_changes_while_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two of its transactions somebody writes one of the selected addresses anew, and pins another."""
    place = Place(tmp_path / "place")
    store, environment = place.store, place.environment
    for key in ("a", "b", "c", "d"):
        remembering.store_value(store, environment, key, "old")

    def paced(store: EmbeddedStore) -> Transaction:
        if store.row("SELECT 1 FROM head WHERE address = 'a' AND live = 0") and not meanwhile:
            meanwhile.append(remembering.store_value(store, environment, "b", "new"))
            pinning.set_pinned(store, environment, "c", True, Who())
        return store.writing()

    meanwhile: list[object] = []
    monkeypatch.setattr(removing, "enough", lambda store, began: True)
    monkeypatch.setattr(removing, "paced", paced)
    removed = removing.clear(store, environment, Selection(), Who())
    assert meanwhile and [written.address for written in removed.written] == ["a", "d"]
    kept = [entries.read(store, key, place.now) for key in ("b", "c")]
    assert [entry and entry.value for entry in kept] == ["new", "old"]
    place.close()
