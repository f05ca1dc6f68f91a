"""Builds the draft of an entry from the caller's input: checks metadata, encodes tags, reads data version and
lifetime.
"""

from __future__ import annotations

from hooks_cli.model.entry import Draft
from hooks_cli.store.sqlite.json_check import is_json_document as is_json_document
from hooks_cli.store.sqlite.json_check import normal_json
from hooks_cli.text.json_writer import value_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction


# Values of --ttl that mean no time limit_lifetime, whatever the settings say.
FOR_EVER = ("0", "none", "never")


def metadata_json(store: EmbeddedStore, metadata: str, option: str = "--metadata") -> str | None:
    """The metadata as normal JSON, None when there is none.

    Raises InvalidJson (65) with the position of the error, also when it is JSON but no object.
    """
    return normal_json(store, metadata, option, only_object=True) if metadata.strip() else None


def data_version(store: EmbeddedStore, metadata: str | None) -> str | None:
    """`metadata.version` when it is a string."""
    if metadata is None or '"version"' not in metadata:
        return None
    rows = store.query("SELECT ?1 ->> '$.version' WHERE json_type(?1, '$.version') = 'text'", (metadata,))
    return str(rows[0][0]) if rows else None


def tags_json(tags: list[str] | str) -> str | None:
    """Tags, given one by one or separated by commas, as a JSON array without doubles; None when there are none.

    >>> tags_json("auth, api,auth")
    '["auth","api"]'
    """
    given = [tags] if isinstance(tags, str) else tags
    seen: dict[str, None] = {}
    for text in given:
        for tag in text.split(","):
            if tag.strip():
                seen[tag.strip()] = None
    return value_text(list(seen)) if seen else None


def make_draft(
    store: EmbeddedStore,
    address: str,
    value: str,
    *,
    metadata: str = "",
    tags: list[str] | str = "",
    source: str | None = None,
    expires: int | None = None,
    redact: bool = False,
) -> Draft:
    """A checked draft. Raises InvalidJson (65) for the metadata."""
    checked = metadata_json(store, metadata)
    return Draft(
        address,
        value,
        metadata=checked,
        tags=tags_json(tags),
        source=source,
        data_version=data_version(store, checked),
        expires=expires,
        redact=redact,
    )


def lifetime_ms(environment: Environment, address: str) -> int:
    """How long a new entry lives by the settings, in ms; 0 is for ever.

    Of the rules that fit an address the most particular counts. Those that a project's file alone has only make the time longer,
    each of them, unless the project is trusted.
    """
    settings = environment.settings
    if not settings.has("memory.gc"):
        return 0
    from hooks_cli.text.globs import glob_matches, literal_length
    from hooks_cli.text.units import SECOND

    general = settings.number("memory.gc.ttl")
    seconds, best = general, (-1, -1)
    keeping: list[int] = []
    for pattern, fields in settings.rows("memory.gc.rules").items():
        rank = (literal_length(pattern), len(pattern))
        projects = settings.is_projects_rule(pattern, fields)
        if (projects or rank > best) and glob_matches(pattern, address):
            own = fields.get("ttl")
            length = own if isinstance(own, int) else general
            if projects:
                keeping.append(length)
            else:
                best, seconds = rank, length
    if seconds and keeping:
        seconds = max(seconds, *keeping) if all(keeping) else 0
    return seconds * SECOND


def limit_lifetime(tx: Transaction, environment: Environment, draft: Draft, ttl: str = "") -> None:
    """Give the draft its end: what `--ttl` says, else what the settings say for its address, which is then lifetime_line after the commit.

    Raises UsageError (64) for a ttl that is not a duration.
    """
    if ttl:
        from hooks_cli.text.units import parse_duration

        length = 0 if ttl in FOR_EVER else parse_duration(ttl, "--ttl")
    else:
        length = draft.lifetime = lifetime_ms(environment, draft.address)
        if length:
            tx.notes.append(lifetime_line(draft.address, length))
    if length:
        draft.expires = tx.now + length


def lifetime_line(address: str, length: int, number: int = 1) -> str:
    """The line that says that the settings end an entry after `length` ms; `number` is how many there are like it."""
    from hooks_cli.text.escapes import escaped
    from hooks_cli.text.units import to_words

    which = escaped(address) + (f" and {number - 1:,} more expire" if number > 1 else " expires")
    return (
        f"hooks-cli: {which} in {to_words(length)}{' or as their rules say' if number > 1 else ''}, by ttl in [memory.gc]: hooks-cli "
        "config show memory.gc (--ttl never: not at all)"
    )
