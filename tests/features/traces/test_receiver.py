"""The receiver: OTLP/HTTP on a loopback address, as an exporter speaks it."""

from __future__ import annotations

import gzip
import http.client
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hooks_cli.errors import CannotCreate, UsageError
from hooks_cli.features.traces import receiver as module
from hooks_cli.features.traces.receiver import Receiver
from hooks_cli.features.traces.spans import KeptFields
from tests.features.traces.made import span, text

REAL = Path(__file__).parent.parent.parent / "fixtures" / "traces"
JSON = {"Content-Type": "application/json"}
PROTOBUF = {"Content-Type": "application/x-protobuf"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(KeptFields(None, True)) as found:
        yield found


def post(receiver: Receiver, body: bytes, headers: dict[str, str], path: str = "/v1/traces") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(receiver.endpoint.removeprefix("http://"), timeout=10)
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_json_protobuf_and_gzip_come_in(receiver: Receiver) -> None:
    body = text([span("a", 0, 1)]).encode()
    assert post(receiver, body, JSON) == (200, b"{}")
    packed = gzip.compress(text([span("b", 0, 1)]).encode())
    assert post(receiver, packed, {**JSON, "Content-Encoding": "gzip"})[0] == 200
    assert post(receiver, (REAL / "duckdb-otlp_traces.pb").read_bytes(), PROTOBUF) == (200, b"")
    assert post(receiver, b"", PROTOBUF)[0] == 200
    assert post(receiver, b"{}", JSON)[0] == 200
    assert sorted(one.name for one in receiver.run().spans) == ["a", "b", "test_span"]
    assert (receiver.posts, receiver.refused) == (5, 0)


def test_a_real_exporter_is_understood(receiver: Receiver) -> None:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    provider = TracerProvider()
    exporter = OTLPSpanExporter(endpoint=receiver.endpoint + "/v1/traces")
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("t").start_as_current_span("outer", attributes={"k": 1}) as outer:
        outer.add_event("e")
    provider.shutdown()
    (found,) = receiver.run().spans
    assert (found.name, found.attribute("k"), [event.name for event in found.events or ()]) == ("outer", 1, ["e"])


@pytest.mark.parametrize(
    ("body", "headers", "path", "status"),
    [
        (b"not json", JSON, "/v1/traces", 400),
        (b"[]", JSON, "/v1/traces", 400),
        (b'{"data": []}', JSON, "/v1/traces", 400),
        (b"\xff\xff", PROTOBUF, "/v1/traces", 400),
        (b"x", {"Content-Type": "text/plain"}, "/v1/traces", 415),
        (b"x", {**JSON, "Content-Encoding": "br"}, "/v1/traces", 400),
        (b"x", {**JSON, "Content-Encoding": "gzip"}, "/v1/traces", 400),
        (b"{}", JSON, "/elsewhere", 404),
        (b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"n"}]}]}]}', JSON, "/v1/traces", 400),
    ],
)
def test_what_cannot_be_read_is_refused_and_counted(
    receiver: Receiver, body: bytes, headers: dict[str, str], path: str, status: int
) -> None:
    answered, said = post(receiver, body, headers, path)
    assert answered == status
    assert json.loads(said)["code"] == status
    assert receiver.refused == 1
    assert receiver.run().notes == ["1 of 1 posts were refused"]
    assert receiver.run().span_count == 0


def test_a_post_counts_whole_or_not_at_all(receiver: Receiver) -> None:
    document = json.loads(text([span("a", 0, 1)]))
    document["resourceSpans"].append({"scopeSpans": [{"spans": [{"name": "bad"}]}]})
    assert post(receiver, json.dumps(document).encode(), JSON)[0] == 400
    assert receiver.run().span_count == 0


def test_a_post_may_not_be_too_large(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 100)
    packed = gzip.compress(b" " * 10_000)
    assert post(receiver, packed, {**JSON, "Content-Encoding": "gzip"})[0] == 413
    assert post(receiver, b" " * 101, JSON)[0] == 413


def test_metrics_give_the_usage_of_services(receiver: Receiver) -> None:
    about = {"attributes": [{"key": "service.name", "value": {"stringValue": "api"}}]}
    metrics = [
        {"name": "process.cpu.utilization", "gauge": {"dataPoints": [{"asDouble": 0.5}]}},
        {"name": "process.memory.usage", "sum": {"dataPoints": [{"asInt": str(3 << 20)}]}},
        {"name": "other", "gauge": {"dataPoints": [{"asDouble": 1}]}},
    ]
    document = {"resourceMetrics": [{"resource": about, "scopeMetrics": [{"metrics": metrics}]}]}
    assert post(receiver, json.dumps(document).encode(), JSON, "/v1/metrics")[0] == 200
    from google.protobuf.json_format import ParseDict
    from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData

    assert post(receiver, ParseDict(document, MetricsData()).SerializeToString(), PROTOBUF, "/v1/metrics")[0] == 200
    assert post(receiver, b"{}", JSON, "/v1/logs")[0] == 200
    found = [(usage.service, usage.cpu_percent, usage.memory_mb) for usage in receiver.run().usage]
    assert found == [("api", 50.0, None), ("api", None, 3.0)] * 2


def test_the_address_is_loopback_and_free() -> None:
    with pytest.raises(UsageError):
        Receiver(host="0.0.0.0")
    with Receiver() as first, pytest.raises(CannotCreate):
        Receiver(port=int(first.endpoint.rpartition(":")[2]))


def test_chunked_posts_are_read(receiver: Receiver) -> None:
    body = text([span("a", 0, 1)]).encode()
    connection = http.client.HTTPConnection(receiver.endpoint.removeprefix("http://"), timeout=10)
    connection.request("POST", "/v1/traces", iter([body[:50], body[50:]]), JSON, encode_chunked=True)
    assert connection.getresponse().status == 200
    connection.close()
    assert receiver.run().span_count == 1
