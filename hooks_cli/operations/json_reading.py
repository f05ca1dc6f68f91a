"""JSON text as Python values, by SQLite where that gives what `json` would, else by `json`."""

from __future__ import annotations

from hooks_cli.store.json_value import Unreadable, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.store.embedded import EmbeddedStore


def read_json(store: EmbeddedStore, text: str) -> Any:
    """The value of valid JSON text."""
    try:
        return load(store.connection, text)
    except Unreadable:
        from hooks_cli.model.json_exact import read

        return read(text)
