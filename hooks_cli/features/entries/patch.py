"""Changes a part of a value in one transaction: JSON merge patch, and append."""

from __future__ import annotations

from hooks_cli.errors import DataError, InvalidJson
from hooks_cli.features.attribution import Caller
from hooks_cli.features.entries.draft import limit_lifetime
from hooks_cli.features.entries.new_version import draft_from
from hooks_cli.features.validation.check import check_draft
from hooks_cli.model.entry import Draft, Written
from hooks_cli.store.sqlite.json_check import is_json_document, normal_json
from hooks_cli.store.sqlite.rows import entries, entry_writes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction


def patch(
    store: EmbeddedStore,
    environment: Environment,
    address: str,
    patch_text: str,
    who: Caller,
    if_version: int | None = None,
) -> Written:
    """Apply a JSON merge patch (RFC 7396) to what the address holds; where it holds nothing, to nothing.

    Metadata, tags and lifetime stay. Raises InvalidJson (65) for the patch, DataError (65) when the value is not a JSON document or names a
    member twice, SchemaViolation (65), VersionConflict (76).
    """
    try:
        normal = normal_json(store, patch_text, "The patch")
    except InvalidJson as error:
        error.hint_text = 'A patch is a JSON object in single quotes: memory patch KEY \'{"status": "done"}\''
        raise
    refuse_doubles(normal, "The patch")
    with store.writing() as tx:
        draft = _draft(tx, environment, address, "patch", who)
        before = draft.value
        if before is None:
            before = "null"
        elif not is_json_document(store, before):
            raise DataError(
                f"{address} holds text, not JSON, so that there is nothing to patch. Nothing was stored.",
                hint="Replace it: memory store KEY '{…}'",
            )
        else:
            refuse_doubles(before, address)
        draft.value = str(store.query("SELECT json_patch(?, ?)", (before, normal))[0][0])
        check_draft(store, environment, draft)
        return entry_writes.put(tx, draft, if_version=if_version)


def append(
    store: EmbeddedStore,
    environment: Environment,
    address: str,
    text: str,
    who: Caller,
    *,
    separator: str = "\n",
    if_version: int | None = None,
) -> Written:
    """Add text to the end of what the address holds, after the separator; where it holds nothing, the text alone.

    To a JSON array an element is added: the text as JSON where it is valid JSON, else as a string.
    Raises DataError (65) for a JSON object, SchemaViolation (65), VersionConflict (76).
    """
    with store.writing() as tx:
        draft = _draft(tx, environment, address, "append", who)
        if not draft.value:
            draft.value = text
        elif not is_json_document(store, draft.value):
            joint = "" if separator == "\n" and draft.value.endswith("\n") else separator
            draft.value = draft.value + joint + text
        elif draft.value.lstrip().startswith("["):
            element = "json(?2)" if store.query("SELECT json_valid(?)", (text,))[0][0] else "?2"
            draft.value = str(store.query(f"SELECT json_insert(?1, '$[#]', {element})", (draft.value, text))[0][0])
        else:
            raise DataError(
                f"{address} holds a JSON object; text cannot be appended to it. Nothing was stored.",
                hint='Change members of it: memory patch KEY \'{"name": "value"}\'',
            )
        check_draft(store, environment, draft)
        return entry_writes.put(tx, draft, if_version=if_version)


def _draft(tx: Transaction, environment: Environment, address: str, event: str, who: Caller) -> Draft:
    """The draft of the next version: what is there now, or nothing (`value` None)."""
    by = who.in_transaction(tx, environment, event)
    entry = entries.read(tx.store, address, tx.now)
    if entry is None:
        draft = Draft(address, None, event=event, session=by.session, guessed=by.guessed, agent=by.agent)
        limit_lifetime(tx, environment, draft)
        return draft
    draft = draft_from(tx.store, entry, event, by)
    draft.source = None  # what a file said, this no longer is
    draft.origin = None  # and its writer is another one
    return draft


def refuse_doubles(text: str, what: str) -> None:
    """Refuse JSON in which a member is named twice (DataError, 65): SQLite and every other reader would patch different ones."""
    import json

    def check(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            double = next(name for name in names if names.count(name) > 1)
            raise DataError(f"{what} names the member {double!r} twice. Nothing was stored.")
        return found

    try:
        json.loads(text, object_pairs_hook=check, parse_int=str)
    except RecursionError:
        raise DataError(f"{what} is nested too deeply to patch. Nothing was stored.") from None
