"""The cache of the parsed settings: what keeps TOML off the hot path.

Lines that end with "\\n". First a header of three lines that is compared as a whole: program and format, then each file's identity
(its stat, or absence) and path. Then the number of lines that follow, then those lines, each of one of these forms, and `end`:

    key TAB origin TAB value        ! TAB warning        ? TAB problem        # TAB table

A value is tagged: s text, i integer, b boolean, l list (its items follow, each after a TAB). Backslash, TAB and newline are escaped.
A cache that is cut off, altered in its form, or that somebody else could have written is not used.
"""

from __future__ import annotations

import os
from stat import S_ISREG

from hooks_cli import __version__
from hooks_cli.config import Settings
from hooks_cli.errors import HooksError
from hooks_cli.private_files import make_folder, read_file, write_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.config import Value

SIZE_LIMIT = 1 << 20
FORMAT = "1"


def header(user_path: str, user: str, project_path: str, project: str) -> bytes:
    """The first lines of a cache file that is right for two files in the states `user` and `project`."""
    text = (
        f"hooks-cli settings {FORMAT} {__version__}\n{user} {_escape(user_path)}\n{project} {_escape(project_path)}\n"
    )
    return text.encode("utf-8", "surrogatepass")


def dump(settings: Settings) -> bytes:
    """The settings as the lines that follow the header."""
    lines = [
        f"{_escape(key)}\t{settings.origins.get(key, 0)}\t{_tagged(value)}" for key, value in settings.values.items()
    ]
    lines += [f"#\t{_escape(name)}" for name in sorted(settings.tables)]
    lines += [f"!\t{_escape(line)}" for line in settings.warnings]
    if settings.problem:
        lines.append(f"?\t{_escape(settings.problem)}")
    lines.append("end\n")
    return (f"{len(lines)}\n" + "\n".join(lines)).encode("utf-8", "surrogatepass")


def parse(data: bytes) -> Settings | None:
    """What `dump` wrote, or None when it is cut off or altered in its form."""
    settings = Settings()
    try:
        lines = data.decode("utf-8", "surrogatepass").split("\n")
        if len(lines) < 3 or lines[-2:] != ["end", ""] or lines[0] != str(len(lines) - 2):
            return None
        for line in lines[1:-2]:
            parts = line.split("\t")
            if len(parts) >= 3:
                key = _unescape(parts[0])
                settings.values[key] = _value(parts[2:])
                settings.origins[key] = int(parts[1])
            elif parts[0] == "#":
                settings.tables.add(_unescape(parts[1]))
            elif parts[0] == "!":
                settings.warnings.append(_unescape(parts[1]))
            elif parts[0] == "?":
                settings.problem = _unescape(parts[1])
            else:
                return None
    except (ValueError, IndexError):
        return None
    return settings


def read(path: str, start: bytes) -> Settings | None:
    """The settings that a cache file holds, if it begins with `start` and nobody else can have written it; else None."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    # Only a file that nobody else can have written counts.
    if not S_ISREG(status.st_mode) or status.st_mode & 0o077 or status.st_uid != os.geteuid():
        return None
    data = read_file(path, SIZE_LIMIT)
    if data is None or not data.startswith(start):
        return None
    return parse(data[len(start) :])


def write(path: str, start: bytes, settings: Settings) -> None:
    """Write a cache file if that is possible; without one everything works, only slower."""
    data = start + dump(settings)
    if len(data) > SIZE_LIMIT:
        return
    try:
        make_folder(os.path.dirname(path))
        write_file(path, data, durable=False)
    except HooksError:
        pass


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    # A doubled backslash is set apart first, so that what follows it is not taken for an escape.
    return "\\".join(part.replace("\\t", "\t").replace("\\n", "\n") for part in text.split("\\\\"))


def _tagged(value: Value) -> str:
    if isinstance(value, bool):
        return "b1" if value else "b0"
    if isinstance(value, int):
        return f"i{value}"
    if isinstance(value, str):
        return "s" + _escape(value)
    return "\t".join(["l", *("s" + _escape(item) for item in value)])


def _value(parts: list[str]) -> Value:
    tag, rest = parts[0][:1], parts[0][1:]
    if tag == "l" and not rest and all(part[:1] == "s" for part in parts[1:]):
        return [_unescape(part[1:]) for part in parts[1:]]
    if len(parts) == 1:
        if tag == "s":
            return _unescape(rest)
        if tag == "i":
            return int(rest)
        if tag == "b" and rest in ("0", "1"):
            return rest == "1"
    raise ValueError("not a value")
