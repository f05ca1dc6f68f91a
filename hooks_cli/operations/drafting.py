"""From what a user gives to a `Draft`: metadata checked, tags as JSON, the data's own version."""

from __future__ import annotations

from hooks_cli.errors import DataError
from hooks_cli.model.entry import Draft
from hooks_cli.model.json_text import value_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.embedded import EmbeddedStore


def metadata_json(store: EmbeddedStore, metadata: str, option: str = "--metadata") -> str | None:
    """The metadata as normal JSON, None when there is none.

    Raises InvalidJson (65) with the position of the error, also when it is JSON but no object.
    """
    return store.normal_json(metadata, option, only_object=True) if metadata.strip() else None


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


def draft(
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


def milliseconds(duration: str, option: str = "--ttl") -> int:
    """A duration in ms: a bare number is seconds; suffixes s, m, h, d, w.

    >>> milliseconds("7d"), milliseconds("3600"), milliseconds("1.5h")
    (604800000, 3600000, 5400000)

    Raises DataError (65) for anything else.
    """
    units = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
    text = duration.strip().lower()
    unit = units.get(text[-1:], 0)
    number = text[:-1] if unit else text
    if number.replace(".", "", 1).isdigit() and number.isascii():
        return int(float(number) * (unit or 1_000))
    raise DataError(f"{option} {duration!r} is no duration.", hint="Write seconds or 90m, 12h, 7d, 2w.")
