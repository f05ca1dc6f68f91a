"""Reads trace files. The format is detected by content, not by name; several files make one run.

A file holds one JSON document, one document a line, or protobuf, and may be compressed with gzip; `-` is standard input.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import zlib
from collections.abc import Iterable
from typing import IO, Any

from hooks_cli.errors import DataError, InputMissing
from hooks_cli.features.traces.formats import jaeger, otlp_json, zipkin
from hooks_cli.features.traces.formats.collector import Collector
from hooks_cli.features.traces.spans import KeptFields, TraceRun

FORMATS = "OTLP JSON or protobuf, Jaeger JSON, Zipkin v2 JSON"
_FAULTS = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)
_HINT = "These are read: " + FORMATS + ". See docs/traces.md."


def read(names: Iterable[str], folder: str, wanted: KeptFields | None = None, strict: bool = False) -> TraceRun:
    """Read files into one run; relative names are under `folder`.

    `strict` refuses a file whose last line is cut. Raises InputMissing (66) for a file that cannot be read, DataError (65) for one
    that holds no traces, ExtraMissing (69) for protobuf without the extra `otel`.
    """
    into = Collector(wanted)
    collecting = gc.isenabled()
    gc.disable()  # parsing makes millions of objects and no circles: 3 to 7 times faster without
    try:
        for name in names:
            add_file(name, folder, into, strict)
        return finish(into)
    finally:
        if collecting:
            gc.enable()


def finish(into: Collector) -> TraceRun:
    """The run of what was collected. Raises DataError (65) when Zipkin spans cannot be put together."""
    try:
        return into.finish()
    except _FAULTS as error:
        raise DataError(f"The Zipkin spans cannot be read: {_reason(error)}.", hint=_HINT) from None


def add_file(name: str, folder: str, into: Collector, strict: bool = False) -> None:
    """Take in one file. Raises as `read`."""
    title = "standard input" if name == "-" else name
    try:
        if name == "-":
            _add_stream(sys.stdin.buffer, title, into, strict)
        else:
            with open(os.path.join(folder, name), "rb") as file:
                _add_stream(file, title, into, strict)
    except (zlib.error, EOFError) as error:
        raise DataError(f"{title} is not a whole gzip file: {error}.") from None
    except OSError as error:
        if type(error).__name__ == "BadGzipFile":
            raise DataError(f"{title} is not a whole gzip file: {error}.") from None
        raise InputMissing(path=title, reason=error.strerror or str(error)) from None


def _add_stream(file: IO[bytes], title: str, into: Collector, strict: bool) -> None:
    import io

    reader: Any = file if hasattr(file, "peek") else io.BufferedReader(file)
    if reader.peek(2)[:2] == b"\x1f\x8b":
        import gzip

        reader = io.BufferedReader(gzip.GzipFile(fileobj=reader))
    head = reader.peek(512)[:512]
    if is_json(head):
        _add_lines(reader, title, into, strict)
    elif not head:
        into.notes.append(f"{title} is empty")
    else:
        from hooks_cli.features.traces.formats import otlp_protobuf

        otlp_protobuf.add(reader.read(), title, into)
        into.saw("OTLP protobuf")


def is_json(head: bytes) -> bool:
    """Whether bytes begin as a JSON document does: no control characters, and not a word that no JSON begins with."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    return (not text and bool(head)) or (text[:1] in (b"{", b"[") and not any(byte < 9 for byte in head))


def _add_lines(file: IO[bytes], title: str, into: Collector, strict: bool) -> None:
    """One document a line; or, when the first line is not one, the whole file as one document."""
    first = True
    number = 0
    bad: tuple[int, bytes, Exception] | None = None
    for line in file:
        number += 1
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if line.isspace():
            continue
        if bad is not None:
            raise _bad_line(title, *bad)  # a bad line that is not the last
        try:
            document = json.loads(line)
        except (ValueError, RecursionError) as error:
            if first:
                _add_whole(line + file.read(), number, title, into)
                return
            bad = (number, line, error)
            continue
        first = False
        add_document(document, into, title, number)
    if bad is not None:
        if strict or bad[1].lstrip()[:1] not in (b"{", b"["):
            raise _bad_line(title, *bad)
        into.notes.append(f"{title}: the last line ({bad[0]:,}) is cut and was left out")


def _add_whole(data: bytes, line: int, title: str, into: Collector) -> None:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _bad_line(title, line, data, error) from None
    add_document(document, into, title, line)


def _bad_line(title: str, line: int, text: bytes, error: Exception) -> DataError:
    column = 1
    if isinstance(error, json.JSONDecodeError):
        line, column = line + error.lineno - 1, error.colno
    elif isinstance(error, UnicodeDecodeError):
        line, column = line + text.count(b"\n", 0, error.start), error.start - text.rfind(b"\n", 0, error.start)
    return DataError(
        f"{title}, line {line:,}, column {column:,}: not valid JSON: {_reason(error)}.",
        file=title,
        line=line,
        column=column,
    )


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return error.msg
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, KeyError):
        return f"there is no {error}"
    return str(error)


def add_document(document: Any, into: Collector, title: str, line: int = 1) -> None:
    """Take in one parsed JSON document of any format. Raises DataError (65) for one that is none."""
    try:
        if not _add(document, into):
            raise DataError(f"{title}, line {line:,}: this is not a trace document.", hint=_HINT, file=title, line=line)
    except _FAULTS as error:
        raise DataError(
            f"{title}, line {line:,}: the document is not as its format has it: {_reason(error)}.",
            file=title,
            line=line,
        ) from None


def _add(document: Any, into: Collector) -> bool:
    if isinstance(document, list):
        return all(_add(item, into) for item in document)
    if not isinstance(document, dict):
        return False
    groups = otlp_json.resource_spans(document)
    if groups is not None:
        otlp_json.add(groups, into)
        into.saw("OTLP JSON")
        return True
    if zipkin.is_span(document):
        into.zipkin.append(document)
        into.saw("Zipkin v2 JSON")
        return True
    found = jaeger.traces(document)
    if found is not None:
        jaeger.add(found, into)
        into.saw("Jaeger JSON")
        return True
    if "resourceMetrics" in document:
        if not otlp_json.add_metrics(document["resourceMetrics"] or [], into):
            into.other_signals += 1
        return True
    if "resourceLogs" in document or not document:
        into.other_signals += bool(document)
        return True
    return False
