"""Writes one version of an entry: `memory store`."""

from __future__ import annotations

from hooks_cli.features.attribution import Caller, attribute, check_write
from hooks_cli.features.entries.draft import limit_lifetime, make_draft
from hooks_cli.features.validation.check import check_draft
from hooks_cli.model.entry import Written
from hooks_cli.store.sqlite.rows import entry_writes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call
    from hooks_cli.store.sqlite.store import EmbeddedStore


class StoreRequest:
    """One version to be written: `metadata` is JSON text, `tags` one by one or with commas, `ttl` a duration; "" for none. `if_version` is
    the version that must be current, 0 for none at all, None for any; `redact` seals the whole value."""

    __slots__ = ("address", "caller", "if_version", "metadata", "redact", "tags", "ttl", "value")

    def __init__(
        self,
        address: str,
        value: str,
        *,
        metadata: str = "",
        tags: list[str] | str = "",
        ttl: str = "",
        redact: bool = False,
        if_version: int | None = None,
        caller: Caller | None = None,
    ) -> None:
        self.address = address
        self.value = value
        self.metadata = metadata
        self.tags = tags
        self.ttl = ttl
        self.redact = redact
        self.if_version = if_version
        self.caller = caller or Caller()

    @classmethod
    def of(cls, call: Call, address: str, value: str, metadata: str) -> StoreRequest:
        """What a parsed command line asks to be written at an address."""
        values = call.values
        session_id, agent, ttl = call.texts("session_id", "agent", "ttl")
        expected = values.get("if_version")
        return cls(
            address,
            value,
            metadata=metadata,
            tags=call.words("tags") if "tags" in values else "",
            ttl=ttl,
            redact=values.get("redact") is True,
            if_version=expected if isinstance(expected, int) else None,
            caller=Caller(session_id, agent),
        )


def store_value(store: EmbeddedStore, environment: Environment, request: StoreRequest) -> Written:
    """Write one version of an address.

    Raises InvalidAddress, InvalidJson, InvalidText, TooLarge (65), VersionConflict (76), ReadOnlyAgent (77), and the store's errors.
    """
    check_write(environment, request.caller.agent)
    draft = make_draft(
        store,
        request.address,
        request.value,
        metadata=request.metadata,
        tags=request.tags,
        redact=request.redact,
    )
    check_draft(store, environment, draft)
    with store.writing() as tx:
        who = attribute(tx, environment, "store", request.caller)
        draft.session, draft.agent, draft.guessed = who.session, who.agent, who.guessed
        limit_lifetime(tx, environment, draft, request.ttl)
        return entry_writes.put(tx, draft, if_version=request.if_version)


def written_line(written: Written) -> str:
    """The text of a write."""
    address = written.address
    if not address.isascii():
        from hooks_cli.text.escapes import escaped

        address = escaped(address)
    return f"Stored successfully: {address} (revision {written.revision}, version {written.version})\n"


def written_json(written: Written) -> str:
    """A write for programs."""
    from hooks_cli.text.json_writer import object_text

    return object_text({"schema_version": "1", "stored": written.fields()}) + "\n"
