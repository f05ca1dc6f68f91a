"""Selects many addresses by namespace, glob, tags and age, with exceptions, for `clear`, `undelete` and `gc`."""

from __future__ import annotations

from hooks_cli.model import address as addresses
from hooks_cli.model.entry import TOMBSTONE
from hooks_cli.store.sqlite.rows.entries import ALIVE, has_version_sql, matching
from hooks_cli.text.json_writer import value_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.contract import Row
    from hooks_cli.store.sqlite.store import EmbeddedStore


class Selection:
    """Which addresses. `pattern` is a glob over the whole address; `ending` one that must fit the address or what follows one of its
    slashes; `excepted` are globs that keep an address out; `tags` must all be there; `before` (ms) takes only what was last written
    before then.
    """

    __slots__ = ("before", "ending", "excepted", "pattern", "tags")

    def __init__(
        self,
        pattern: str = "*",
        *,
        ending: str = "",
        excepted: tuple[str, ...] = (),
        tags: tuple[str, ...] = (),
        before: int | None = None,
    ) -> None:
        self.pattern = pattern
        self.ending = ending
        self.excepted = excepted
        self.tags = tags
        self.before = before

    def condition(self) -> tuple[str, tuple[object, ...]]:
        """The SQL condition over `head h` and its newest `entry e`, with its parameters."""
        condition, params = matching(self.pattern)
        conditions, values = [condition], list(params)
        if self.ending:
            conditions.append("(h.address GLOB ? OR h.address GLOB ?)")
            values += [self.ending, f"*/{self.ending}"]
        for glob in self.excepted:
            conditions.append("NOT h.address GLOB ?")
            values.append(glob if addresses.is_glob(glob) else f"{glob.rstrip('/')}/*")
            if not addresses.is_glob(glob):
                conditions.append("h.address <> ?")
                values.append(glob)
        if self.tags:
            conditions.append(
                "NOT EXISTS (SELECT 1 FROM json_each(?) t "
                "WHERE t.value NOT IN (SELECT value FROM json_each(coalesce(e.tags, '[]'))))"
            )
            values.append(value_text(list(self.tags)))
        if self.before is not None:
            conditions.append("e.at < ?")
            values.append(self.before)
        return " AND ".join(conditions), tuple(values)


def live(store: EmbeddedStore, selection: Selection, now: int) -> list[Row]:
    """(address, version, pinned) of the live entries that are selected, by address."""
    condition, params = selection.condition()
    return store.query(
        "SELECT h.address, h.version, h.pinned FROM head h JOIN entry e ON e.revision = h.revision "
        f"WHERE {ALIVE} AND {condition} ORDER BY h.address",
        (now, *params),
    )


def deleted(store: EmbeddedStore, selection: Selection, since: int) -> list[Row]:
    """(address, version, pinned) of the addresses whose newest version is a tombstone made at `since` (ms) or later."""
    condition, params = selection.condition()
    return store.query(
        "SELECT h.address, h.version, h.pinned FROM head h JOIN entry e ON e.revision = h.revision "
        f"WHERE e.kind = {TOMBSTONE} AND e.at >= ? AND {condition} ORDER BY h.address",
        (since, *params),
    )


def written(store: EmbeddedStore, selection: Selection) -> list[Row]:
    """(address, version, pinned) of every selected address that still has a version with content, live or not."""
    condition, params = selection.condition()
    return store.query(
        "SELECT h.address, h.version, h.pinned FROM head h LEFT JOIN entry e ON e.revision = h.revision "
        f"WHERE {has_version_sql('c', f'c.kind < {TOMBSTONE}')} AND {condition} "
        "ORDER BY h.address",
        params,
    )
