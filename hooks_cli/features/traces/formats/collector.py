"""Collects spans while files are read: repeated words are kept once, because a run has many spans and few names."""

from __future__ import annotations

from base64 import b64decode

from hooks_cli.features.traces.spans import KeptFields, Span, TraceRun, Usage

TRACE_DIGITS, SPAN_DIGITS = 32, 16


class Collector:
    """What was read so far. `wanted` says which attributes to keep.

    `words` maps a name, service or trace id to its first occurrence. `zipkin` holds raw Zipkin spans until all files are read: their
    halves and fragments are put together at the end.
    """

    def __init__(self, wanted: KeptFields | None = None) -> None:
        self.wanted = wanted or KeptFields()
        self.spans: list[Span] = []
        self.words: dict[str, str] = {}
        self.zipkin: list[dict[str, object]] = []
        self.notes: list[str] = []
        self.usage: list[Usage] = []
        self.formats: dict[str, int] = {}
        self.other_signals = 0

    def word(self, text: str) -> str:
        """The first string of this content."""
        return self.words.setdefault(text, text)

    def saw(self, format: str) -> None:
        """Count a document of this format."""
        self.formats[format] = self.formats.get(format, 0) + 1

    def finish(self) -> TraceRun:
        """The run of all that was read; the collector is empty after it."""
        if self.zipkin:
            from hooks_cli.features.traces.formats import zipkin

            zipkin.settle(self)
        if self.other_signals:
            plural = "" if self.other_signals == 1 else "s"
            self.notes.append(f"{self.other_signals:,} document{plural} of logs or metrics without traces passed over")
        run = TraceRun(self.spans, self.notes, self.usage)
        self.spans, self.words = [], {}
        return run


def hexadecimal(id: object, digits: int) -> str:
    """An id as lower-case hexadecimal of that many digits, from hexadecimal (padded) or base64; "" for an empty or all-zero one.

    Raises ValueError for anything else.

    >>> hexadecimal("4BF92F3577B34DA6", 32), hexadecimal("SyPeJdH7ZkE=", 16)
    ('00000000000000004bf92f3577b34da6', '4b23de25d1fb6641')
    """
    if id is None or id == "":
        return ""
    if not isinstance(id, str):
        raise ValueError(f"the id {str(id)[:40]} is not a string")
    text = id.lower()
    if text.strip("0123456789abcdef") == "" and len(text) <= digits:
        return text.zfill(digits) if text.strip("0") else ""
    if len(id.rstrip("=")) == (digits // 2 * 4 + 2) // 3:
        found = b64decode(id.rstrip("=") + "=" * (-len(id.rstrip("=")) % 4), validate=True).hex()
        return found if found.strip("0") else ""
    if text.strip("0123456789abcdef") == "":
        return text[-digits:]  # a 128-bit id in the place of a 64-bit one
    raise ValueError(f"{id[:40]!r} is neither a hexadecimal nor a base64 id of {digits // 2} bytes")
