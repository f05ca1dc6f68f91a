"""The queries of `memory browse`. Each opens and closes the store, so that an idle browser holds no lock."""

from __future__ import annotations

import json

from hooks_cli.errors import NotFound
from hooks_cli.features.entries import read
from hooks_cli.features.search import search
from hooks_cli.model.entry import JSON
from hooks_cli.store.sqlite.rows import history
from hooks_cli.store.sqlite.store import open_store
from hooks_cli.text.diff import json_diff, line_diff, show_changes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.entry import Entry

MOST = 200
# Two versions that are longer together are not compared, because a user waits for the answer.
MOST_COMPARED = 400_000
_SPECIAL = "*?["


def find(environment: Environment, typed: str) -> list[Entry]:
    """What fits what was typed so far: the newest entries for nothing, else addresses that contain it, and what search finds (the
    last word may be unfinished). [] without a store."""
    try:
        store = open_store(environment, create=False)
    except NotFound:
        return []
    try:
        now, wanted = environment.now(), typed.strip()
        if not wanted:
            return read.recall(store, "*", now, MOST).entries
        literal = "".join(f"[{c}]" if c in _SPECIAL else c for c in wanted)
        glob = wanted if any(c in _SPECIAL for c in wanted) else f"*{literal}*"
        found = read.recall(store, glob, now, MOST).entries
        known = {entry.revision for entry in found}
        query = wanted + "*" if wanted[-1].isalnum() else wanted
        hits = search.search_store(store, environment, search.Request(query, MOST)).hits
        return (found + [hit.entry for hit in hits if hit.entry.revision not in known])[:MOST]
    finally:
        store.close()


def versions(environment: Environment, address: str) -> tuple[list[Entry], int]:
    """All versions of an address that are left, newest first, and the number of the current one (0 for none)."""
    try:
        store = open_store(environment, create=False)
    except NotFound:
        return [], 0
    try:
        head = history.head_of(store, address)
        now = environment.now()
        alive = head is not None and head[3] and (head[5] is None or head[5] > now)
        return history.versions(store, address), int(head[2]) if alive and head is not None else 0
    finally:
        store.close()


def changed(shown: Entry, entries: list[Entry]) -> list[str]:
    """How a version differs from the readable one before it, as lines; [] when there is none before it, or nothing in it."""
    before = next((entry for entry in entries if entry.version < shown.version and entry.value is not None), None)
    if before is None or before.value is None or shown.value is None:
        return []
    if len(before.value) + len(shown.value) > MOST_COMPARED:
        return [f"too large to compare here: memory diff '{shown.address}' {before.version} {shown.version}"]
    if before.kind == shown.kind == JSON:
        return show_changes(json_diff(json.loads(before.value), json.loads(shown.value)))
    return line_diff(before.value, shown.value, f"v{before.version}", f"v{shown.version}")
