"""The tracer of a demo service; where the spans go, OTEL_EXPORTER_OTLP_ENDPOINT says."""

from __future__ import annotations

import os

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Tracer


def tracer() -> Tracer:
    """A tracer that sends in batches."""
    service = os.environ["OTEL_SERVICE_NAME"]
    instance = f"{service}-{os.getpid()}"
    provider = TracerProvider(resource=Resource.create({"service.name": service, "service.instance.id": instance}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider.get_tracer("demo")
