"""Cheap checks at every opening: the format, and that the store matches its anchor (no rollback, no fork).

A store that is ahead of its anchor is normal (a process died between its commit and the anchor's note, or the machine lost power) and
moves it on. One that is behind it, or has another ledger at the anchored revision, was rolled back or altered: Tampered (77), unless the
user asked to look at it anyway (`--accept-rollback`), which lets nothing be written. `memory verify` reads every row.
"""

from __future__ import annotations

import os

from hooks_cli.errors import Tampered
from hooks_cli.store import anchor
from hooks_cli.store.anchor import find_mark
from hooks_cli.store.sqlite.schema import FORMAT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.store.sqlite.store import EmbeddedStore


def check(store: EmbeddedStore, environment: Environment) -> None:
    """Fill in the store's id and format, see to it that an older format can be read, and compare with the anchor.

    Raises NewerFormat (69), Tampered (77); with `environment.accept_rollback` the latter is noted in `store.rollback_seen` instead.
    """
    row = store.row("SELECT store_id, format, (SELECT 1 FROM upkeep WHERE name = 'remote_seq') FROM state")
    if row is None:
        raise Tampered(store=store.path, expected="one row of state", found="none")
    store.store_id, store.format, shared = row
    if shared is not None:
        from hooks_cli.store.remote import attach

        attach.attach(store, environment)
    if store.format != FORMAT:
        from hooks_cli.store.sqlite.file import format_1, migrations

        migrations.refuse_unknown(store.path, store.format)
        format_1.show_as_format_2(store)
    try:
        _compare(store)
    except Tampered as error:
        if not environment.accept_rollback:
            raise
        store.rollback_seen = error


def _settle(store: EmbeddedStore) -> None:
    """A restore was cut short between the exchange of the database and that of its anchor."""
    from hooks_cli.store import anchor

    revision, ledger = store.query("SELECT revision, ledger FROM state")[0]
    anchor.settle(store.anchor_path, store.key.raw, store.store_id, revision, ledger)


def _compare(store: EmbeddedStore) -> None:
    """The anchor first, the state after it: another process may commit and anchor in between."""
    if os.path.lexists(store.anchor_path + anchor.NEXT_SUFFIX):
        _settle(store)
    anchored = anchor.read(store.anchor_path, store.key.raw, store.store_id)
    revision, ledger, marks = store.query("SELECT revision, ledger, marks FROM state")[0]
    if anchored is None:
        anchor.advance(store.anchor_path, store.key.raw, store.store_id, revision, ledger)
        return
    expected, expected_ledger = anchored
    if revision < expected:
        raise Tampered(store=store.path, expected=f"revision {expected} or later", found=f"revision {revision}")
    mark = ledger[: anchor.SHORT_HASH] if revision == expected else find_mark(marks, expected)
    if mark is not None and mark != expected_ledger[: anchor.SHORT_HASH]:
        raise Tampered(
            store=store.path,
            expected=f"ledger {expected_ledger.hex()[:16]} at revision {expected}",
            found=f"ledger {mark.hex()[:16]}",
        )
    if revision > expected:
        anchor.advance(store.anchor_path, store.key.raw, store.store_id, revision, ledger)
