"""Makes one OpenTelemetry span for each command. Loaded only if the environment asks for export (docs/telemetry.md).

The API makes the span; the SDK and the exporter come with the extra `hooks-cli[otel]` (`telemetry_export`). Without them, or with
OTEL_SDK_DISABLED, there is no span, and the journal keeps the ids of TRACEPARENT. Nothing here fails a command or says a word.

Attributes, by the semantic conventions for command-line programs where they have a name: process.executable.name, process.pid,
process.exit.code, error.type, session.id, and hooks_cli.verb, hooks_cli.revision, hooks_cli.task. No argument, address or value is
ever one, no message of an error, and no name that looks like a secret.
"""

from __future__ import annotations

import os
import time

from hooks_cli.errors import HooksError
from hooks_cli.model.verb import TRUE_WORDS
from hooks_cli.system.python_startup import complete

TYPE_CHECKING = False
if TYPE_CHECKING:
    from opentelemetry.trace import Span as OpenSpan

    from hooks_cli.environment import Environment
    from hooks_cli.features.telemetry.exporter import Export


def begin(title: str, environment: Environment) -> CommandSpan | None:
    """Begin the span of a command, put its ids into `environment.trace`, and return it; None where nothing is exported."""
    started = time.time_ns()
    variables = environment.variables
    if variables.get("OTEL_SDK_DISABLED", "").strip().lower() in TRUE_WORDS:
        return None
    if variables.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "none":
        return None
    complete()
    try:
        from opentelemetry.trace import SpanKind, format_span_id, format_trace_id
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        from hooks_cli.features.telemetry import exporter

        export = exporter.configured(environment.variables)
        if export is None:
            return None
        parent = TraceContextTextMapPropagator().extract(
            {
                name.lower(): environment.variables[name]
                for name in ("TRACEPARENT", "TRACESTATE")
                if environment.variables.get(name)
            }
        )
        span = export.tracer.start_span(title, context=parent, kind=SpanKind.INTERNAL, start_time=started)
        ids = span.get_span_context()
        environment.trace = f"{format_trace_id(ids.trace_id)}-{format_span_id(ids.span_id)}"
    except Exception:
        return None  # also when the extra is not installed: the command goes on as without telemetry
    environment.span_facts = {}
    return CommandSpan(title, span, export, environment)


class CommandSpan:
    """A command's span until it ends."""

    def __init__(self, title: str, span: OpenSpan, export: Export, environment: Environment) -> None:
        self._title = title
        self._span = span
        self._export = export
        self._environment = environment

    def end(self, code: int, error: BaseException | None) -> None:
        """End the span with the command's exit code and export it, for 200 ms at most. Raises nothing."""
        try:
            self._finish(code, error)
            self._export.send()
        except Exception:
            return

    def _finish(self, code: int, error: BaseException | None) -> None:
        from opentelemetry.trace import Status, StatusCode

        span, facts = self._span, self._environment.span_facts or {}
        span.set_attributes(
            {
                "process.executable.name": "hooks-cli",
                "process.pid": os.getpid(),
                "process.exit.code": code,
                "hooks_cli.verb": self._title,
            }
        )
        for name, attribute in (
            ("revision", "hooks_cli.revision"),
            ("session", "session.id"),
            ("task", "hooks_cli.task"),
        ):
            if name in facts:
                span.set_attribute(attribute, facts[name])
        if error is not None and not isinstance(error, BrokenPipeError):
            kind = error.name if isinstance(error, HooksError) else type(error).__name__
        else:
            kind = str(code) if code else ""
        if kind:
            # A call that fails open ends with 0 and still has its error type.
            span.set_attribute("error.type", kind)
            span.set_status(Status(StatusCode.ERROR))
        span.end()
