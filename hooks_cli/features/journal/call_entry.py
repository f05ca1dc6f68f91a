"""The entry that a hooks call asks for by --memory-key: checked before the transaction, written in it. Loaded only for such a call."""

from __future__ import annotations

from hooks_cli.errors import ConfigError, DataError, ReadOnlyAgent, VersionConflict
from hooks_cli.features import attribution as caller_attribution
from hooks_cli.features.attribution import agent_name
from hooks_cli.features.entries.draft import limit_lifetime
from hooks_cli.features.validation.check import check_draft
from hooks_cli.model import address as addresses
from hooks_cli.store.sqlite.rows import entry_writes
from hooks_cli.text.json_writer import Raw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.errors import HooksError
    from hooks_cli.features.attribution import Attribution
    from hooks_cli.features.journal.record import HookCall
    from hooks_cli.model.entry import Draft, Written
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction


def refusal_of(store: EmbeddedStore, environment: Environment, hook_call: HookCall, draft: Draft) -> HooksError | None:
    """Take away a draft that cannot be kept, note it in the fields, and return the error to raise after the commit."""
    if draft.held[0]:
        _without_entry(environment, hook_call, draft, f"{draft.held[1]}: {draft.held[0]}")
        return None
    try:
        addresses.check(draft.address)
        if draft.value is not None:
            entry_writes.check_value(draft.value)
        refused = caller_attribution.refusal(environment, agent_name(environment, hook_call.caller.agent))
        if refused is not None:
            raise refused
        check_draft(store, environment, draft)
    except (ConfigError, DataError, ReadOnlyAgent) as error:
        hook_call.draft = None
        hook_call.fields["memory_key"] = draft.address
        if hook_call.verb == "notify" and not _is_sensitive(environment, draft.address):
            hook_call.fields["message"] = draft.value  # it would have been the entry's
        hook_call.fields["refused"] = str(error)
        return error
    return None


def put_entry(
    tx: Transaction,
    environment: Environment,
    hook_call: HookCall,
    draft: Draft,
    who: Attribution,
    revision: int = 0,
) -> Written | None:
    """Write the entry of a call, None where it is held back: another version than it asks for, or no text over one that there is."""
    if draft.if_version is not None:
        held = _as_expected(tx, environment, hook_call, draft)
        if held is None:
            return None
    if draft.value == "":
        version = entry_writes.version_with_text(tx, draft.address)
        if version:
            _without_entry(environment, hook_call, draft, f"there is no text for it, and version {version} has one")
            return None
    draft.session, draft.agent, draft.guessed, draft.event = who.session, who.agent, who.guessed, hook_call.verb
    draft.trace = hook_call.caller.trace
    if draft.expires is None:
        limit_lifetime(tx, environment, draft)
    return entry_writes.put(tx, draft, revision=revision)


def _as_expected(tx: Transaction, environment: Environment, hook_call: HookCall, draft: Draft) -> Draft | None:
    """The draft, None where its address is not at the version that it asks for."""
    try:
        entry_writes.check_version(tx, draft.address, entry_writes.find_head(tx, draft.address), draft.if_version or 0)
    except VersionConflict as conflict:
        why = str(conflict).removesuffix(" Nothing was stored.").removesuffix(".")
        _without_entry(environment, hook_call, draft, f"{draft.held[1]}: {why}")
        return None
    return draft


def _without_entry(environment: Environment, hook_call: HookCall, draft: Draft, why: str) -> None:
    """Take away a draft that the call itself holds back; what it would have kept stays with the event, and one line says so."""
    fields = hook_call.fields
    hook_call.draft = None
    fields["memory_key"], fields["refused"] = draft.address, why
    if not _is_sensitive(environment, draft.address):
        named = {"notify": "message", "post-task": "result"}.get(hook_call.verb)
        if named is not None:
            fields[named] = draft.value
        for name, text in (("metadata", draft.metadata), ("source", draft.source)):
            if text is not None:
                fields[name] = Raw(text)
    size = len((draft.value or "").encode("utf-8", "replace"))
    environment.err(
        f"hooks-cli: hooks {hook_call.verb}: {why}; no entry was written at {draft.address} ({size:,} B), the call was recorded"
    )


def _is_sensitive(environment: Environment, address: str) -> bool:
    from hooks_cli.crypto import secret_screen

    return secret_screen.address_is_sensitive(
        address, secret_screen.names_of(environment.settings.get("memory.security.sensitive_keys"))
    )
