"""`memory export`: selects the entries, the format and the target."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field

from hooks_cli.errors import UsageError
from hooks_cli.features.transfer import export_parts
from hooks_cli.features.transfer.export_parts import Choices, Part
from hooks_cli.output.progress import AUTO, Progress
from hooks_cli.system.output_file import FileSink, StreamSink, refuse_existing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hooks_cli.environment import Environment
    from hooks_cli.system.output_file import Seal

# The forms that are text, and the module of `output` that has `write_<form>`: it takes the parts and a function that writes, and gives
# each part when it is done. Only the one that is asked for is loaded.
# Each text form and the module that writes it.
TEXT_FORMS = {
    "json": "hooks_cli.features.transfer.formats.json",
    "ndjson": "hooks_cli.features.transfer.formats.json",
    "csv": "hooks_cli.features.transfer.formats.csv",
    "tsv": "hooks_cli.features.transfer.formats.csv",
    "markdown": "hooks_cli.features.transfer.formats.markdown",
    "yaml": "hooks_cli.features.transfer.formats.yaml",
    "xml": "hooks_cli.features.transfer.formats.xml",
}
FILE_FORMS = ("sqlite", "parquet")
FORMS = (*TEXT_FORMS, *FILE_FORMS)
# Forms that keep the history by default: those that can be imported again without loss.
WITH_HISTORY = ("json", "ndjson", "sqlite")
_BY_SUFFIX = {
    ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson", ".csv": "csv", ".tsv": "tsv", ".md": "markdown",
    ".markdown": "markdown", ".sqlite": "sqlite", ".sqlite3": "sqlite", ".db": "sqlite", ".parquet": "parquet",
    ".yaml": "yaml", ".yml": "yaml", ".xml": "xml",
}  # fmt: skip


@dataclass(slots=True)
class Request:
    """What is wanted: `form` one of FORMS, `path` a file, "-" for standard output, or "" for the form's usual place.

    `seal` puts what only a key opens before the file.
    """

    form: str
    path: str
    project: str
    choices: Choices
    force: bool = False
    compress: bool = False
    progress: str = AUTO
    seal: Seal | None = None


@dataclass(slots=True)
class Exported:
    """What was written: `path` ("" for standard output), and numbers: `versions` of all that stands in it, `entries` of those among them
    that addresses hold now, then of each other kind of record.
    """

    path: str
    form: str
    projects: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


def form_of(path: str) -> str:
    """The form that a file's name asks for, "" when it does not tell.

    >>> form_of("a/b.json.gz"), form_of("x.DB"), form_of("notes")
    ('json', 'sqlite', '')
    """
    name = path.lower().removesuffix(".enc").removesuffix(".gz")
    return _BY_SUFFIX.get(os.path.splitext(name)[1], "")


def export(environment: Environment, request: Request) -> Exported:
    """Write the export.

    Raises NotFound (1) when there is no store, OutputExists (73), InputMissing (66) for a folder or project that is not
    there, ExtraMissing (69) for parquet without its extra, UsageError (64), StorageFailed or DiskFull (74).
    """
    environments = export_parts.environments(environment, request.project)
    request.choices.several = len(environments) > 1
    path = _target(environment, request)
    done = Exported(path, request.form)
    if path:
        request.force = request.force or export_parts.replaces(path, environments, request.choices)
        refuse_existing(path, request.force)
    unit = "entries" if request.choices.selection.versions == "head" else "versions"
    with (
        Progress(environment, "Exporting", mode=request.progress, unit=unit) as progress,
        export_parts.opened(environments, request.choices, progress.advance) as parts,
    ):
        for part in _written(environment, request, path, parts):
            done.projects.append(part.name)
            held = {"entries": part.tally.entries, "versions": part.tally.versions}
            for name, number in {**held, **part.others}.items():
                done.counts[name] = done.counts.get(name, 0) + number
    return done


def _target(environment: Environment, request: Request) -> str:
    """The file to be written, "" for standard output."""
    if request.path == "-":
        if request.form in FILE_FORMS:
            raise UsageError(f"The form {request.form} is a file, not text.", hint="Name it: --output FILE")
        return ""
    if request.path:
        return os.path.join(environment.cwd, request.path)
    if request.form in FILE_FORMS:
        name = environment.project.name if request.project in ("", "current") else request.project
        safe = "".join(c if c.isalnum() or c in "._-" else "_" for c in os.path.basename(name) or "all")
        return os.path.join(environment.cwd, f"memory-{safe}.{request.form}")
    return ""


def _writer(form: str) -> Callable[..., Iterator[Part]]:
    module = TEXT_FORMS[form]
    __import__(module)
    found: Callable[..., Iterator[Part]] = getattr(sys.modules[module], f"write_{form}")
    return found


def _written(environment: Environment, request: Request, path: str, parts: Iterator[Part]) -> Iterator[Part]:
    """Write the parts, giving each when it is done."""
    if request.form in TEXT_FORMS:
        how = (request.compress, request.seal)
        sink = FileSink(path, request.force, *how) if path else StreamSink(environment.streams, *how)
        with sink as out:
            yield from _writer(request.form)(parts, out.write)
        return
    if request.seal is not None:
        raise UsageError(
            f"The form {request.form} is not encrypted here.", hint="Take json, or a copy of it all: memory backup."
        )
    if request.compress:
        raise UsageError(f"The form {request.form} is not compressed here.", hint="gzip the file, or take ndjson.")
    if request.form == "sqlite":
        from hooks_cli.features.transfer.formats.sqlite import write_sqlite

        yield from write_sqlite(parts, path, request.force)
    else:
        from hooks_cli.features.transfer.formats.parquet import write_parquet

        yield from write_parquet(parts, path, request.force)
