"""Writes imported entries in one transaction, with their own times and version numbers.

What decides is `EntryWriter.add`, for one record after the other (worked example: the store has address k with versions
1 (a) and 2 (b)):

* version 2 (b) comes: there already, nothing to do;
* version 3 (c) comes: it goes on the same history, so it is added as version 3;
* version 2 (x) comes: another history of the same address, a conflict: skip leaves ours, newest takes x as version 3 when
  it was written later than b, overwrite takes it as version 3, rename takes it (and what follows) at `k.imported`.

* the newest version that the file has of k is live and there already, but k was deleted here since: a file of this very store
  brings it back, as version 3; so does overwrite for any file. Else it stays deleted, which is counted.

A record without a version (another program's) is a new version of an address that this import made, else a conflict in
the same sense. An own record keeps its revision, moved up by what the store had counted before, so that the order of
entries and events stays, and in an empty store everything has the number that it had.
"""

from __future__ import annotations

from collections import Counter

from hooks_cli.errors import DataError, Tampered
from hooks_cli.model.entry import DESTROYED, JSON, TEXT, TOMBSTONE, Draft
from hooks_cli.model.origin import IMPORT
from hooks_cli.model.record import Record
from hooks_cli.store.sensitive_values import seal_draft, sealer_of
from hooks_cli.store.sqlite.bulk.import_deleted import Deleted
from hooks_cli.store.sqlite.bulk.import_journal import JournalWriter
from hooks_cli.store.sqlite.json_check import is_json_document
from hooks_cli.store.sqlite.rows import entry_writes
from hooks_cli.store.sqlite.transaction import Transaction
from hooks_cli.text.json_writer import value_text
from hooks_cli.text.sealed_marker import BEGIN

ADDED, THERE, KEPT_OURS, RENAMED, OLDER = "added", "there", "kept_ours", "renamed", "older"
BROUGHT_BACK, DELETED_HERE = "brought_back", "deleted_here"
STRATEGIES = ("skip", "newest", "overwrite", "rename")
# Larger numbers are refused: the counter of the store must stay far from its end.
MOST = 2**53
_STATES = {"deleted": TOMBSTONE, "destroyed": DESTROYED}
_SEALED = "it is sealed, and only the store that it comes from can open it"


def _versions(columns: str, such: str) -> str:
    """The statement for the versions of head ?1 of which this holds."""
    select = f"SELECT {columns}, e.version FROM entry e WHERE e.head = ?1 AND {such}"
    return f"{select} AND e.revision <> e.head UNION ALL {select} AND e.revision = ?1"


_CONTENT = "e.kind, e.sealed, e.value, e.metadata, e.tags, e.at, e.version"
_AT = _versions(_CONTENT.removesuffix(", e.version"), "e.at = ?2") + " ORDER BY e.version DESC"
_VERSION_AT = _versions(_CONTENT.removesuffix(", e.version"), "e.version = ?2 AND e.at = ?3")
_HAS_VERSION = _versions("1", "e.version = ?2")


