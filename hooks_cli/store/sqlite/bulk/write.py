"""Writes many versions in one transaction with `executemany`; same result as `entries.put` for each.

A property test holds both to the same store, row for row.
"""

from __future__ import annotations

from hooks_cli.crypto import secret_screen
from hooks_cli.crypto.ledger import MODULUS
from hooks_cli.model.entry import JSON, TEXT
from hooks_cli.store.sensitive_values import Sealed, seal_draft
from hooks_cli.store.sqlite.errors import translate
from hooks_cli.store.sqlite.rows.entry_writes import INSERT_HEAD, INSERT_WORDS, check_version, entry_row
from hooks_cli.store.sqlite.schema import LEDGER_TABLES
from hooks_cli.system.apsw_import import apsw
from hooks_cli.text.index_words import indexed
from hooks_cli.text.json_writer import value_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.model.entry import Draft
    from hooks_cli.store.contract import Row
    from hooks_cli.store.sqlite.transaction import Transaction

# Pages kept in memory while a batch is written, in KiB: its indexes are written at random places.
CACHE_KIB = 64 * 1024

_HEAD = LEDGER_TABLES["head"]
_UPDATE_HEAD = "UPDATE head SET revision=?, version=?, live=?, expires=? WHERE id=?"
_INSERT_ENTRY = f"INSERT INTO entry({LEDGER_TABLES['entry']}) VALUES({','.join('?' * 20)})"
_DELETE_WORDS = "DELETE FROM search WHERE rowid=?"


class BulkWriter:
    """Writes portions of drafts (never tombstones) inside one transaction. The drafts are checked: address, value, JSON texts."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self.written = 0
        self.at = 0  # of a portion, the draft whose version was compared last
        tx.store.query(f"PRAGMA cache_size = -{CACHE_KIB}")

    def write(self, drafts: list[Draft], json_documents: list[bool], if_versions: list[int | None]) -> None:
        """Write one version for each draft, in order; `json_documents` says which values are JSON objects or arrays.

        Raises VersionConflict (76) where `if_versions` has a version that is not the current one.
        """
        tx, store = self.tx, self.tx.store
        heads = self._heads(drafts)
        before = dict(heads)
        rows: list[Row] = []
        words: dict[int, Row] = {}
        unindexed: list[tuple[int]] = []
        hashed = store.ledger.row
        total = 0
        clean = _nothing_to_seal(tx, drafts)
        machine = tx.machine if drafts else None  # without a revision nothing is written
        for draft, is_json, if_version in zip(drafts, json_documents, if_versions, strict=True):
            address = draft.address
            old = heads.get(address)
            if if_version is not None:
                self.at = len(rows)
                check_version(tx, address, old, if_version)
            revision = tx.next_revision()
            kept = Sealed(draft) if clean else seal_draft(tx, draft, revision, is_json)
            if old is None:
                head = (revision, revision, 1, 1, 0, draft.expires, address)
                tx.live += 1
            else:
                head = (old[0], revision, old[2] + 1, 1, old[4], draft.expires, address)
                if not old[3]:
                    tx.live += 1
                elif words.pop(old[1], None) is None:
                    unindexed.append((old[1],))
            heads[address] = head
            kind, trace = JSON if is_json else TEXT, draft.trace or tx.store.trace
            row = entry_row(draft, kept, revision, head[0], head[2], kind, tx.now, trace, machine)
            rows.append(row)
            total += hashed("entry", row)
            words[revision] = (revision, *indexed(address, kept.tags, kept.metadata, kept.value or "", is_json=is_json))
        total += self._put_heads(before, heads)
        tx.add_to_ledger(total % MODULUS)
        self._many(_INSERT_ENTRY, rows)
        self._many(_DELETE_WORDS, unindexed)
        self._many(INSERT_WORDS, list(words.values()))
        self.written += len(rows)

    def _heads(self, drafts: list[Draft]) -> dict[str, Row]:
        found = self.tx.store.query(
            f"SELECT {_HEAD} FROM head WHERE address IN (SELECT value FROM json_each(?))",
            (value_text([draft.address for draft in drafts]),),
        )
        return {row[6]: row for row in found}

    def _put_heads(self, before: dict[str, Row], after: dict[str, Row]) -> int:
        """Write the heads that changed; what that adds to the ledger."""
        hashed = self.tx.store.ledger.row
        new, changed, total = [], [], 0
        for address, head in after.items():
            old = before.get(address)
            if old is head:
                continue
            total += hashed("head", head)
            if old is None:
                new.append(head)
            else:
                total -= hashed("head", old)
                changed.append((head[1], head[2], head[3], head[5], head[0]))
        self._many(INSERT_HEAD, new)
        self._many(_UPDATE_HEAD, changed)
        return total

    def _many(self, sql: str, rows: list[Row]) -> None:
        store = self.tx.store
        try:
            store.connection.executemany(sql, rows)
        except apsw.Error as error:
            raise translate(error, store.path, store.budget_ms) from error


def _nothing_to_seal(tx: Transaction, drafts: list[Draft]) -> bool:
    """Whether none of the drafts holds anything sensitive: one search over all of them, which says yes only when each would."""
    guard = tx.store.guard
    if any(draft.redact for draft in drafts):
        return False
    texts = [text for d in drafts for text in (d.value, d.metadata, d.tags, d.source) if text]
    addresses = "/".join([draft.address for draft in drafts])
    return secret_screen.reason(addresses, "\n".join(texts), (), guard.names, guard.scan) is None
