"""Finds imported entries that the store had and deleted, so that the import may restore them.

Whether the source itself goes on to say that an entry was deleted is known at its end only, so the newest version that it has
of each such address is remembered: as a number, where the content lies in this store; as the record, where it was collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from hooks_cli.model.entry import JSON, TEXT, TOMBSTONE
from hooks_cli.model.record import Record
from hooks_cli.store.sqlite.rows.entries import FROM_VERSIONS
from hooks_cli.store.sqlite.transaction import Transaction
from hooks_cli.text.json_exact import read


class Deleted:
    """Addresses whose newest version here is a deletion, while the source has a live one that is no newer."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        # head -> (the newest version that the source has, the version here with that content or 0, the record when it is 0).
        self._heads: dict[int, tuple[int, int, Record | None]] = {}

    def note(self, old: tuple[object, ...], record: Record, found: int) -> None:
        """A record that is there already, as version `found`; or, with 0, that is older than what is kept here."""
        head, newest, live = int(str(old[0])), int(str(old[2])), old[3]
        if live:
            return
        number = record.version or newest
        if self._heads.get(head, (0,))[0] <= number:
            self._heads[head] = (number, found, None if found else record)

    def take(self) -> Iterator[tuple[Record, bool]]:
        """(the record to be written, whether its content lies here) of each that is still deleted here and was live in the source."""
        heads, self._heads = self._heads, {}
        for head, (_, found, record) in heads.items():
            rows = self.tx.store.query(
                "SELECT h.address FROM head h JOIN entry e ON e.revision = h.revision WHERE h.id = ? AND h.live = 0 AND e.kind = ?",
                (head, TOMBSTONE),
            )
            if not rows:
                continue
            address = str(rows[0][0])
            record = self._stored(head, found, address) if record is None else record
            if record is not None and record.state == "live" and not self._is_over(record):
                record.address = address
                yield record, bool(found)

    def _is_over(self, record: Record) -> bool:
        return record.expires is not None and record.expires <= self.tx.now

    def _stored(self, head: int, version: int, address: str) -> Record | None:
        """A version as stored here, its sealed pieces as they are; None when it is a deletion itself."""
        row = self.tx.store.row(
            f"""SELECT e.value, e.metadata, e.tags, e.source, e.sealed, e.agent, e.data_version, e.expires, s.name, e.kind,
            e.origin, e.imported
            FROM {FROM_VERSIONS} WHERE h.id = ? AND e.version = ?""",
            (head, version),
        )
        if row is None or row[9] not in (TEXT, JSON):
            return None
        value, metadata, tags, source, sealed, agent, data_version, expires, session, _, origin, imported = row
        return Record(
            address,
            value,
            address,
            tags=[str(tag) for tag in read(tags or "[]")],
            metadata=metadata,
            source=source,
            sealed=sealed,
            sealed_for=address,
            agent=agent,
            data_version=data_version,
            expires=expires,
            session=session,
            origin=origin,
            imported=imported,
        )