class EntryWriter:
    """Writes records into an open transaction. `begin` at each header of an export."""

    def __init__(self, tx: Transaction, strategy: str, default_version: str, source: str = "") -> None:
        """`source` is the kind of what is imported, which versions that come from elsewhere keep as their `imported`."""
        self.tx = tx
        self.store = tx.store
        self.strategy = strategy
        self.default_version = default_version
        self.source = source or "import"
        self.journal = JournalWriter(tx)
        self._began_at = tx.revision
        self._parted: set[str] = set()
        self._deleted = Deleted(tx)
        self._found = 0
        self.offset = 0
        self.begin("")

    def begin(self, store_id: str) -> None:
        """What follows comes from that store: its revisions are counted from what has been written so far."""
        self.offset = self.tx.revision
        self._parted = set()
        self.journal.begin(store_id, self.offset)

    def add(self, record: Record) -> tuple[str, str]:
        """(what became of it, the address). Raises DataError (65) for what cannot be taken."""
        if record.value is not None:
            entry_writes.check_value(record.value, "it")
        became, target = ADDED, record.address
        for _ in range(2):
            old = entry_writes.find_head(self.tx, target)
            if old is None:
                version = record.version or 1
                break
            if self._is_there(old, record, target):
                self._deleted.note(old, record, self._found)
                return THERE, target
            if target not in self._parted and not self._has_place(old, record):
                self._deleted.note(old, record, 0)
                return OLDER, target
            foreign = self._foreign_version(old, record, target)
            if foreign is not None:
                version = foreign
                break
            if self.strategy != "rename" or became == RENAMED:
                return KEPT_OURS, target
            became, target = RENAMED, _renamed(record.address)
        else:
            return KEPT_OURS, target
        whole = self._open(record)
        self._write(record, target, version, old, whole)
        return became, target

    def finish(self) -> Counter[str]:
        """To be called after the last record of a source: what has become of entries that were deleted here, as changes to the counts.

        They are brought back when the file is this store's own, or the strategy is overwrite.
        """
        wanted = self.strategy == "overwrite" or (self.journal.is_own and self.strategy != "newest")
        counts: Counter[str] = Counter()
        for record, is_here in self._deleted.take():
            old = entry_writes.find_head(self.tx, record.address)
            if wanted and old is not None:
                whole = self._open(record)
                record.at = record.revision = None
                self._write(record, record.address, int(str(old[2])) + 1, old, whole)
            counts[BROUGHT_BACK if wanted else DELETED_HERE] += 1
            counts[THERE if is_here else OLDER] -= 1
        return counts

    def _open(self, record: Record) -> bool:
        """Put the plain text in the place of sealed pieces; whether the whole value was sealed. They are sealed again on the way in.

        Only the store that sealed them can; the others refuse the record (65), unless what is in it only looks like the beginning of a
        sealed piece.
        """
        texts = (record.value, record.metadata, record.source, *record.tags)
        if not record.sealed and not any(BEGIN in text for text in texts if text):
            return False
        from hooks_cli.crypto import seal

        sealer = sealer_of(self.store)
        try:
            bound_to = record.sealed_for or record.address
            opened = [seal.open_carried(sealer, bound_to, text) if text else (text, False) for text in texts]
        except Tampered:
            if record.sealed or any(seal.holds_marker(text) for text in texts if text):
                raise DataError(_SEALED) from None
            return False
        (record.value, whole), (record.metadata, _), (record.source, _), *tags = opened
        record.tags = [tag for tag, _ in tags if tag]
        return whole

    def _foreign_version(self, old: tuple[object, ...], record: Record, target: str) -> int | None:
        """The version that a record gets at an address that exists, or None when ours is kept."""
        head, current = int(str(old[0])), int(str(old[2]))
        if record.version is None:
            if head > self._began_at or self._wins(
                old, record
            ):  # made by this import: a head has the revision it began with
                return current + 1
            return None
        if target not in self._parted:
            return record.version
        return current + 1 if self._wins(old, record) else None

    def _has_place(self, old: tuple[object, ...], record: Record) -> bool:
        """Whether it is newer than the newest version here, or can go in below it: with a free revision that lies below."""
        if record.version is None or record.version > int(str(old[2])):
            return True
        wanted = self.offset + (record.revision or MOST)
        return wanted < int(str(old[1])) and self.journal.is_free(wanted)

    def _wins(self, old: tuple[object, ...], record: Record) -> bool:
        if self.strategy == "overwrite":
            return True
        if self.strategy != "newest":
            return False
        at = self.store.query("SELECT at FROM entry WHERE revision = ?", (old[1],))
        return bool(at) and (self.tx.now if record.at is None else record.at) > at[0][0]

    def _is_there(self, old: tuple[object, ...], record: Record, target: str) -> bool:
        """Whether the address has this version already; or, once histories have parted, some version written at that time.

        A record without a version is there when it says what the address holds now, or what it held at that time.
        """
        head = int(str(old[0]))
        if record.version is None:
            if self._some(record, f"SELECT {_CONTENT} FROM entry e WHERE e.revision = ?", (old[1],)):
                return True
            return record.at is not None and self._some(record, _AT, (head, record.at))
        if self._some(record, _VERSION_AT, (head, record.version, record.at)):
            return True
        if self.store.query(_HAS_VERSION, (head, record.version)):
            self._parted.add(target)
        return target in self._parted and self._some(record, _AT, (head, record.at))

    def _some(self, record: Record, sql: str, values: tuple[object, ...]) -> bool:
        """Whether one of these versions of a head has the content of the record; `_found` is its number then."""
        kind = _STATES.get(record.state)
        mine = (record.value, record.metadata or "{}", _tags(record))
        for its_kind, sealed, value, metadata, tags, at, number in self.store.each(sql, values):
            self._found = number
            if kind is not None or its_kind in (TOMBSTONE, DESTROYED):
                if kind == its_kind:
                    return True
            elif sealed:
                # What is plain there is ciphertext here: then the time tells.
                if at == record.at and (not record.sealed or _plain(record.value) == _plain(value)):
                    return True
            elif mine == (value, metadata or "{}", tags):
                return True
        return False

    def _write(
        self, record: Record, address: str, version: int, old: tuple[object, ...] | None, redact: bool = False
    ) -> None:
        store, tx = self.store, self.tx
        at = tx.now if record.at is None else record.at
        revision = self._revision(record, version, old)
        foreign = record.version is None  # another program's
        draft = Draft(
            address,
            record.value,
            event=record.event or "import",
            metadata=record.metadata,
            tags=_tags(record),
            source=record.source,
            data_version=self._data_version(record),
            expires=record.expires,
            session=self.journal.session(record.session, at),
            guessed=record.guessed,
            agent=record.agent,
            trace=record.trace,
            redact=redact,
            origin=record.origin or (IMPORT if foreign else None),
            imported=record.imported or (None if self.journal.is_own else self.source),
        )
        machine = tx.machine if foreign else self.journal.machine(record.machine)
        kind = _STATES.get(record.state, TEXT)
        if record.value is not None and is_json_document(store, record.value):
            kind = JSON
        kept = seal_draft(tx, draft, revision, kind == JSON)
        live = int(kept.value is not None)
        is_newest = old is None or version > int(str(old[2]))
        if old is None:
            head = revision
            new = (head, revision, version, live, int(record.pinned), draft.expires, address)
            store.query(entry_writes.INSERT_HEAD, new)
            tx.remember("head", new)
        else:
            head = int(str(old[0]))
            if is_newest:
                self._move_head(old, revision, version, live, record)
        tx.insert("entry", entry_writes.entry_row(draft, kept, revision, head, version, kind, at, draft.trace, machine))
        if is_newest:
            tx.live += live - (int(str(old[3])) if old is not None else 0)
            if kept.value is not None:
                entry_writes.index(store, revision, address, kept.tags, kept.metadata, kept.value, is_json=kind == JSON)
        if record.mark or record.relations or record.review:
            from hooks_cli.store.sqlite.annotations import transfer

            about = (record.mark, record.relations) if is_newest else (None, [])
            transfer.take_in(tx, head, revision, (record.version or version, version), *about, record.review)

    def _move_head(self, old: tuple[object, ...], revision: int, version: int, live: int, record: Record) -> None:
        head, pinned = old[0], int(bool(old[4]) or record.pinned)
        self.store.query(
            "UPDATE head SET revision=?, version=?, live=?, pinned=?, expires=? WHERE id=?",
            (revision, version, live, pinned, record.expires, head),
        )
        self.tx.forget("head", old)
        self.tx.remember("head", (head, revision, version, live, pinned, record.expires, old[6]))
        if old[3]:
            self.store.query("DELETE FROM search WHERE rowid=?", (old[1],))

    def _revision(self, record: Record, version: int, old: tuple[object, ...] | None) -> int:
        """The revision that the record had, moved up; the next one where it had none, or where it would be out of order."""
        if record.revision is None or not 0 < record.revision <= MOST:
            return self.tx.next_revision()
        wanted = self.offset + record.revision
        if old is not None and version > int(str(old[2])) and wanted <= int(str(old[1])):
            return self.tx.next_revision()
        return self.journal.take(wanted)

    def _data_version(self, record: Record) -> str | None:
        """`metadata.version` when it is a string; else what the export says, unless that is the default anyhow."""
        if record.metadata and '"version"' in record.metadata:
            rows = self.store.query(
                "SELECT ?1 ->> '$.version' WHERE json_type(?1, '$.version') = 'text'", (record.metadata,)
            )
            if rows:
                return str(rows[0][0])
        return None if record.data_version == self.default_version else record.data_version


def _tags(record: Record) -> str | None:
    return value_text(record.tags) if record.tags else None


def _plain(value: str | None) -> str:
    return (value or "").strip('"')


def _renamed(address: str) -> str:
    return address.encode()[:1000].decode(errors="ignore") + ".imported"
