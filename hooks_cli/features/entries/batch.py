"""Stores many entries from NDJSON in one transaction: all of them or none."""

from __future__ import annotations

import gc
import json
import os

from hooks_cli.errors import DataError, InputMissing, UsageError, VersionConflict
from hooks_cli.features.attribution import Caller
from hooks_cli.features.entries.draft import FOR_EVER, lifetime_line, lifetime_ms, tags_json
from hooks_cli.features.validation.check import check_draft
from hooks_cli.model import address as addresses
from hooks_cli.model.entry import MAX_VALUE_BYTES, Draft
from hooks_cli.store.sqlite.bulk.write import BulkWriter
from hooks_cli.store.sqlite.json_check import is_json_document
from hooks_cli.store.sqlite.rows import entry_writes
from hooks_cli.system.failpoints import failpoint
from hooks_cli.text.json_exact import complaint
from hooks_cli.text.units import parse_duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from hooks_cli.environment import Environment
    from hooks_cli.features.attribution import Attribution
    from hooks_cli.store.sqlite.store import EmbeddedStore

MEMBERS = frozenset(
    ("key", "value", "data", "namespace", "metadata", "tags", "ttl", "if_version", "cas", "if_not_exists")
)
PORTION = 2_000
CHUNK_BYTES = 1 << 20


class LineError(DataError):
    """Line {line}: {reason}. Nothing was stored."""

    hint = 'A line is: {{"key": "a/b", "value": …}}, with namespace, metadata, tags, ttl, if_version, if_not_exists if wanted.'


def lines_of(descriptor: int) -> Iterator[tuple[bytes, int]]:
    """The lines of a file, each with how many bytes were read so far. Raises InputMissing (66), DataError (65) for too long a line."""
    rest, size = b"", 0
    while True:
        try:
            part = os.read(descriptor, CHUNK_BYTES)
        except OSError as error:
            raise InputMissing(path="standard input", reason=error.strerror or str(error)) from None
        size += len(part)
        *lines, rest = (rest + part).split(b"\n") if part else ([rest, b""] if rest else [b""])
        for line in lines:
            yield line, size
        if not part:
            return
        if len(rest) > 2 * MAX_VALUE_BYTES:
            raise DataError(f"A line is longer than {2 * MAX_VALUE_BYTES} bytes. Nothing was stored.")


