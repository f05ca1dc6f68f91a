"""JSON and NDJSON exports (`schemas/export.schema.json`). Each takes the parts and a writing function."""

from __future__ import annotations

from hooks_cli.features.transfer.export_parts import KIND, SECTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hooks_cli.features.transfer.export_parts import Part

    Write = Callable[[str | bytes | memoryview], None]


def write_ndjson(parts: Iterator[Part], write: Write) -> Iterator[Part]:
    """One object a line: a header for each part, then its entries, sessions, tasks and events. Gives each finished part."""
    for part in parts:
        write('{"record":"header",' + part.header()[1:] + "\n")
        for chunk in part.chunks(b"\n", "entry"):
            write(chunk)
        for section in SECTIONS:
            for text in part.section(section):
                write(f'{{"record":"{SECTIONS[section]}",{text[1:]}\n')
        yield part


def write_json(parts: Iterator[Part], write: Write) -> Iterator[Part]:
    """One document; with `choices.several` the parts lie in its `projects`."""
    first = True
    several = False
    for part in parts:
        several = part.choices.several
        if several:
            write(f'{{"schema_version":"1","kind":"{KIND}","projects":[\n' if first else ",\n")
        first = False
        _document(part, write)
        yield part
    if several:
        write("]}\n")
    elif not first:
        write("\n")


def _document(part: Part, write: Write) -> None:
    pretty = part.choices.pretty
    if pretty:
        from hooks_cli.text.json_exact import indented

    write(part.header()[:-1] + ',\n"entries":[')
    if pretty:
        separator = "\n"
        for batch in part.batches():
            write(separator + ",\n".join([indented(line) for line in batch]))
            separator = ",\n"
    else:
        before = b"\n"
        for chunk in part.chunks(b",\n"):
            write(before)
            write(memoryview(chunk)[:-2])
            before = b",\n"
    write("\n]")
    if not part.choices.selection.narrows_entries:
        for section in SECTIONS:
            write(f',\n"{section}":[')
            separator = "\n"
            for text in part.section(section):
                write(separator + (indented(text) if pretty else text))
                separator = ",\n"
            write("\n]")
    write("}")
