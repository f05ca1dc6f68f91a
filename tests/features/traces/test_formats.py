"""Reading traces: real files of public projects, and the quirks that each format has."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks_cli.errors import DataError, InputMissing
from hooks_cli.features.traces.facts import facts_of
from hooks_cli.features.traces.formats import otlp_protobuf, trace_file
from hooks_cli.features.traces.formats.collector import Collector
from hooks_cli.features.traces.graph import service_edges
from hooks_cli.features.traces.spans import KeptFields, Span, TraceRun
from tests.conftest import Run
from tests.features.traces.made import otlp, span, text

REAL = Path(__file__).parent.parent.parent / "fixtures" / "traces"
ALL = KeptFields(None, events=True)

# file -> spans, traces, services, the facts that occur, some edges
FILES: dict[str, tuple[int, int, int, dict[str, int], list[tuple[str, str]]]] = {
    "zipkin-skew.json": (4, 1, 2, {"skew": 1}, [("servicea", "serviceb")]),
    "zipkin-ascend.json": (8, 1, 3, {"skew": 1}, [("mobile-gateway", "auth-service")]),
    "zipkin-yelp.json": (16, 1, 6, {}, [("mobile_api", "spectre"), ("yelp-main", "~mysql")]),
    "zipkin-messaging-kafka.json": (28, 1, 2, {}, [("servicea", "serviceb"), ("servicea", "~kafka")]),
    "zipkin-simple-db-p6.json": (5, 1, 1, {}, [("bootifulmeters", "~app_db")]),
    "zipkin-envoy.json": (1, 1, 1, {}, []),
    "zipkin-smartthings-oauth.json.gz": (171, 1, 8, {"unfinished": 15, "skew": 14}, []),
    "jaeger-genai.json.gz": (57, 1, 10, {}, [("coding-agent", "mcp-gateway"), ("metrics-backend", "~metrics")]),
    "jaeger-otlp2jaeger-multi-in-combined.json": (4, 1, 1, {}, []),
    "jaeger-otlp2jaeger-out.json": (1, 1, 1, {"orphans": 1, "no_root": 1}, []),
    "jaeger-es_01.json": (1, 1, 1, {"orphans": 1, "no_root": 1}, []),
    "duckdb-otlp_traces.pb": (1, 1, 1, {}, []),
    "duckdb-traces-initial.otlp": (1, 1, 1, {"orphans": 1, "no_root": 1}, []),
    "duckdb-traces_nulls.jsonl": (3, 3, 1, {"no_start": 3, "unfinished": 3}, []),
    "duckdb-traces_simple.jsonl": (3, 1, 1, {"orphans": 1, "no_root": 1}, [("test-service", "~postgresql")]),
}


def read(path: Path, strict: bool = False) -> TraceRun:
    return trace_file.read([str(path)], "", ALL, strict)


def written(tmp_path: Path, content: object, name: str = "t.json") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else str(content).encode())
    return path


def only(run: TraceRun) -> Span:
    (found,) = run.spans
    return found


@pytest.mark.parametrize("name", FILES)
def test_real_files(name: str) -> None:
    spans, traces, services, facts, edges = FILES[name]
    run = read(REAL / name)
    assert (run.span_count, len(run.traces), len({one.service for one in run.spans})) == (spans, traces, services)
    assert facts_of(run).found == facts
    found = [(edge.caller, edge.callee) for edge in service_edges(run)]
    assert [edge for edge in edges if edge not in found] == []


def test_every_real_file_has_a_licence_note() -> None:
    notes = (REAL / "LICENSES.md").read_text()
    heads = ("zipkin-", "jaeger-", "duckdb-")
    for path in REAL.iterdir():
        assert path.name in ("LICENSES.md", "patterns") or path.name.startswith(heads)
    assert "Apache-2.0" in notes
    assert "MIT" in notes


def test_zipkin_halves_of_one_id_are_two_spans() -> None:
    run = read(REAL / "zipkin-skew.json")
    spans = {one.id: one for one in run.spans}
    client, server = spans["74280ae0c10d8062"], spans["74280ae0c10d8062:server"]
    assert (client.service, server.service, server.parent) == ("servicea", "serviceb", client.id)
    assert spans["43210ae0c10d1234"].parent == server.id  # the child of the server's service


def test_zipkin_fragments_are_one_span_whatever_their_order(tmp_path: Path) -> None:
    endpoint = {"serviceName": "a"}
    parts: list[dict[str, Any]] = [
        {"traceId": "1", "id": "2", "kind": "CLIENT", "localEndpoint": endpoint, "timestamp": 10, "tags": {"x": "1"}},
        {"traceId": "1", "id": "2", "duration": 7, "localEndpoint": endpoint, "name": "get"},
        {"traceId": "1", "id": "2", "annotations": [{"timestamp": 12, "value": "sent"}]},
    ]
    seen = set()
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        one = only(read(written(tmp_path, json.dumps([parts[at] for at in order]))))
        assert one.events
        seen.add((one.name, one.kind, one.start, one.end, one.events[0].at, str(one.attributes)))
    assert seen == {("get", "client", 10_000, 17_000, 12_000, "{'x': '1'}")}


def test_zipkin_fragments_in_two_files_and_lists_of_lists(tmp_path: Path) -> None:
    first = written(tmp_path, '[[{"traceId":"1","id":"2","name":"a","timestamp":5}]]', "a")
    second = written(tmp_path, '{"traceId":"1","id":"2","duration":3}\n', "b")
    one = only(trace_file.read([str(first), str(second)], "", ALL))
    assert (one.start, one.end, one.trace) == (5_000, 8_000, "1".zfill(32))


OTLP_ONE: dict[str, Any] = {"traceId": "5B8EFFF798038103D269B633813FC60C", "spanId": "EEE19B7EC3C1B174", "name": "n"}


@pytest.mark.parametrize(
    "document",
    [
        {"resourceSpans": [{"scopeSpans": [{"spans": [OTLP_ONE]}]}]},
        {"batches": [{"instrumentationLibrarySpans": [{"spans": [OTLP_ONE]}]}]},
        {"trace": {"resourceSpans": [{"resource": None, "scopeSpans": [{"spans": [OTLP_ONE]}]}]}},
        [{"resourceSpans": [{"scopeSpans": [{"spans": [OTLP_ONE]}]}]}],
        {
            "resourceSpans": [
                {
                    "scopeSpans": [
                        {
                            "spans": [
                                {
                                    **OTLP_ONE,
                                    "traceId": base64.b64encode(bytes.fromhex(OTLP_ONE["traceId"])).decode(),
                                    "spanId": base64.b64encode(bytes.fromhex(OTLP_ONE["spanId"])).decode(),
                                }
                            ]
                        }
                    ]
                }
            ]
        },
    ],
)
def test_otlp_variants(tmp_path: Path, document: object) -> None:
    for content in (json.dumps(document), json.dumps(document, indent=2), "\ufeff" + json.dumps(document) + "\n"):
        one = only(read(written(tmp_path, content)))
        assert (one.trace, one.id) == ("5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174")
        assert (one.service, one.kind, one.status, one.start, one.end) == ("unknown_service", "", "UNSET", None, None)


@pytest.mark.parametrize(
    ("raw", "name", "value"),
    [
        ({"kind": 3}, "kind", "client"),
        ({"kind": "SPAN_KIND_PRODUCER"}, "kind", "producer"),
        ({"kind": 0}, "kind", ""),
        ({"status": {"code": 2}}, "status", "ERROR"),
        ({"status": {"code": "STATUS_CODE_OK"}}, "status", "OK"),
        ({"status": {}}, "status", "UNSET"),
        ({"startTimeUnixNano": 5}, "start", 5),
        ({"startTimeUnixNano": "5"}, "start", 5),
        ({"startTimeUnixNano": "0"}, "start", None),
        ({"endTimeUnixNano": "0"}, "end", None),
        ({"parentSpanId": ""}, "parent", ""),
        ({"parentSpanId": "0000000000000000"}, "parent", ""),
        ({"parentSpanId": "AB"}, "parent", "00000000000000ab"),
        ({"flags": 257}, "name", "n"),
        ({"attributes": [{"key": "k", "value": {"intValue": "7"}}]}, "attributes", {"k": 7}),
        ({"attributes": [{"key": "k"}]}, "attributes", {"k": None}),
        ({"links": [{"traceId": "01", "spanId": "02"}]}, "links", [("1".zfill(32), "2".zfill(16))]),
    ],
)
def test_otlp_fields(tmp_path: Path, raw: dict[str, Any], name: str, value: object) -> None:
    document = {"resourceSpans": [{"scopeSpans": [{"spans": [{**OTLP_ONE, **raw}]}]}]}
    assert getattr(only(read(written(tmp_path, json.dumps(document)))), name) == value


def test_jaeger_references_and_tags() -> None:
    one = only(read(REAL / "jaeger-es_01.json"))
    assert (one.parent, one.status) == ("3".zfill(16), "ERROR")
    assert one.links == [("1".zfill(32), "4".zfill(16)), ("ff".zfill(32), "ff".zfill(16))]
    assert one.attribute("peer.service") == "service-y"
    assert one.duration == 5_000


def test_jaeger_follows_from_alone_is_the_parent(tmp_path: Path) -> None:
    spans = [
        {"traceID": "1", "spanID": "a", "operationName": "x", "startTime": 1, "duration": 2, "processID": "p"},
        {
            "traceID": "1",
            "spanID": "b",
            "operationName": "y",
            "startTime": 2,
            "duration": 0,
            "references": [{"refType": "FOLLOWS_FROM", "traceID": "1", "spanID": "a"}],
            "tags": [{"key": "error", "value": "true"}, {"key": "span.kind", "value": "consumer"}],
            "processID": "p",
        },
    ]
    processes = {"p": {"serviceName": "s", "tags": [{"key": "hostname", "value": "h1"}]}}
    document = {"data": {"traceID": "1", "spans": spans, "processes": processes}}
    first, second = read(written(tmp_path, json.dumps(document))).spans
    assert (second.parent, second.links, second.status, second.kind) == (first.id, None, "ERROR", "consumer")
    assert (second.instance, second.end) == ("h1", second.start)


def test_a_cut_last_line_is_told_and_left_out(tmp_path: Path) -> None:
    whole = text([span("a", 0, 1)])
    path = written(tmp_path, whole + whole.replace("a", "b")[:40])
    run = read(path)
    assert (run.span_count, run.notes) == (1, [f"{path}: the last line (2) is cut and was left out"])
    with pytest.raises(DataError, match="line 2, column"):
        read(path, strict=True)


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ('{"resourceSpans": []}\nnot json\n{"resourceSpans": []}\n', "line 2, column 1"),
        ('{"resourceSpans": []}\nnot json\n', "line 2, column 1"),
        ('{"resourceSpans": [{"resource', "line 1, column"),
        ('{\n "resourceSpans": [\n  }\n', "line 3, column 3"),
        ('{"invalid": 1}\n', "line 1: this is not a trace document"),
        ('{"resourceSpans": "x"}', "not as its format has it"),
        ('{"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "n"}]}]}]}', "no traceId"),
        ('[{"traceId": "zz", "id": "1"}]', "neither a hexadecimal"),
        (
            '{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "1", "spanId": "2", "name": 5}]}]}]}',
            "the name of a span is not a text",
        ),
        ("[" * 100_000, "nested too deeply"),
        (b"\x00\x01\x02garbage", "neither JSON nor OTLP"),
        (b'{"resourceSpans": [{"\xff": 1}]}', "line 1, column"),
        (b"\x1f\x8b\x08\x00broken", "gzip"),
    ],
)
def test_what_is_no_trace_file_is_refused_with_its_place(tmp_path: Path, content: object, where: str) -> None:
    with pytest.raises(DataError) as caught:
        read(written(tmp_path, content))
    assert where in str(caught.value)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(InputMissing):
        read(Path("nowhere.json"))


def test_protobuf_alone_and_in_sequences(tmp_path: Path) -> None:
    message = (REAL / "duckdb-otlp_traces.pb").read_bytes()
    expected = only(read(REAL / "duckdb-otlp_traces.pb")).content()
    other = (REAL / "duckdb-traces-initial.otlp").read_bytes()
    varint = bytes([len(message) & 0x7F | 0x80, len(message) >> 7])
    varint_other = bytes([len(other) & 0x7F | 0x80, len(other) >> 7])
    words = [len(data).to_bytes(4, "big") + data for data in (message, other)]
    for content in (varint + message + varint_other + other, b"".join(words)):
        spans = list(read(written(tmp_path, content)).spans)
        assert len(spans) == 2
        assert expected in [one.content() for one in spans]


def test_protobuf_says_the_same_as_json(tmp_path: Path) -> None:
    from google.protobuf.json_format import ParseDict
    from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

    made = [
        span("a", 0, 5, kind="server", attrs={"k": 1, "s": "x", "b": True}, events=[("e", 2)]),
        span("b", 1, 2, id="b", parent="a", status="ERROR", instance="i-1", links=[("other", "z")]),
    ]
    document = otlp(made)
    from_json = list(read(written(tmp_path, json.dumps(document))).spans)
    for group in document["resourceSpans"]:
        for raw in group["scopeSpans"][0]["spans"]:
            for owner in (raw, *raw["links"]):
                for name in ("traceId", "spanId", "parentSpanId"):
                    if name in owner:
                        owner[name] = base64.b64encode(bytes.fromhex(owner[name])).decode()
    message = ParseDict(document, TracesData()).SerializeToString()
    into = Collector(ALL)
    otlp_protobuf.add(message, "x", into)
    from_protobuf = list(into.finish().spans)
    for one, other in zip(from_json, from_protobuf, strict=True):
        assert one.content() == other.content()
        assert (one.attributes, one.links, one.instance) == (other.attributes, other.links, other.instance)
        assert [(e.name, e.at) for e in one.events or ()] == [(e.name, e.at) for e in other.events or ()]


def test_reading_is_by_content_and_gzip_by_its_magic(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress(text([span("a", 0, 1)]).encode()), "misleading.pb")
    assert only(read(path)).name == "a"


def test_a_span_sent_twice_is_one_and_with_other_content_a_clash(tmp_path: Path) -> None:
    once = span("a", 0, 1, id="x")
    run = read(written(tmp_path, text([once]) + text([once]) + text([span("a", 0, 2, id="x")])))
    assert (run.span_count, run.repeated, len(run.clashes)) == (2, 1, 1)


MEMBERS = ["resourceSpans", "scopeSpans", "spans", "traceId", "spanId", "id", "data", "traceID", "spanID"]
MEMBERS += ["attributes", "key", "value", "tags", "references", "status", "links"]


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=3) | st.booleans(),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, min_size=1, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_any_json_is_read_or_refused(document: object) -> None:
    into = Collector(ALL)
    try:
        trace_file.add_document(document, into, "x")
        trace_file.finish(into)
    except DataError:
        pass


def test_show_prints_and_tells(run: Run, project: Path) -> None:
    (project / "t.jsonl").write_text(text([span("a", 0, 10), span("b", 2, 4, service="db", parent="nobody")]) + "{")
    done = run("trace", "show", "t.jsonl", check=True)
    assert "2 spans, 1 trace, 2 services" in done.stdout
    assert "1 span whose parent is not in the run" in done.stdout
    assert "the last line (2) is cut" in done.stderr
    body = json.loads(run("trace", "show", "-", "--json", stdin=text([span("a", 0, 10)]), check=True).stdout)
    assert body["operations"][0] == {
        "service": "svc", "name": "a", "n": 1, "p50_ms": 10.0, "p95_ms": 10.0, "p99_ms": 10.0, "measured": 1, "error_share": 0.0,
    }  # fmt: skip
    assert run("trace", "show", "t.jsonl", "--strict").returncode == 65
    assert run("trace", "show", "gone.json").returncode == 66
    assert run("trace", "show").returncode == 64


def test_protobuf_without_the_extra_names_it(run: Run, project: Path, tmp_path: Path) -> None:
    program = tmp_path / "without-proto"
    import sys

    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.modules['opentelemetry.proto.trace.v1.trace_pb2'] = None\n"
        "from hooks_cli.entry import main\nmain(sys.argv[1:])\n"
    )
    program.chmod(0o700)
    done = run("trace", "show", str(REAL / "duckdb-otlp_traces.pb"), program=program)
    assert done.returncode == 69
    assert "hooks-cli[otel]" in done.stderr
