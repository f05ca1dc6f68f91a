"""Reading with several statements as if it were one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.embedded import EmbeddedStore


class OneState:
    """`with OneState(store): …` reads within see the same state of the store, whatever others write meanwhile."""

    __slots__ = ("_store",)

    def __init__(self, store: EmbeddedStore) -> None:
        self._store = store

    def __enter__(self) -> None:
        self._store.query("BEGIN")

    def __exit__(self, *error: object) -> None:
        self._store.query("COMMIT")
