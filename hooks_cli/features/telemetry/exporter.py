"""Exports spans with the OpenTelemetry SDK, by OTLP/HTTP or to the console. Needs the extra `hooks-cli[otel]`.

The variables are those of the OpenTelemetry specification ("Environment Variable Specification", "OTLP Exporter Configuration").
OTEL_TRACES_EXPORTER, OTEL_EXPORTER_OTLP_PROTOCOL and its TRACES form are read here; endpoint, headers, certificates, compression,
sampler, limits, service name and resource attributes by the SDK itself.
"""

from __future__ import annotations

import logging
import sys
import threading

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SpanExporter

from hooks_cli import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# A command is held up for so long at most by its export.
BUDGET_SECONDS = 0.2
PROTOCOL = "http/protobuf"


class Export:
    """The tracer of this process, and what becomes of its span."""

    def __init__(self, exporters: list[SpanExporter], resource: Resource) -> None:
        self._exporters = exporters
        self._kept = _Kept()
        provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        provider.add_span_processor(self._kept)
        self.tracer = provider.get_tracer("hooks-cli", __version__)

    def send(self) -> None:
        """Export what was sampled, in a thread that the process does not wait for longer than the budget."""
        if not self._kept.spans:
            return
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        thread.join(BUDGET_SECONDS)

    def _run(self) -> None:
        for exporter in self._exporters:
            try:
                exporter.export(self._kept.spans)
            except Exception:  # noqa: S112
                continue  # a collector that is not there is not this command's business


class _Kept(SpanProcessor):
    """Keeps the finished spans that the sampler wanted."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        context = span.get_span_context()
        if context is not None and context.trace_flags.sampled:
            self.spans.append(span)


def configured(variables: Mapping[str, str]) -> Export | None:
    """The export that the environment asks for, or None. Raises ImportError without the OTLP exporter's package."""
    endpoint = variables.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or variables.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    wanted = variables.get("OTEL_TRACES_EXPORTER", "") or ("otlp" if endpoint else "none")
    if variables.get("HOOKS_DEBUG") != "1":
        _silence()
    names = {name.strip().lower() for name in wanted.split(",")}
    exporters: list[SpanExporter] = []
    if "otlp" in names and _protocol(variables) == PROTOCOL:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        exporters.append(OTLPSpanExporter(timeout=BUDGET_SECONDS))
    if "console" in names:
        exporters.append(ConsoleSpanExporter(out=sys.stderr))
    return Export(exporters, _resource(variables)) if exporters else None


def _protocol(variables: Mapping[str, str]) -> str:
    named = variables.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or variables.get("OTEL_EXPORTER_OTLP_PROTOCOL")
    return (named or PROTOCOL).strip().lower()


def _resource(variables: Mapping[str, str]) -> Resource:
    """Who is speaking. What a resource detector says of the command line is taken out: arguments hold values."""
    named = {"service.version": __version__}
    if not variables.get("OTEL_SERVICE_NAME") and "service.name=" not in variables.get("OTEL_RESOURCE_ATTRIBUTES", ""):
        named["service.name"] = "hooks-cli"
    whole = Resource.create(named)
    kept = {name: value for name, value in whole.attributes.items() if not name.startswith("process.command")}
    return Resource(kept, whole.schema_url)


def _silence() -> None:
    """Keep what the SDK and its transport have to say off stderr."""
    for name in ("opentelemetry", "urllib3", "requests"):
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
