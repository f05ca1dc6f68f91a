"""Reads the MCP memory server's `memory.jsonl`: a graph, one entity or relation on each line.

`{"type": "entity", "name", "entityType", "observations": […]}` becomes `entities/<name>`, tagged with its type;
`{"type": "relation", "from", "to", "relationType"}` becomes `relations/<from>/<relationType>/<to>`. The value is the
object itself. The file has no times; its own time is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hooks_cli.features.transfer.importers.claude_flow_json import as_text, parse
from hooks_cli.model.record import Record, Records, Refused, place
from hooks_cli.text.json_exact import complaint


def is_graph_line(item: Any) -> bool:
    """Whether it is an entity or a relation."""
    return isinstance(item, dict) and (
        (item.get("type") == "entity" and "name" in item) or (item.get("type") == "relation" and "from" in item)
    )


def read_graph(lines: Iterator[tuple[int, str]], at: int) -> Records:
    """The records of a graph; `lines` are (number, text), `at` the file's time in ms."""
    for number, line in lines:
        where = f"line {number}"
        try:
            item = parse(line)
        except ValueError as error:
            yield Refused(where, f"it is not valid JSON: {complaint(error)}")
            continue
        if not is_graph_line(item):
            yield Refused(where, "it is neither an entity nor a relation")
            continue
        yield _entity(item, where, at) if item["type"] == "entity" else _relation(item, where, at)


def _entity(item: dict[str, Any], where: str, at: int) -> Record | Refused:
    address = place("entities", item["name"], where)
    if isinstance(address, Refused):
        return address
    kind = item.get("entityType")
    value = {name: item[name] for name in item if name != "type"}
    return Record(address, as_text(value), where, at=at, tags=[kind] if isinstance(kind, str) and kind else [])


def _relation(item: dict[str, Any], where: str, at: int) -> Record | Refused:
    parts = [item.get("from"), item.get("relationType"), item.get("to")]
    if not all(isinstance(part, str) and part for part in parts):
        return Refused(where, "a relation needs from, relationType and to")
    address = place("relations", "/".join(str(part) for part in parts), where)
    if isinstance(address, Refused):
        return address
    value = {name: item[name] for name in item if name != "type"}
    return Record(address, as_text(value), where, at=at, tags=[str(parts[1])])
