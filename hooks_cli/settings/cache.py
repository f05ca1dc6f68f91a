"""Writes the cache of the parsed settings, so that most calls need no TOML parser. `settings.py` reads it.

Lines that end with "\\n". First a header of four lines that is compared as a whole: program and format, then each file's identity
(its stat, or absence) and path, then the identity of the note that the project is trusted. Then the number of lines that follow, then
those lines, each of one of these forms, and `end`:

    key TAB origin TAB value        ! TAB warning        ? TAB problem        # TAB table        ~ TAB what trust would let count
    + TAB trusted

A value is tagged: s text, i integer, b boolean, l list (its items follow, each after a TAB). Backslash, TAB and newline are escaped.
A cache that is cut off, altered in its form, or that another user could have written is not used.
"""

from __future__ import annotations

import os

from hooks_cli.errors import HooksError
from hooks_cli.settings.settings import CACHE_LIMIT, Settings, escape
from hooks_cli.system.private_files import make_folder, write_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.settings.settings import Value


def dump(settings: Settings) -> bytes:
    """The settings as the lines that follow the header."""
    lines = [
        f"{escape(key)}\t{settings.origins.get(key, 0)}\t{_tagged(value)}" for key, value in settings.values.items()
    ]
    lines += [f"#\t{escape(name)}" for name in sorted(settings.tables)]
    lines += [f"!\t{escape(line)}" for line in settings.warnings]
    lines += [f"~\t{escape(name)}" for name in settings.held]
    if settings.trusted:
        lines.append("+\ttrusted")
    if settings.problem:
        lines.append(f"?\t{escape(settings.problem)}")
    lines.append("end\n")
    return (f"{len(lines)}\n" + "\n".join(lines)).encode("utf-8", "surrogatepass")


def write(path: str, start: bytes, settings: Settings) -> None:
    """Write a cache file if that is possible; without one everything works, only slower."""
    data = start + dump(settings)
    if len(data) > CACHE_LIMIT:
        return
    try:
        make_folder(os.path.dirname(path))
        write_file(path, data, durable=False)
    except HooksError:
        pass


def _tagged(value: Value) -> str:
    if isinstance(value, bool):
        return "b1" if value else "b0"
    if isinstance(value, int):
        return f"i{value}"
    if isinstance(value, str):
        return "s" + escape(value)
    return "\t".join(["l", *("s" + escape(item) for item in value)])