def store_lines(
    store: EmbeddedStore,
    environment: Environment,
    lines: Iterator[tuple[bytes, int]],
    who: Caller,
    *,
    namespace: str = "",
    if_version: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[int, int, int]:
    """Store every line; (how many, the store's revision then, how many have a lifetime from the settings).

    `progress` is called with entries and bytes so far.

    `if_version` is the condition of lines that have none of their own.

    Raises LineError (65) and VersionConflict (76) with the number of the line; nothing is kept then.
    """
    if store.replica is not None:
        lines = iter(list(lines))  # all machines wait while a batch is written: none of it is still to be read then
    gc.disable()  # the rows make no cycles; looking for some again and again would take a tenth of the time
    try:
        with store.writing() as tx:
            by = who.in_transaction(tx, environment, "store")
            writer = BulkWriter(tx)
            reader = _Reader(store, environment, by, namespace, tx.now, if_version)
            size = 0
            for number, (line, size) in enumerate(lines, 1):
                if not line or line.isspace():
                    continue
                reader.take(line, number)
                if len(reader.drafts) >= PORTION:
                    reader.hand_to(writer)
                    failpoint("batch-portion")
                    if progress is not None:
                        progress(writer.written, size)
            reader.hand_to(writer)
            if reader.limited:
                tx.notes.append(lifetime_line(reader.limited[0], reader.limited[1], reader.number_limited))
            return writer.written, tx.revision, reader.number_limited
    finally:
        gc.enable()


class _Reader:
    """Makes drafts of lines."""

    def __init__(
        self,
        store: EmbeddedStore,
        environment: Environment,
        by: Attribution,
        namespace: str,
        now: int,
        if_version: int | None,
    ) -> None:
        self.store = store
        self.environment = environment
        self.by = by
        self.namespace = namespace
        self.now = now
        self.if_version = if_version
        settings = environment.settings
        rules = settings.rows("memory.gc.rules").values()
        self.default_lifetime = bool(settings.number("memory.gc.ttl")) or any("ttl" in rule for rule in rules)
        self.all_checked = bool(settings.table("schemas.patterns"))  # of the user's own, which may be about anything
        self.decode = json.JSONDecoder().decode
        # An entry whose lifetime the settings gave, that lifetime in ms, and how many there are.
        self.limited: tuple[str, int] | None = None
        self.number_limited = 0
        self.clear()

    def clear(self) -> None:
        self.drafts: list[Draft] = []
        self.json_documents: list[bool] = []
        self.if_versions: list[int | None] = []
        self.numbers: list[int] = []

    def hand_to(self, writer: BulkWriter) -> None:
        """Write the portion. Raises VersionConflict (76) with the number of the line."""
        try:
            writer.write(self.drafts, self.json_documents, self.if_versions)
        except VersionConflict as error:
            line = self.numbers[writer.at]
            raise VersionConflict(f"Line {line}: {error}", hint=error.hint_text, line=line, **error.details) from None
        self.clear()

    def take(self, line: bytes, number: int) -> None:
        try:
            row = self.decode(line.decode())
        except (ValueError, RecursionError) as error:
            raise LineError(line=number, reason=f"not valid JSON ({complaint(error)})") from None
        if not isinstance(row, dict):
            raise LineError(line=number, reason="not a JSON object")
        try:
            self._take(row)
            self.numbers.append(number)
        except LineError:
            raise
        except (DataError, UsageError) as error:
            reason = str(error).removesuffix(" Nothing was stored.").removesuffix(".")
            raise LineError(line=number, reason=reason) from None

    def _take(self, row: dict[str, Any]) -> None:
        if not row.keys() <= MEMBERS:
            raise DataError(f"{sorted(row.keys() - MEMBERS)[0]!r} is not a member that memory store --batch knows")
        key = row.get("key")
        if not isinstance(key, str):
            raise DataError("it has no text member 'key'")
        if "value" not in row and "data" not in row:
            raise DataError("it has no member 'value'")
        value = row["value"] if "value" in row else row["data"]
        is_json = isinstance(value, (dict, list))
        if isinstance(value, str):
            text = value
            is_json = is_json_document(self.store, text)
        else:
            text = _dumped(value)
        entry_writes.check_value(text)
        if_version = self.if_version if len(row) < 3 else _condition(row, self.if_version)
        namespace = row.get("namespace") or self.namespace
        address = addresses.check(addresses.join(str(namespace), key) if namespace else key)
        by = self.by
        draft = Draft(address, text, session=by.session, guessed=by.guessed, agent=by.agent)
        if len(row) > 2:
            self._details(row, draft)
        if self.default_lifetime and draft.expires is None and ("ttl" not in row or row["ttl"] is None):
            lives = lifetime_ms(self.environment, address)
            draft.expires = self.now + lives if lives else None
            if lives:
                self.limited = self.limited or (address, lives)
                self.number_limited += 1
        if self.all_checked or draft.metadata is not None:
            check_draft(self.store, self.environment, draft)
        self.drafts.append(draft)
        self.json_documents.append(is_json)
        self.if_versions.append(if_version)

    def _details(self, row: dict[str, Any], draft: Draft) -> None:
        metadata, tags, ttl = row.get("metadata"), row.get("tags"), row.get("ttl")
        if metadata is not None:
            if not isinstance(metadata, dict):
                raise DataError("'metadata' is not a JSON object")
            draft.metadata = _dumped(metadata)
            version = metadata.get("version")
            draft.data_version = version if isinstance(version, str) else None
        if tags is not None:
            if not isinstance(tags, str) and not (isinstance(tags, list) and all(isinstance(t, str) for t in tags)):
                raise DataError("'tags' is neither a list of texts nor a text")
            draft.tags = tags_json(tags)
        if ttl is not None:
            draft.expires = None if str(ttl) in FOR_EVER else self.now + parse_duration(str(ttl), "ttl")


def _condition(row: dict[str, Any], otherwise: int | None) -> int | None:
    """The version that a line asks for, `otherwise` where it asks for none. Raises DataError (65) for what is not a condition."""
    found = otherwise
    for name in ("if_version", "cas"):
        asked = row.get(name)
        if asked is not None:
            if not isinstance(asked, int) or isinstance(asked, bool) or asked < 0:
                raise DataError(f"{name!r} is not a version: a whole number, 0 for nothing there")
            found = asked
    absent = row.get("if_not_exists")
    if absent is not None and not isinstance(absent, bool):
        raise DataError("'if_not_exists' is neither true nor false")
    return 0 if absent else found


def _dumped(value: Any) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        if not text.isascii():
            text.encode()
        return text
    except UnicodeEncodeError:
        raise DataError("it has half of a surrogate pair, which is not text") from None
    except ValueError:
        raise DataError("it has a number that JSON cannot hold") from None
