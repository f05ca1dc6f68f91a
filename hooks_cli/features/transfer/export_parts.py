"""Opens the store of each exported project, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from hooks_cli import __version__
from hooks_cli.crypto.secret_screen import names_of
from hooks_cli.environment import Environment
from hooks_cli.errors import HooksError
from hooks_cli.model.selection import Selection
from hooks_cli.project.discovery import Project
from hooks_cli.project.places import StorePlaces
from hooks_cli.store.sqlite.bulk import read
from hooks_cli.store.sqlite.store import EmbeddedStore, OneState, open_store
from hooks_cli.text.json_writer import object_text
from hooks_cli.text.units import to_iso

KIND = "hooks-cli-export"
_HEAD_BYTES = 1024  # the header of an export is shorter
# What a store has besides entries, and what one of each is called.
SECTIONS = {"sessions": "session", "tasks": "task", "events": "event"}


@dataclass(slots=True)
class Choices:
    """How the entries are to be written. `redact` takes out what is sealed or looks like a secret."""

    selection: Selection
    redact: bool = False
    metadata: bool = True
    data: bool = True
    pretty: bool = False
    several: bool = False


def head(store: EmbeddedStore, environment: Environment, versions: str, complete: bool) -> str:
    """The JSON object that says whose entries follow: "head" versions or "all", and whether they are all that there is."""
    return object_text(
        {
            "schema_version": "1",
            "kind": KIND,
            "program": f"hooks-cli {__version__}",
            "exported_at": to_iso(environment.now()),
            "store_id": store.store_id.hex(),
            "project": environment.project.name,
            "versions": versions,
            "complete": complete,
        }
    )


def replaces(path: str, environments: list[Environment], choices: Choices) -> bool:
    """Whether the file at the path is an older export (JSON or NDJSON) of the same store, of which the new one leaves nothing out."""
    if len(environments) != 1:
        return False
    try:
        with open(path, "rb") as file:
            start = file.read(_HEAD_BYTES)
    except OSError:
        return False
    text = gunzipped(start).decode("utf-8", "replace").removeprefix('{"record":"header",').removeprefix("{")
    try:
        store = open_store(environments[0], create=False)
    except HooksError:
        return False
    with closing(store):
        selection = choices.selection
        complete = selection.complete and not choices.redact and choices.metadata and choices.data
        mine = f'"kind":"{KIND}"' in text and f'"store_id":"{store.store_id.hex()}"' in text
    narrower = '"complete":true' in text and not complete
    return mine and not narrower and not ('"versions":"all"' in text and selection.versions != "all")


def gunzipped(start: bytes) -> bytes:
    """The beginning of a file, unpacked if it is gzip; b"" if it cannot be."""
    if start[:2] != b"\x1f\x8b":
        return start
    import zlib

    try:
        return zlib.decompressobj(31).decompress(start, _HEAD_BYTES)
    except zlib.error:
        return b""


@dataclass(slots=True)
class Part:
    """One project of an export, its store open. `advance` is told how many versions were written, `tally` how much in all."""

    environment: Environment
    store: EmbeddedStore
    choices: Choices
    advance: Callable[[int], None]
    name: str
    tally: read.Tally = field(default_factory=read.Tally)
    others: dict[str, int] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...] | None:
        """The sensitive names when the export is to be redacted, else None."""
        if not self.choices.redact:
            return None
        return names_of(self.environment.settings.texts("memory.security.sensitive_keys"))

    @property
    def form(self) -> read.Form:
        """How an entry is written."""
        version = str(self.environment.settings.get("memory.version"))
        return read.Form(version, self.names, self.choices.metadata, self.choices.data)

    def header(self) -> str:
        """The JSON object at the head of the part."""
        selection = self.choices.selection
        choices = self.choices
        complete = selection.complete and not choices.redact and choices.metadata and choices.data
        return head(self.store, self.environment, selection.versions, complete)

    def batches(self) -> Iterator[list[str]]:
        """The entries as JSON objects, in lists."""
        for batch in read.entry_objects(
            self.store, self.choices.selection, self.environment.now(), self.form, self.tally
        ):
            yield batch
            self.advance(len(batch))

    def chunks(self, ending: bytes, record: str = "") -> Iterator[bytes]:
        """The same as UTF-8, many objects in each, `ending` after each; `record` is their first member when it is not empty."""
        before = 0
        for chunk in read.entry_chunks(
            self.store,
            self.choices.selection,
            self.environment.now(),
            self.form,
            record=record,
            ending=ending,
            tally=self.tally,
        ):
            yield chunk
            self.advance(self.tally.versions - before)
            before = self.tally.versions

    def rows(self) -> Iterator[list[tuple[Any, ...]]]:
        """The entries as rows of cells, in lists."""
        project = self.name if self.choices.several else ""
        for batch in read.entry_cells(
            self.store, self.choices.selection, self.environment.now(), self.form, project=project, tally=self.tally
        ):
            yield batch
            self.advance(len(batch))

    def section(self, name: str) -> Iterator[str]:
        """The sessions, tasks or events as JSON objects; none when the selection is about entries."""
        if self.choices.selection.narrows_entries:
            return
        self.others[name] = 0
        for text in self._rows(name):
            self.others[name] += 1
            yield text

    def _rows(self, name: str) -> Iterator[str]:
        if name == "sessions":
            return read.sessions(self.store, self.choices.selection)
        reader = read.tasks if name == "tasks" else read.events
        return reader(self.store, self.choices.selection, self.names)


def environments(environment: Environment, project: str) -> list[Environment]:
    """The environments of `current`, `all`, or the project of that name, path or `<name>-<hash>`.

    Raises InputMissing (66) when there is no such project, UsageError (64) when several have that name.
    """
    if project in ("", "current", ".", environment.project.name, environment.project.stem):
        return [environment]
    from hooks_cli.features import projects

    if project != "all":
        return [of_known(environment, projects.find(environment, project))]
    return [of_known(environment, known) for known in projects.known_projects(environment)]


def of_known(environment: Environment, known: object) -> Environment:
    """The environment as it would be in another project's folder; the place of its store is the one that was found."""
    stem, path = getattr(known, "stem", ""), getattr(known, "path", "")
    if stem == environment.project.stem and not environment.places.named_store:
        return environment
    variables = {name: value for name, value in environment.variables.items() if name != "HOOKS_STORE"}
    other = Environment(variables, environment.cwd)
    home = path or environment.cwd
    other.project = Project(home, home, "listed", stem=stem)
    other.places = StorePlaces(other.folders, stem)
    return other


@contextmanager
def opened(
    environments: list[Environment], choices: Choices, advance: Callable[[int], None]
) -> Iterator[Iterator[Part]]:
    """The parts, each store open only while its part is used; one that cannot be opened is told and passed over, unless it
    is the only one."""

    def parts() -> Generator[Part, None, None]:
        for environment in environments:
            try:
                store = open_store(environment, create=False)
            except HooksError as error:
                if len(environments) == 1:
                    raise
                environments[0].err(f"hooks-cli: {environment.project.stem} is left out: {error}")
                continue
            try:
                with OneState(store):
                    yield Part(environment, store, choices, advance, environment.project.name)
            finally:
                store.close()

    generator = parts()
    try:
        yield generator
    finally:
        generator.close()
