"""Trace ids in the journal: `<trace id>-<span id>`, 32 and 16 hexadecimal digits (W3C Trace Context)."""

from __future__ import annotations

TRACE_DIGITS, SPAN_DIGITS = 32, 16
_HEX = "0123456789abcdef"


def parent_ids(traceparent: str) -> str | None:
    """The ids in a `traceparent` (W3C Trace Context, section 3.2), or None when it is not valid.

    >>> parent_ids("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    '4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7'
    """
    parts = traceparent.strip().split("-")
    if len(parts) < 4 or (parts[0] == "00" and len(parts) != 4) or parts[0] == "ff":
        return None
    version, trace, span, flags = parts[:4]
    if (len(version), len(trace), len(span), len(flags)) != (2, TRACE_DIGITS, SPAN_DIGITS, 2):
        return None
    if (version + trace + span + flags).strip(_HEX) or not trace.strip("0") or not span.strip("0"):
        return None
    return f"{trace}-{span}"


def split(ids: str | None) -> tuple[str | None, str | None]:
    """(trace id, span id) of what the journal kept; what came by an import may lack the span id, or be no such id at all."""
    if not ids:
        return None, None
    trace, _, span = ids.partition("-")
    return trace, span or None


def searched(text: str) -> str | None:
    """What to look for for a trace id that a user gives, the beginning of one, both ids, or a whole `traceparent`; None for none of them.

    >>> searched("4BF92F35"), searched("x")
    ('4bf92f35', None)
    """
    wanted = text.strip().lower()
    wanted = parent_ids(wanted) or wanted
    trace, dash, span = wanted.partition("-")
    if not trace or (trace + span).strip(_HEX) or len(trace) > TRACE_DIGITS or len(span) > SPAN_DIGITS:
        return None
    return None if dash and len(trace) != TRACE_DIGITS else wanted
