"""Exports origin, mark, relations and review of a version as JSON members, and imports them.

A mark and the relations stand with the newest version of an address; a review with the version that it is about.
"""

from __future__ import annotations

from hooks_cli.model import origin
from hooks_cli.store.sqlite import machines
from hooks_cli.store.sqlite.annotations import marks, relations, reviews
from hooks_cli.text.json_writer import value_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.model.record import MarkRead, RelationRead
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction

_TIME = "strftime('%Y-%m-%dT%H:%M:%fZ', {} / 1000.0, 'unixepoch')"


def members(store: EmbeddedStore) -> dict[str, str]:
    """The members of a version `e` of a head `h`, by name: SQL for their JSON, NULL where there is none."""
    found = {
        "origin": f"'\"' || {_word('e.origin', origin.NAMES)} || '\"'",
        "machine": f"'\"' || {machine('e.machine', store)} || '\"'",
        "imported": "iif(e.imported IS NULL, NULL, json_quote(e.imported))",
    }
    # An export of many versions skips tables that are empty.
    if store.row("SELECT 1 FROM review LIMIT 1"):
        found["review"] = (
            f"(SELECT '\"' || {_word('w.state', reviews.NAMES)} || '\"' FROM review w WHERE w.revision = e.revision)"
        )
    if store.row("SELECT 1 FROM mark LIMIT 1"):
        found["mark"] = (
            f"(SELECT json_object('kind', {_word('m.kind', marks.NAMES)}, 'version', m.version, 'at', {_TIME.format('m.at')}, "
            f"'origin', {_word('m.origin', origin.NAMES)}, 'session_id', m.session, 'agent', m.agent) "
            "FROM mark m WHERE m.head = h.id AND h.revision = e.revision)"
        )
    if store.row("SELECT 1 FROM relation LIMIT 1"):
        found["relations"] = (
            f"(SELECT json_group_array(json_object('kind', {_word('r.kind', relations.NAMES)}, 'target', r.target, "
            f"'version', r.version, 'at', {_TIME.format('r.at')}, 'target_version', r.target_version, 'digest', r.digest, "
            "'git_commit', r.git_commit) ORDER BY r.kind, r.target) FROM relation r WHERE r.head = h.id AND h.revision = e.revision "
            "HAVING count(*) > 0)"
        )
    return found


def cells(found: dict[str, str]) -> list[str]:
    """The same as plain cells of a table, in the order of `NAMES`: SQL, NULL where there is nothing."""
    plain = {name: f"({sql}) ->> '$'" for name, sql in found.items()}
    return [plain.get(name, "NULL") for name in NAMES]


NAMES = ("origin", "machine", "imported", "review", "mark", "relations")


def machine(column: str, store: EmbeddedStore) -> str:
    """SQL for the 32 hex digits of the machine whose row the column names; NULL for none."""
    known = "".join([f" WHEN {number} THEN '{name}'" for number, name in machines.numbers(store).items()])
    return f"CASE {column}{known} END" if known else "NULL"


def _word(column: str, names: tuple[str, ...]) -> str:
    return f"CASE {column}{''.join([f' WHEN {n} THEN {chr(39)}{name}{chr(39)}' for n, name in enumerate(names) if name])} END"


def take_in(
    tx: Transaction,
    head: int,
    revision: int,
    versions: tuple[int, int],
    mark: MarkRead | None,
    related: list[RelationRead],
    review: int,
) -> None:
    """Take in what an export says of a version that was just written to a head. `versions`: its number there, and here.

    What is known here already stays as it is.
    """
    there, here = versions
    if review:
        reviews.put(tx, revision, review)
    if mark is not None and not tx.store.row("SELECT 1 FROM mark WHERE head = ?", (head,)):
        tx.insert("mark", (head, max(1, mark[1] - there + here), mark[0], *mark[2:]))
    for kind, version, *rest in related:
        relations.insert_read(tx, head, (kind, max(1, version - there + here), *rest))


def aliases() -> str:
    """SQL for the other names of a task `t`, a JSON array; NULL without any."""
    return "(SELECT json_group_array(alias) FROM task_alias WHERE task = t.id HAVING count(*) > 0)"


def take_in_aliases(tx: Transaction, task: int, names: list[str]) -> None:
    """Give an imported task its other names, as far as no other task has them."""
    taken = tx.store.query(
        "SELECT alias FROM task_alias WHERE alias IN (SELECT value FROM json_each(?))", (value_text(names),)
    )
    for name in dict.fromkeys(names):
        if (name,) not in taken:
            tx.insert("task_alias", (task, name))
