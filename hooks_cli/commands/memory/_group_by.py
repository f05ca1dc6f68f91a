"""--group-by of search and list: how many entries there are of each namespace, tag, day or field of the metadata."""

from __future__ import annotations

from hooks_cli.features.search import grouping
from hooks_cli.text.json_writer import object_text, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.search.search import Request
    from hooks_cli.features.store_opening import Store
    from hooks_cli.model.verb import Call

NONE = "(none)"


def answer(call: Call, environment: Environment, store: Store | None, request: Request) -> int:
    """Print the groups, the largest first; all of them unless --limit says otherwise."""
    by = call.text("group_by")
    limit = call.integer("limit", 0)
    groups: list[tuple[str | None, int]] = []
    if store is not None:
        groups = grouping.groups(store, environment, request, by)
    total = sum(count for _, count in groups)
    shown = groups[:limit] if limit > 0 else groups
    if call.format == "text":
        for name, count in shown:
            environment.out(f"{NONE if name in (None, '') else quote(str(name))[1:-1]}\t{count}\n")
        if not groups:
            environment.err("hooks-cli: nothing found")
        return 0
    rows: list[dict[str, object]] = [{"group": name or None, "count": count} for name, count in shown]
    if call.format == "ndjson":
        environment.out("".join(object_text(row) + "\n" for row in rows))
    else:
        environment.out(object_text({"schema_version": "1", "group_by": by, "groups": rows, "total": total}) + "\n")
    return 0
