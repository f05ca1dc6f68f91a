"""`memory store --batch`: many entries as NDJSON from stdin or a file, with a progress bar. Loaded on demand."""

from __future__ import annotations

import os
from stat import S_ISREG

from hooks_cli.commands import store_access
from hooks_cli.commands.options import address_options
from hooks_cli.errors import InputMissing, UsageError
from hooks_cli.features.entries import batch
from hooks_cli.output import changes
from hooks_cli.output.progress import Progress, mode_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

# What the lines say themselves.
_OF_A_LINE = ("append", "keep_existing", "dry_run", "redact", "metadata", "tags", "ttl")
# Lines of a pipe between two updates.
TOLD_EVERY = 100


def source(call: Call, environment: Environment) -> str | None:
    """The file that the entries are in ("" for standard input), None where the one argument is a key and no file."""
    path = call.text("file")
    if "key" not in call.values:
        return path
    argument = call.text("key")
    if argument == "-":
        return path
    if not path and S_ISREG(_mode(os.path.join(environment.cwd, argument))):
        return argument
    return None


def _mode(path: str) -> int:
    try:
        return os.stat(path).st_mode
    except (OSError, ValueError):
        return 0


def run(call: Call, environment: Environment, path: str) -> int:
    """Store the lines. Raises LineError (65), VersionConflict (76), InputMissing (66); nothing is kept then."""
    from hooks_cli.system.python_startup import complete

    complete()
    _refuse_what_lines_say(call)
    descriptor = 0
    if path and path != "-":
        try:
            descriptor = os.open(os.path.join(environment.cwd, path), os.O_RDONLY | os.O_CLOEXEC)
        except (OSError, ValueError) as error:
            raise InputMissing(path=path, reason=getattr(error, "strerror", None) or str(error)) from None
    status = os.fstat(descriptor)
    size = status.st_size if S_ISREG(status.st_mode) else None
    lines = batch.lines_of(descriptor)
    try:
        with Progress(environment, "Storing", size, mode=mode_of(call), unit="entries") as progress:
            if size is None:
                # Whatever fills the pipe may take its time: other writers are not kept waiting for it.
                lines = iter(_read(lines, progress))
            number, revision, limited = batch.store_lines(
                store_access.for_memory(environment),
                environment,
                lines,
                address_options.who(call),
                namespace=call.text("namespace"),
                if_version=0 if call.flag("if_absent") else address_options.if_version(call),
                progress=lambda number, size: progress.reach(size, number),
            )
    finally:
        if descriptor:
            os.close(descriptor)
    if call.format == "text":
        environment.out(f"Stored successfully: {changes.count(number, 'entry', 'entries')} (revision {revision})\n")
    else:
        more = {"limited_by_settings": limited} if limited else {}
        environment.out(changes.json_object({"stored": {"total": number, "revision": revision, **more}}))
    return 0


def _refuse_what_lines_say(call: Call) -> None:
    """Raise UsageError (64) for options about one entry: they would be dropped, and the lines stored."""
    about = [o for o in call.verb.options if o.name in _OF_A_LINE or o.name.startswith("about_")]
    given = [option.flags[0] for option in about if call.values.get(option.name)]
    if call.strange:
        given += ["--" + name for name, _ in call.unknown if name != "argument" and "--" + name not in call.foreign]
    if given:
        raise UsageError(
            f"{call.verb.title} --batch takes no {given[0]}: what is said of an entry stands in its line. Nothing was stored.",
            hint='A line is {"key": "a/b", "value": …}, with namespace, metadata, tags, ttl, if_version and if_not_exists if wanted.',
        )


def _read(lines: Iterator[tuple[bytes, int]], progress: Progress) -> list[tuple[bytes, int]]:
    """All lines of a pipe, before the store is opened. The progress goes on in bytes, whose number is known then."""
    progress.stage("Reading")
    read: list[tuple[bytes, int]] = []
    for line, size in lines:
        read.append((line, size))
        if len(read) % TOLD_EVERY == 0:
            progress.reach(size, len(read))
    progress.total = read[-1][1] if read else None
    progress.reach(0)
    progress.stage("Storing")
    return read
