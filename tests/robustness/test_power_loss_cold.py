"""Power loss at every operation of garbage collection, destruction, import and a batch: the store is sound, and nothing half done shows."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hooks_cli.entry import status
from hooks_cli.environment import Environment
from hooks_cli.features.entries.write import StoreRequest, store_value
from hooks_cli.store.sqlite.file import verify
from hooks_cli.store.sqlite.rows import entries
from hooks_cli.store.sqlite.store import open_store
from tests.faulty_disk import WEATHERS, Disk, restored

T0 = 1_760_702_400_000
DAY = 86_400_000
STEP = 1 if os.environ.get("STRESS") else 9
ENTRIES = 30
VALUE = "value {} " + "x" * 300


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """A store of entries, one of them pinned, closed; this process's variables and folder are those of the test."""
    project, home = tmp_path / "project", tmp_path / "home"
    project.mkdir()
    for name in list(os.environ):
        if name.startswith(("HOOKS_", "CLAUDE_", "MEMORY_", "OTEL_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOOKS_HOME", str(home))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("HOOKS_NOW", str(T0))
    monkeypatch.chdir(project)
    found = Environment(dict(os.environ), str(project))
    store = open_store(found)
    for number in range(ENTRIES):
        store_value(store, found, StoreRequest(f"k/{number}", VALUE.format(number)))
    store.close()
    assert status(["memory", "pin", "k/7"]) == 0
    lines = [json.dumps({"key": f"new/{number}", "value": VALUE.format(number)}) for number in range(40)]
    (project / "new.ndjson").write_text("\n".join(lines) + "\n")
    return found


def run(argv: list[str], disk: Disk, home: Path) -> None:
    with disk.mounted(home):
        assert status(argv) == 0


def look(home: Path, there: Environment, disk: Disk, count: int, weather: str, place: Path) -> dict[str, str | None]:
    """What a store holds after the power went: address -> value; the store has to be sound."""
    shutil.rmtree(place, ignore_errors=True)
    restored(disk.after_power_loss(count, weather, seed=count), home, place)
    for anchor in place.glob("config/keys/*.anchor"):
        anchor.unlink()
    store = open_store(there)
    try:
        found = verify.verify(store, lambda _: None)
        assert found.sound, f"after {count} operations, weather {weather}: {found.broken or found.pages}"
        names = [*(f"k/{n}" for n in range(ENTRIES)), *(f"new/{n}" for n in range(40))]
        held = {name: entries.read(store, name, 1) for name in names}
        return {name: None if entry is None else entry.value for name, entry in held.items()}
    finally:
        store.close()


@pytest.mark.parametrize(
    ("argv", "later"),
    [
        (["memory", "gc", "--older-than", "90d"], 200),
        (["memory", "destroy", "k/*", "--yes"], 0),
        (["memory", "clear", "--namespace", "k"], 0),
        (["memory", "import", "new.ndjson"], 0),
    ],
    ids=["gc", "destroy", "clear", "import"],
)
def test_power_loss(
    place: Environment,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    argv: list[str],
    later: int,
    record_property: Callable[[str, object], None],
) -> None:
    home, after = tmp_path / "home", tmp_path / "after"
    monkeypatch.setenv("HOOKS_NOW", str(T0 + later * DAY))
    disk = Disk()
    run(argv, disk, home)
    assert len(disk.operations) > 10, "the command did not run on the disk"
    there = Environment({**os.environ, "HOOKS_HOME": str(after)}, place.cwd)
    counts = [*range(0, len(disk.operations), STEP), len(disk.operations)]
    record_property("disks", len(counts) * len(WEATHERS))
    for count in counts:
        for weather in WEATHERS:
            held = look(home, there, disk, count, weather, after)
            new = [name for name, value in held.items() if name.startswith("new/") and value is not None]
            assert len(new) in (0, 40), "an import is kept whole or not at all"
            for number in range(ENTRIES):
                value = held[f"k/{number}"]
                assert value in (None, VALUE.format(number)), f"k/{number} is another one after {count} operations"
            if argv[1] in ("gc", "import"):
                assert held["k/7"] == VALUE.format(7), "what is pinned stays"
            if count == len(disk.operations):
                ends = {"gc": 1, "destroy": 0, "clear": 1, "import": ENTRIES}
                left = [name for name, value in held.items() if name.startswith("k/") and value is not None]
                assert len(left) <= ends[argv[1]] or argv[1] == "import", left
                assert argv[1] != "import" or len(new) == 40
