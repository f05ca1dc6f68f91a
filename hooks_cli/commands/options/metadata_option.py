"""Reads --metadata: its text as normal JSON, with placeholders that no shell filled in kept as text."""

from __future__ import annotations

from hooks_cli.errors import InvalidJson

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.features.store_opening import Store
    from hooks_cli.model.verb import Call


def metadata(call: Call, store: Store) -> str | None:
    """--metadata as normal JSON, None without it. Raises InvalidJson (65).

    Placeholders that no shell filled in are kept as text, with one line on stderr; the call has the mended text from then on.
    """
    given = call.text("metadata")
    if not given.strip():
        return None
    from hooks_cli.features.entries.draft import is_json_document, metadata_json

    try:
        return metadata_json(store, given)
    except InvalidJson:
        from hooks_cli.text.placeholders import kept_as_text

        mended, found = kept_as_text(given)
        if not found or call.flag("strict") or not is_json_document(store, mended):
            raise
        listed = ", ".join(dict.fromkeys(found))
        store.warn(f"hooks-cli: --metadata: no shell filled in {listed}; kept as text")
        call.values["metadata"] = mended
        return metadata_json(store, mended)
