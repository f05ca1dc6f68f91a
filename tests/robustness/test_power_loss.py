"""Power loss and a failing disk at every single operation: what was acknowledged is there, the store opens and is what was written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hooks_cli.environment import Environment
from hooks_cli.errors import HooksError, StorageFailed, Tampered
from hooks_cli.features.attribution import Caller
from hooks_cli.features.entries.write import StoreRequest, store_value
from hooks_cli.features.journal.record import HookCall, record
from hooks_cli.store.sqlite.file import verify
from hooks_cli.store.sqlite.rows import entries, entry_writes
from hooks_cli.store.sqlite.store import EmbeddedStore, open_store
from hooks_cli.system.apsw_import import apsw
from tests.faulty_disk import WEATHERS, Disk, restored

# Every place is tried by `scripts/stress power`; the suite takes every so manyth, with all weathers.
STEP = 1 if os.environ.get("STRESS") else 7

# A value that makes the log pass its limit, so that the commit is followed by a checkpoint.
LONG = "a long value " * 25_000


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """A home with a store of a few entries, closed."""
    (tmp_path / "project").mkdir()
    home = tmp_path / "home"
    found = Environment(
        {"HOOKS_HOME": str(home), "HOME": str(home), "HOOKS_NOW": "1760702400000"}, str(tmp_path / "project")
    )
    store = open_store(found)
    for number in range(20):
        store_value(store, found, StoreRequest(f"before/{number}", f"value {number}"))
    store.close()
    return found


Tally = Callable[[str, object], None]
Step = Callable[[EmbeddedStore, Environment], dict[str, str | None]]


def _store(store: EmbeddedStore, environment: Environment) -> dict[str, str | None]:
    store_value(store, environment, StoreRequest("after/one", "first"))
    return {"after/one": "first"}


def _overwrite(store: EmbeddedStore, environment: Environment) -> dict[str, str | None]:
    store_value(store, environment, StoreRequest("before/3", "changed", metadata='{"a":1}', tags="x,y"))
    return {"before/3": "changed"}


def _long(store: EmbeddedStore, environment: Environment) -> dict[str, str | None]:
    store_value(store, environment, StoreRequest("after/long", LONG))
    return {"after/long": LONG}


def _event(store: EmbeddedStore, environment: Environment) -> dict[str, str | None]:
    record(store, environment, HookCall("notify", {"message": "m"}, caller=Caller("s")))
    return {}


def _delete(store: EmbeddedStore, environment: Environment) -> dict[str, str | None]:
    from hooks_cli.model.entry import Draft

    with store.writing() as tx:
        entry_writes.put(tx, Draft("before/5", None, event="delete"))
    return {"before/5": None}


HOT: tuple[Step, ...] = (_store, _overwrite, _event, _long, _delete, _store)


def played(environment: Environment, disk: Disk, home: Path) -> list[tuple[int, dict[str, str | None]]]:
    """Run the steps on the disk: after how many operations which addresses were acknowledged with which value."""
    acknowledged: list[tuple[int, dict[str, str | None]]] = [(0, {f"before/{n}": f"value {n}" for n in range(20)})]
    with disk.mounted(home):
        store = open_store(environment)
        for step in HOT:
            known = dict(acknowledged[-1][1])
            known.update(step(store, environment))
            acknowledged.append((len(disk.operations), known))
        store.close()
    return acknowledged


def test_power_loss_after_every_operation(environment: Environment, tmp_path: Path, record_property: Tally) -> None:
    home, place = tmp_path / "home", tmp_path / "after"
    disk = Disk()
    acknowledged = played(environment, disk, home)
    assert len(disk.operations) > 60, "the steps did not run on the disk"
    assert {operation.kind for operation in disk.operations} == {"write", "sync", "truncate"}
    there = Environment({**environment.variables, "HOOKS_HOME": str(place)}, environment.cwd)
    anchors = sorted(place.glob("config/keys/*.anchor"))
    tried = 0
    for count in range(0, len(disk.operations) + 1, STEP):
        known = [values for at, values in acknowledged if at <= count][-1]
        for weather in WEATHERS:
            files = disk.after_power_loss(count, weather, seed=count)
            shutil.rmtree(place, ignore_errors=True)
            restored(files, home, place)
            for anchor in anchors:
                anchor.unlink()
            store = open_store(there)
            try:
                for address, value in known.items():
                    entry = entries.read(store, address, 1)
                    assert (None if entry is None else entry.value) == value or _is_next(
                        acknowledged, count, address, entry
                    ), f"{address} after {count} operations, weather {weather}"
                found = verify.verify(store, lambda _: None)
                assert found.sound, f"after {count} operations, weather {weather}: {found.broken or found.pages}"
            finally:
                store.close()
            tried += 1
    record_property("disks", tried)
    assert tried * STEP > 300


def _is_next(acknowledged: list[tuple[int, dict[str, str | None]]], count: int, address: str, entry: object) -> bool:
    """A write that was not acknowledged yet may be there already."""
    later = [values for at, values in acknowledged if at > count]
    value = None if entry is None else getattr(entry, "value", None)
    return bool(later) and later[0].get(address) == value


@pytest.mark.parametrize("error", [apsw.IOError, apsw.FullError])
@pytest.mark.parametrize("short", [False, True])
def test_each_operation_fails_once(
    environment: Environment, tmp_path: Path, error: type[Exception], short: bool, record_property: Tally
) -> None:
    home, kept = tmp_path / "home", tmp_path / "kept"
    shutil.copytree(home, kept)
    rehearsal = Disk()
    played(environment, rehearsal, home)
    record_property("failing operations", len(range(0, len(rehearsal.operations), STEP)))
    for at in range(0, len(rehearsal.operations), STEP):
        shutil.rmtree(home)
        shutil.copytree(kept, home)
        disk = Disk()
        disk.fail_at, disk.error, disk.short = at, error, short
        known = {f"before/{n}": f"value {n}" for n in range(20)}
        doubtful: dict[str, str | None] = {}
        with disk.mounted(home):
            store = None
            try:
                store = open_store(environment)
                for step in HOT:
                    doubtful = {"after/one": "first", "before/3": "changed", "after/long": LONG, "before/5": None}
                    known.update(step(store, environment))
            except HooksError as refused:
                assert refused.exit_code in (74, 77), refused
                assert isinstance(refused, StorageFailed) or "corrupt" not in str(refused)
            finally:
                if store is not None:
                    store.close()
        store = open_store(environment)
        try:
            for address, value in known.items():
                entry = entries.read(store, address, 1)
                found = None if entry is None else entry.value
                assert found == value or (address in doubtful and found == doubtful[address]), (
                    f"{address}, failure at {at}"
                )
            assert verify.verify(store, lambda _: None).sound, f"failure at {at}"
        finally:
            store.close()


def test_a_disk_that_lies_about_its_syncs_is_found_out(environment: Environment, tmp_path: Path) -> None:
    """Nothing can keep what such a disk loses, but the anchor tells: no old state passes for the newest."""
    home, place = tmp_path / "home", tmp_path / "after"
    disk = Disk()
    played(environment, disk, home)
    liar = Disk()
    liar.begun = disk.begun
    liar.operations = [operation for operation in disk.operations if operation.kind != "sync"]
    restored(liar.after_power_loss(len(liar.operations), "none"), home, place)
    for anchor in home.glob("config/keys/*.anchor"):
        shutil.copy(anchor, place / "config" / "keys" / anchor.name)
    there = Environment({**environment.variables, "HOOKS_HOME": str(place)}, environment.cwd)
    with pytest.raises(Tampered, match="or later"):
        open_store(there)
