"""Restores a partial backup: imports it, then makes the versions of the backup the current ones.

Worked example: the part was made when k held version 2 (b). Since then version 3 (c) was written. An import finds version 2 there
already; a restore then writes version 4 with the content of version 2, so that k holds b again and c stays as an older version.
"""

from __future__ import annotations

from collections.abc import Iterator

from hooks_cli.environment import Environment
from hooks_cli.features.attribution import Caller
from hooks_cli.features.entries.new_version import draft_from
from hooks_cli.features.transfer import imports
from hooks_cli.features.transfer.importers.detect import Source
from hooks_cli.features.transfer.imports import Choices, Imported
from hooks_cli.model.entry import DESTROYED, TOMBSTONE, Entry
from hooks_cli.model.record import Found, Record
from hooks_cli.store.sqlite.bulk.import_entries import BROUGHT_BACK as BACK
from hooks_cli.store.sqlite.rows import entry_writes, history
from hooks_cli.store.sqlite.store import EmbeddedStore


def restore(store: EmbeddedStore, environment: Environment, source: Source, choices: Choices) -> Imported:
    """Take the source in; with the strategy overwrite its newest versions win over those written since (`counts[BACK]`).

    Raises what `importing.import_source` raises; then nothing is kept.
    """
    newest: dict[str, Record] = {}

    def watched() -> Iterator[Found]:
        for record in source.records:
            if isinstance(record, Record) and record.version is not None:
                newest[record.address] = Record(
                    record.address, None, "", record.at, record.state, version=record.version
                )
            yield record

    report = imports.import_source(store, environment, Source(source.kind, watched()), choices, lambda number: None)
    if choices.strategy == "overwrite" and not choices.dry_run:
        wanted = [record for record in newest.values() if record.state == "live" and _is_chosen(record, choices)]
        report.counts[BACK] += _bring_back(store, environment, wanted)
    return report


def _is_chosen(record: Record, choices: Choices) -> bool:
    from hooks_cli.text.globs import glob_matches

    return not choices.patterns or any(glob_matches(glob, record.address) for glob in choices.patterns)


def _bring_back(store: EmbeddedStore, environment: Environment, wanted: list[Record]) -> int:
    """Write the content of those versions again where something else was written after them; how many there were."""
    count = 0
    with store.writing() as tx:
        by = None
        for record in wanted:
            head = history.head_of(tx.store, record.address)
            if head is None or record.version is None or int(str(head[2])) <= record.version:
                continue
            old = history.version(tx.store, record.address, record.version)
            current = history.version(tx.store, record.address, int(str(head[2])))
            if old is None or old.at != record.at or old.kind in (TOMBSTONE, DESTROYED) or _same(old, current):
                continue
            by = by or Caller().in_transaction(tx, environment, "restore")
            entry_writes.put(tx, draft_from(tx.store, old, "restore", by))
            count += 1
    return count


def _same(old: Entry, current: Entry | None) -> bool:
    def content(entry: Entry) -> tuple[object, ...]:
        return entry.kind, entry.value, entry.metadata, entry.tags

    return current is not None and not old.sealed and content(old) == content(current)
