"""Terminal views of entries: a list, and one entry in detail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from hooks_cli.model.entry import JSON, SEALED_WHOLE, Entry
from hooks_cli.output.changes import size, state
from hooks_cli.output.envelope import moment
from hooks_cli.output.views.safe_text import ago, line, text, who
from hooks_cli.text.escapes import escaped
from hooks_cli.text.sealed_marker import MASK

if TYPE_CHECKING:
    from rich.console import Console


# Narrower than this, a table keeps only what says most.
NARROW = 70
MOST_CHILDREN = 50
MOST_CHARACTERS = 20_000
MOST_VERSIONS = 12
_STATES = {
    "current": ("●", "good"),
    "old": ("○", "faint"),
    "deleted": ("✕", "bad"),
    "destroyed": ("✕", "bad"),
    "expired": ("◌", "warn"),
}


def show_list(console: Console, entries: list[Entry], now: int) -> None:
    """A table of entries: address, beginning of the value, age, version."""
    wide = console.width >= NARROW
    table = Table(box=None, pad_edge=False, header_style="heading", expand=True)
    table.add_column("Key", ratio=2, no_wrap=True, overflow="ellipsis")
    table.add_column("Value", ratio=3, no_wrap=True, overflow="ellipsis")
    if wide:
        table.add_column("Who", ratio=1, no_wrap=True, overflow="ellipsis")
        table.add_column("Age", justify="right", no_wrap=True)
        table.add_column("", justify="right", no_wrap=True)
    for entry in entries:
        cells = [text(entry.address, "key", 1024), text(entry.value)]
        if wide:
            cells += [
                who(entry.session_shown, entry.agent),
                Text(ago(now - entry.at), "when"),
                Text(f"v{entry.version}", "faint"),
            ]
        table.add_row(*cells)
    console.print(table)


def show_entry(
    console: Console, entry: Entry, versions: list[Entry], current: int, now: int, data_version: str
) -> None:
    """One version of an address: its envelope, its metadata, its value, and all its versions as a timeline."""
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="faint", no_wrap=True)
    facts.add_column(overflow="fold")
    word = state(entry, current, now)
    facts.add_row(
        "version",
        line(f"{entry.version} of {versions[0].version}", (word, _STATES[word][1]), f"data version {data_version}"),
    )
    facts.add_row(
        "revision", line((f"r{entry.revision}", "revision"), (moment(entry.at), "when"), f"{ago(now - entry.at)}")
    )
    by = line(Text(entry.event, "verb"), who(entry.session_shown, entry.agent))
    facts.add_row("written by", by)
    if entry.expires is not None:
        facts.add_row("expires", Text(moment(entry.expires), "warn"))
    if entry.pinned:
        facts.add_row("pinned", Text("yes", "good"))
    if entry.tags:
        facts.add_row("tags", Text(" ").join([text("#" + str(tag), "session") for tag in json.loads(entry.tags)]))
    if entry.trace:
        facts.add_row("trace", text(entry.trace, "faint"))
    for name, told in (("source", entry.source), ("metadata", entry.metadata)):
        if told and told != "{}":
            facts.add_row(name, _json(told))
    console.print(line(text(entry.address, "folder", 1024)))
    console.print(Padding(facts, (0, 0, 0, 2)))
    console.print(Rule(style="faint"))
    console.print(value_of(entry))
    console.print(Rule(style="faint"))
    console.print(timeline(versions, entry.version, current, now))


def value_of(entry: Entry) -> RenderableType:
    """A value as people read it: JSON and Markdown laid out, all else as it is, at most so much of it."""
    value = entry.value
    if value is None:
        return Text("no content: the version is a deletion, or was destroyed", "faint")
    if entry.sealed == SEALED_WHOLE:
        return Text(MASK, "sealed")
    shown = value[:MOST_CHARACTERS]
    parts: list[RenderableType] = []
    if entry.kind == JSON and len(value) <= MOST_CHARACTERS:
        parts.append(_json(value))
    elif _is_markdown(entry, shown):
        parts.append(Markdown(escaped(shown), hyperlinks=False, code_theme="ansi_dark"))
    else:
        plain = Text(escaped(shown), overflow="fold")
        plain.highlight_words([MASK], "sealed")
        parts.append(plain)
    if len(value) > MOST_CHARACTERS:
        parts.append(Text(f"… {len(value) - MOST_CHARACTERS:,} more characters; whole: memory recall", "faint"))
    return Group(*parts)


def _json(document: str) -> RenderableType:
    """A JSON document, indented and coloured. What is hidden in its strings is shown by JSON's own escapes."""
    laid = json.dumps(json.loads(document), indent=2, ensure_ascii=False)
    return Syntax(escaped(laid), "json", theme="ansi_dark", background_color="default", word_wrap=True)


def _is_markdown(entry: Entry, value: str) -> bool:
    path = str((json.loads(entry.source) or {}).get("path", "")) if entry.source else ""
    if path:
        return path.lower().endswith((".md", ".markdown"))
    starts = [part[:4] for part in value.split("\n", 60)]
    return (
        value.startswith(("# ", "## "))
        or ("```" in value and "\n" in value)
        or sum(s.startswith("## ") for s in starts) > 0
    )


def timeline(versions: list[Entry], shown: int, current: int, now: int) -> Table:
    """The versions of an address, newest first, with what became of each and how much it grew."""
    table = Table.grid(padding=(0, 2))
    for number, entry in enumerate(versions[:MOST_VERSIONS]):
        word = state(entry, current, now)
        mark, style = _STATES[word]
        before = next((e for e in versions[number + 1 :] if e.kind < 2), None)
        grown = size(entry) - (size(before) if before is not None else 0)
        table.add_row(
            Text(f"{mark} v{entry.version}", style),
            Text(ago(now - entry.at), "when"),
            Text(entry.event, "verb"),
            Text(f"{grown:+,} B" if entry.kind < 2 else word, "faint"),
            who(entry.session_shown, entry.agent),
            Text("◂ shown" if entry.version == shown and len(versions) > 1 else "", "faint"),
        )
    if len(versions) > MOST_VERSIONS:
        table.add_row(Text(f"… {len(versions) - MOST_VERSIONS} older", "faint"))
    return table
