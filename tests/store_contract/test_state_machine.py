"""The store against a model in plain dicts: any order of writes, removals, collections and looks into the past, with reopening."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hooks_cli.errors import DataError, NotFound, VersionConflict
from hooks_cli.features.attribution import Caller
from hooks_cli.features.entries import delete as entry_delete
from hooks_cli.features.entries import destroy as entry_destroy
from hooks_cli.features.entries import history as entry_history
from hooks_cli.features.entries import patch as entry_patch
from hooks_cli.features.entries import pins, read, write
from hooks_cli.features.retention import collect as retention_collect
from hooks_cli.features.retention.outcome import Scope
from hooks_cli.features.retention.rules import Rules
from hooks_cli.model.version import Version
from hooks_cli.store.sqlite.rows import entries
from hooks_cli.store.sqlite.rows import history as row_history
from hooks_cli.store.sqlite.rows.selection import Selection
from hooks_cli.text.units import DAY, HOUR, to_iso
from tests.retention_model import decide
from tests.stores import Place, check

ADDRESSES = st.sampled_from(["a", "a/b", "perf/baseline", "swarm/patterns/p"])
VALUES = st.sampled_from(["one", "two", '{"n":1}', '{"success":true,"n":2}', '{"git_commit":"abc"}', "[1]", ""])
PATCHES = st.sampled_from([{"n": 5}, {"n": None}, {"deep": {"x": None, "y": 1}}, {"success": False}])
WHO = Caller()
TOMBSTONE, DESTROYED = 2, 3
GC = Rules(max_age=10 * DAY, baselines=2, max_versions=4)


class Made:
    """A version as the model knows it; `gone` when it was collected."""

    def __init__(self, revision: int, at: int, kind: int, value: str | None, expires: int | None) -> None:
        self.revision = revision
        self.at = at
        self.kind = kind
        self.value = value
        self.expires = expires
        self.gone = False
        self.moved: tuple[str, Made] | None = None  # the address it was renamed from, and the tombstone there


class StoreMachine(RuleBasedStateMachine):
    """Every rule does one thing to both; the invariant compares what can be read."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.place = Place(self.folder / "place")
        self.model: dict[str, list[Made]] = {}
        self.pinned: set[str] = set()

    @initialize()
    def begin(self) -> None:
        self.revision = 0

    def teardown(self) -> None:
        check(self.place.store)
        self.place.close()
        shutil.rmtree(self.folder)

    # --- the model -----------------------------------------------------------------------------------------------------
    def current(self, address: str) -> tuple[int, Made] | None:
        made = self.model.get(address, [])
        if not made or made[-1].gone or made[-1].kind >= TOMBSTONE:
            return None
        last = made[-1]
        return (len(made), last) if last.expires is None or last.expires > self.place.now else None

    def make(self, address: str, value: str | None, expires: int | None = None) -> None:
        self.revision += 1
        kind = TOMBSTONE if value is None else 1 if value[:1] in ("{", "[") else 0
        self.model.setdefault(address, []).append(Made(self.revision, self.place.now, kind, value, expires))

    def said_at(self, address: str, revision: int, moment: int) -> str | None:
        """What an address said: its value, "" prefixed by "=", None for nothing, "?" when that was collected."""
        made = self.model.get(address, [])
        known = [i for i, v in enumerate(made) if v.revision <= revision and not v.gone]
        if not known:
            return "?" if made and made[0].gone else None
        at = known[-1]
        if at + 1 < len(made) and made[at + 1].gone:
            return "?"
        version = made[at]
        there = version.kind < TOMBSTONE and (version.expires is None or version.expires > moment)
        return "=" + (version.value or "") if there else None

    # --- the rules -----------------------------------------------------------------------------------------------------
    @rule(hours=st.sampled_from([1, 23, 24 * 3, 24 * 9]))
    def time_passes(self, hours: int) -> None:
        self.place.now += hours * HOUR

    @rule()
    def reopen(self) -> None:
        self.place.reopen()

    @rule(address=ADDRESSES, value=VALUES, ttl=st.sampled_from(["", "2h", "5d"]))
    def store(self, address: str, value: str, ttl: str) -> None:
        write.store_value(self.place.store, self.place.environment, write.StoreRequest(address, value, ttl=ttl))
        lives = {"": None, "2h": 2 * HOUR, "5d": 5 * DAY}[ttl]
        self.make(address, value, None if lives is None else self.place.now + lives)

    @rule(address=ADDRESSES, value=VALUES, wanted=st.integers(0, 4))
    def compare_and_set(self, address: str, value: str, wanted: int) -> None:
        found = self.current(address)
        version = found[0] if found else 0
        if version == wanted:
            write.store_value(
                self.place.store, self.place.environment, write.StoreRequest(address, value, if_version=wanted)
            )
            self.make(address, value)
        else:
            with pytest.raises(VersionConflict) as caught:
                write.store_value(
                    self.place.store, self.place.environment, write.StoreRequest(address, value, if_version=wanted)
                )
            assert caught.value.details["current"] == version

    @rule(address=ADDRESSES, change=PATCHES)
    def patch(self, address: str, change: dict[str, Any]) -> None:
        found = self.current(address)
        before = found[1].value or "" if found else "{}"
        text = json.dumps(change)
        if found and before[:1] not in ("{", "["):
            with pytest.raises(DataError):
                entry_patch.patch(self.place.store, self.place.environment, address, text, WHO)
            return
        entry_patch.patch(self.place.store, self.place.environment, address, text, WHO)
        after = merged(json.loads(before), change)
        self.make(address, json.dumps(after, separators=(",", ":")), found[1].expires if found else None)

    @rule(address=ADDRESSES)
    def append(self, address: str) -> None:
        found = self.current(address)
        before = found[1].value or "" if found else ""
        if before.startswith("{"):
            return
        entry_patch.append(self.place.store, self.place.environment, address, "more", WHO)
        after = f"{before}\nmore" if before else "more"
        if before.startswith("["):
            after = json.dumps([*json.loads(before), "more"], separators=(",", ":"))
        self.make(address, after, found[1].expires if found else None)

    @rule(address=ADDRESSES)
    def delete(self, address: str) -> None:
        if self.current(address) is None:
            with pytest.raises(NotFound):
                entry_delete.delete(self.place.store, self.place.environment, address, WHO)
        else:
            entry_delete.delete(self.place.store, self.place.environment, address, WHO)
            self.make(address, None)

    @rule(pattern=st.sampled_from(["*", "a*", "perf/*"]))
    def clear(self, pattern: str) -> None:
        chosen = sorted(a for a in self.model if self.current(a) and a not in self.pinned)
        chosen = [a for a in chosen if pattern == "*" or a.startswith(pattern[:-1])]
        entry_delete.clear(self.place.store, self.place.environment, Selection(pattern), WHO)
        for address in chosen:
            self.make(address, None)

    @rule(address=ADDRESSES)
    def undelete(self, address: str) -> None:
        made = self.model.get(address, [])
        content = None
        if made and made[-1].kind == TOMBSTONE and not made[-1].gone:
            for version in reversed(made):
                if version.gone or version.kind == DESTROYED:
                    break
                if version.kind < TOMBSTONE:
                    content = version
                    break
        if content is None or (content.expires is not None and content.expires <= self.place.now):
            with pytest.raises(NotFound):
                entry_delete.undelete(self.place.store, self.place.environment, address, WHO)
        else:
            entry_delete.undelete(self.place.store, self.place.environment, address, WHO)
            self.make(address, content.value, content.expires)

    @rule(address=ADDRESSES, number=st.integers(1, 5))
    def revert(self, address: str, number: int) -> None:
        made = self.model.get(address, [])
        version = made[number - 1] if number <= len(made) else None
        readable = version is not None and not version.gone and version.kind < TOMBSTONE
        if version is None or not readable or (version.expires is not None and version.expires <= self.place.now):
            with pytest.raises(NotFound):
                entry_delete.revert(self.place.store, self.place.environment, address, number, WHO)
        else:
            entry_delete.revert(self.place.store, self.place.environment, address, number, WHO)
            self.make(address, version.value, version.expires)

    @rule(old=ADDRESSES, new=ADDRESSES)
    def rename(self, old: str, new: str) -> None:
        found = self.current(old)
        if found is None or old == new or self.current(new) is not None:
            with pytest.raises((NotFound, VersionConflict)):
                entry_delete.rename(self.place.store, self.place.environment, old, new, WHO)
            return
        entry_delete.rename(self.place.store, self.place.environment, old, new, WHO)
        self.make(new, found[1].value, found[1].expires)
        self.make(old, None)
        self.model[new][-1].moved = (old, self.model[old][-1])
        if old in self.pinned:
            self.pinned.discard(old)
            self.pinned.add(new)

    @rule(address=ADDRESSES, ttl=st.sampled_from([None, HOUR, 4 * DAY]))
    def touch(self, address: str, ttl: int | None) -> None:
        found = self.current(address)
        if found is None:
            with pytest.raises(NotFound):
                pins.touch(self.place.store, self.place.environment, address, ttl, WHO)
            return
        pins.touch(self.place.store, self.place.environment, address, ttl, WHO)
        found[1].expires = None if ttl is None else self.place.now + ttl
        self.revision += 1  # the journal's line

    @rule(address=ADDRESSES, pinned=st.booleans())
    def pin(self, address: str, pinned: bool) -> None:
        if address not in self.model or (pinned and self.current(address) is None):
            with pytest.raises(NotFound):
                pins.set_pinned(self.place.store, self.place.environment, address, pinned, WHO)
            return
        if pins.set_pinned(self.place.store, self.place.environment, address, pinned, WHO):
            self.revision += 1
        (self.pinned.add if pinned else self.pinned.discard)(address)

    @rule(address=ADDRESSES, only=st.sampled_from([None, None, 1]))
    def destroy(self, address: str, only: int | None) -> None:
        made = self.model.get(address, [])
        if not made or (only and made[0].gone):
            with pytest.raises(NotFound):
                found, _ = entry_destroy.chosen(self.place.store, address)
                entry_destroy.destroy(
                    self.place.store,
                    self.place.environment,
                    entry_destroy.targets(self.place.store, found, only and [only]),
                    WHO,
                )
            return
        entry_destroy.destroy(
            self.place.store,
            self.place.environment,
            entry_destroy.targets(self.place.store, [address], [only] if only else None),
            WHO,
        )
        targets = [(address, made[:only] if only else list(made))]
        for _, versions in targets:
            for version in reversed(versions):
                if version.gone or version.moved is None or version.moved[1].gone:
                    continue
                old, tombstone = version.moved
                before = self.model[old][: self.model[old].index(tombstone)]
                if old == address and not only:
                    continue
                known = [v for there, taken in targets if there == old for v in taken]
                left = [
                    v for v in (before[-1:] if only else before) if v.kind < TOMBSTONE and not v.gone and v not in known
                ]
                if left:
                    targets.append((old, left))
        for _, versions in targets:
            for version in versions:
                if version.kind < TOMBSTONE and not version.gone:
                    version.kind, version.value = DESTROYED, None
        self.revision += len(targets)

    @precondition(lambda self: self.model)
    @rule()
    def collect(self) -> None:
        versions = self.versions()
        keeps = {(d.version.address, d.version.version): d.keep for d in decide(versions, GC, self.place.now)}
        retention_collect.collect(self.place.store, GC, self.place.now, Scope())
        for (address, number), keep in keeps.items():
            if not keep:
                self.model[address][number - 1].gone = True
        self.revision = row_history.newest_revision(self.place.store)

    def versions(self) -> list[Version]:
        found = []
        for address, made in self.model.items():
            for number, v in enumerate(made, 1):
                fields = {}
                if v.kind == 1 and (v.value or "").startswith("{"):
                    data = json.loads(v.value or "{}")
                    fields = {n: data[n] for n in ("success", "git_commit") if n in data}
                if not v.gone:
                    newest, pinned = number == len(made), address in self.pinned
                    found.append(
                        Version(address, number, v.revision, v.at, v.kind, newest, pinned, v.expires or 0, 0, fields)
                    )
        return found

    # --- what is compared ----------------------------------------------------------------------------------------------
    @invariant()
    def the_store_says_the_same(self) -> None:
        store, now = self.place.store, self.place.now
        assert row_history.newest_revision(store) == self.revision
        for address, made in self.model.items():
            found = self.current(address)
            entry = entries.read(store, address, now)
            assert (entry.value if entry else None) == (found[1].value if found else None)
            if entry and found:
                assert (entry.version, entry.revision, entry.expires) == (found[0], found[1].revision, found[1].expires)
            kept = [(i, v.kind, v.value) for i, v in enumerate(made, 1) if not v.gone]
            assert [(e.version, e.kind, e.value) for e in reversed(row_history.versions(store, address))] == kept
        live = sorted(a for a in self.model if self.current(a))
        assert sorted(e.address for e in read.recall(store, "*", now, 100).entries) == live

    @precondition(lambda self: self.revision > 0)
    @rule(data=st.data())
    def look_back(self, data: st.DataObject) -> None:
        revision = data.draw(st.integers(0, self.revision))
        moment = row_history.moment_of(self.place.store, revision)
        self.was_there(entry_history.When(revision, moment, "then"), revision)

    def was_there(self, point: entry_history.When, revision: int) -> None:
        """The store says at that point what the model said at the revision."""
        store, moment = self.place.store, point.moment
        there, unknown = {}, 0
        for address in self.model:
            said = self.said_at(address, revision, moment)
            if said is None or said == "?":
                unknown += said == "?"
                with pytest.raises(NotFound) as caught:
                    entry_history.recall(store, address, point, 1)
                assert ("collected" in str(caught.value)) == (said == "?")
            else:
                there[address] = said[1:]
                assert entry_history.recall(store, address, point, 1)[0].entries[0].value == said[1:]
        found, lost = entry_history.recall(store, "*", point, 100)
        assert {e.address: e.value for e in found.entries} == there
        assert (found.total, lost) == (len(there), unknown)

    @precondition(lambda self: self.model)
    @rule(hours=st.integers(0, 24 * 30))
    def look_back_in_time(self, hours: int) -> None:
        moment = self.place.now - hours * HOUR
        point = entry_history.when(self.place.store, self.place.environment, None, to_iso(moment))
        assert point.moment == moment
        made = [v.revision for made in self.model.values() for v in made if v.at <= moment]
        self.was_there(point, max(made, default=0))


def merged(target: Any, change: Any) -> Any:
    """RFC 7396, section 2."""
    if not isinstance(change, dict):
        return change
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in change.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


TestStoreMachine = StoreMachine.TestCase
TestStoreMachine.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
