"""Encrypts sensitive values on their way into the store: entries, events, tasks. On the hot path.

Whether there may be something to seal is a matter of substring searches (`crypto.secret_screen`); only then the rest is
loaded. What was sealed is told on stderr after the commit (`Transaction.notes`).
"""

from __future__ import annotations

from hooks_cli.crypto import secret_screen
from hooks_cli.model.entry import NOT_SEALED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.crypto.seal import Outcome, Sealer
    from hooks_cli.environment import Environment
    from hooks_cli.model.entry import Draft
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction

# What events and tasks are bound to in place of an address: no address is empty.
JOURNAL = ""


class Guard:
    """What is sensitive here: `names` (normal names, `detect.names_of`) and whether well-known token shapes are
    looked for.
    """

    __slots__ = ("names", "scan")

    def __init__(self, names: tuple[str, ...], scan: bool) -> None:
        self.names = names
        self.scan = scan


def guard_of(environment: Environment | None) -> Guard:
    """The guard that the settings ask for; one that finds nothing for a store without settings."""
    if environment is None:
        return Guard((), False)
    settings = environment.settings
    names = secret_screen.names_of(settings.get("memory.security.sensitive_keys"))
    return Guard(names, settings.get("memory.security.scan") is not False)


class Sealed:
    """The texts of a draft as they are kept, and `sealed` as the entry says it (0, 1, 2)."""

    __slots__ = ("metadata", "sealed", "source", "tags", "value")

    def __init__(self, draft: Draft) -> None:
        self.value = draft.value
        self.metadata = draft.metadata
        self.tags = draft.tags
        self.source = draft.source
        self.sealed = NOT_SEALED


def seal_draft(tx: Transaction, draft: Draft, revision: int, is_json: bool) -> Sealed:
    """Seal what is sensitive in an entry about to be written at `revision`."""
    kept = Sealed(draft)
    guard = tx.store.guard
    others = (draft.metadata, draft.tags, draft.source)
    whole = draft.redact and draft.value is not None
    if not whole and secret_screen.reason(draft.address, draft.value, others, guard.names, guard.scan) is None:
        return kept
    from hooks_cli.crypto import seal

    outcome = seal.seal_write(
        sealer_of(tx.store),
        draft.address,
        revision,
        draft.value,
        others,
        is_json=is_json,
        names=guard.names,
        scan=guard.scan,
        whole=whole,
    )
    kept.value, kept.sealed = outcome.value, outcome.sealed
    kept.metadata, kept.tags, kept.source = outcome.others
    _note(tx, draft.address, outcome, whole)
    return kept


def _note(tx: Transaction, address: str, outcome: Outcome, whole: bool) -> None:
    if outcome.sealed and not whole:
        found = ", ".join(outcome.found)
        tx.notes.append(f"hooks-cli: {address}: sealed as sensitive ({found}); memory recall --reveal shows it")


def seal_fields(tx: Transaction, text: str, fields: dict[str, object], revision: int) -> dict[str, object] | None:
    """The fields of an event with what is sensitive in them sealed, or None when there is nothing. `text` is their
    JSON.
    """
    guard = tx.store.guard
    if secret_screen.reason("", None, (text,), guard.names, guard.scan) is None:
        return None
    from hooks_cli.crypto import seal

    found: list[str] = []
    sealer = sealer_of(tx.store)
    sealed = seal.seal_fields(sealer, JOURNAL, revision, fields, names=guard.names, scan=guard.scan, found=found)
    if not found:
        return None
    tx.notes.append(f"hooks-cli: the journal: sealed as sensitive ({', '.join(found)})")
    return sealed


def seal_text(tx: Transaction, text: str | None, revision: int) -> str | None:
    """A text of the journal with the well-known secrets in it sealed."""
    guard = tx.store.guard
    if text is None or secret_screen.reason("", None, (text,), (), guard.scan) is None:
        return text
    from hooks_cli.crypto import seal

    return seal.seal_text(sealer_of(tx.store), JOURNAL, revision, text)


def sealer_of(store: EmbeddedStore) -> Sealer:
    """What seals and opens in this store."""
    from hooks_cli.crypto.seal import Sealer

    return Sealer(store.key.raw, store.store_id, store.path)
