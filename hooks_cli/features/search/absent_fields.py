"""Tells which field of a filter no entry has: `--filter outcom:failure` finds nothing because of a misspelling."""

from __future__ import annotations

from hooks_cli.store.sqlite.rows import field_filters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore


def tell(store: EmbeddedStore, facts: list[tuple[str, str, str]], notes: list[str]) -> None:
    """Add a note for each field that no entry has, looking at the newest `field_filters.LOOKED_AT` entries."""
    for field in dict.fromkeys([field for field, _, _ in facts]):
        if not field_filters.is_present(store, field):
            notes.append(f"no entry has a field {field!r}")
