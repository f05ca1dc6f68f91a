"""`memory import`: writes the records of an importer in one transaction and reports the result of each."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hooks_cli.environment import Environment
from hooks_cli.errors import DataError
from hooks_cli.features.transfer.importers.detect import Source
from hooks_cli.features.validation import check
from hooks_cli.model import address as addresses
from hooks_cli.model.record import Header, JournalRecord, Left, Record, Refused, milliseconds
from hooks_cli.store.sqlite.bulk.import_entries import EntryWriter
from hooks_cli.store.sqlite.store import EmbeddedStore
from hooks_cli.store.sqlite.transaction import Transaction
from hooks_cli.text.globs import glob_matches
from hooks_cli.text.json_exact import read

# Refusals named; the rest is counted.
NAMED = 1000


@dataclass(slots=True)
class Choices:
    """How to import. `under` is a namespace to put everything in; `patterns` and `excluded` are globs on the addresses as
    the source has them; `strict` takes nothing when anything is refused; `validate` refuses what its schema does not fit."""

    strategy: str = "skip"
    under: str = ""
    patterns: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    project: str = ""
    dry_run: bool = False
    strict: bool = False
    validate: bool = False


@dataclass(slots=True)
class Imported:
    """The report: `counts` of entries by what became of them, `others` of sessions, tasks and events that were added."""

    kind: str
    counts: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    unfit: list[str] = field(default_factory=list)
    committed: bool = False

    @property
    def number_refused(self) -> int:
        """How many were refused, named or not."""
        return self.counts["refused"]


# Members of sessions, tasks and events that are text or null.
_TEXTS = (
    *("session_id", "task_id", "agent", "description", "outcome", "verb", "call_id", "trace_id"),
    *("attribution", "key", "opened_by", "word", "machine"),
)


class _RollBack(Exception):
    """Ends a transaction that is not to be kept."""


def import_source(
    store: EmbeddedStore, environment: Environment, source: Source, choices: Choices, advance: Callable[[int], None]
) -> Imported:
    """Take in one source. Raises what the source raises while it is read (65, 66) and the store's errors; then nothing is kept."""
    report = Imported(source.kind)
    if store.replica is not None:
        source = dataclasses.replace(
            source, records=iter(list(source.records))
        )  # all machines wait while it is written: it is read before
    try:
        with store.writing() as tx:
            _Import(tx, environment, choices, report).run(source, advance)
            if choices.dry_run or (choices.strict and report.number_refused):
                raise _RollBack
            if len(tx.notes) > 5:
                tx.notes[:] = [f"hooks-cli: {len(tx.notes)} of them have sensitive values, which were sealed"]
        report.committed = True
    except _RollBack:
        pass
    return report


class _Import:
    """One import on its way."""

    def __init__(self, tx: Transaction, environment: Environment, choices: Choices, report: Imported) -> None:
        self.writer = EntryWriter(tx, choices.strategy, str(environment.settings.get("memory.version")), report.kind)
        self.environment = environment
        self.choices = choices
        self.report = report
        self.mode = "strict" if choices.validate else environment.settings.text("schemas.mode")
        self.wanted_part = True

    def run(self, source: Source, advance: Callable[[int], None]) -> None:
        for found in source.records:
            advance(1)
            if isinstance(found, Refused):
                self.refuse(found)
            elif isinstance(found, Left):
                self.report.counts["left"] += 1
                self.report.left.append(found)
            elif isinstance(found, Header):
                self.wanted_part = self.choices.project in ("", found.project)
                self.finish()
                self.writer.begin(found.store_id)
            elif not self.wanted_part:
                self.report.counts["not_asked_for"] += 1
            elif isinstance(found, JournalRecord):
                self.journal_record(found)
            else:
                self.entry(found)
        self.finish()

    def finish(self) -> None:
        for became, number in self.writer.finish().items():
            self.report.counts[became] += number

    def refuse(self, refused: Refused) -> None:
        self.report.counts["refused"] += 1
        if len(self.report.refused) < NAMED:
            self.report.refused.append(refused)

    def entry(self, record: Record) -> None:
        choices = self.choices
        if not self.is_wanted(record):
            self.report.counts["not_asked_for"] += 1
            return
        try:
            if choices.under:
                record.address = addresses.check(addresses.join(choices.under, record.address))
            reason = self.misfit(record)
            if reason is not None and self.mode == "strict":
                raise DataError(f"it does not fit its schema: {reason}")
            became, address = self.writer.add(record)
            if reason is not None and became != "there":
                self.report.unfit.append(f"{address}: {reason}")
        except DataError as error:
            self.refuse(Refused(record.where, str(error)))
            return
        self.report.counts[became] += 1

    def is_wanted(self, record: Record) -> bool:
        choices = self.choices
        if choices.patterns and not any(glob_matches(glob, record.address) for glob in choices.patterns):
            return False
        if any(glob_matches(glob, record.address) for glob in choices.excluded):
            return False
        return set(choices.tags) <= set(record.tags)

    def misfit(self, record: Record) -> str | None:
        if self.mode == "off" or record.value is None:
            return None
        return check.violation(
            self.writer.store, self.environment, record.address, record.metadata, self.mode == "strict"
        )

    def journal_record(self, found: JournalRecord) -> None:
        """A session, task or event; not when only a part of the entries was asked for."""
        if self.choices.patterns or self.choices.excluded or self.choices.tags or self.choices.under:
            return
        try:
            became = self.add_aside(found.kind, read(found.text))
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            self.refuse(Refused(found.where, f"it is not what a {found.kind} is: {error!r}"))
            return
        if became == "added":
            self.report.others[found.kind + "s"] += 1

    def add_aside(self, kind: str, members: dict[str, Any]) -> str:
        journal = self.writer.journal
        for name in _TEXTS:
            if not isinstance(members.get(name), (str, type(None))):
                raise ValueError(f"{name} is not text")
        if kind in ("event", "task") and not members["verb" if kind == "event" else "task_id"]:
            raise ValueError("it has no name")
        if kind == "event":
            fields, at = members["fields"], milliseconds(members["at"])
            if not isinstance(fields, dict) or at is None or not 0 < int(members["revision"]) < 2**53:
                raise ValueError("fields, at or revision")
            return journal.add_event(members, fields, at)
        opened, closed = milliseconds(members.get("opened_at")), milliseconds(members.get("closed_at"))
        if kind == "task":
            return journal.add_task(members, opened, closed)
        if opened is None or not members["session_id"]:
            raise ValueError("opened_at or session_id")
        return journal.add_session(members, opened, closed)
