"""Spans and trace ids: against a real OTLP/HTTP receiver on this machine."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from hooks_cli.text.trace_ids import parent_ids, searched, split
from tests.conftest import NEEDS_WHEEL, Run
from tests.house.test_hot_imports import PURELIB, SEES

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"


class Receiver:
    """What an OTLP/HTTP collector got: `requests` of (path, headers, spans with their resource)."""

    def __init__(self, hold: threading.Event | None = None, status: int = 200) -> None:
        from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as service

        self.requests: list[tuple[str, dict[str, str], Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append(
                    (self.path, dict(self.headers.items()), service.ExportTraceServiceRequest.FromString(body))
                )
                if hold is not None:
                    hold.wait(20)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def spans(self) -> list[Any]:
        return [
            span
            for _, _, told in self.requests
            for resource in told.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def resource(self) -> dict[str, Any]:
        return attributes(self.requests[-1][2].resource_spans[0].resource)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    pytest.importorskip("opentelemetry.proto")
    found = Receiver()
    yield found
    found.close()


def attributes(owner: Any) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in owner.attributes}


def log_of(run: Run, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("memory", "log", "--json", *words, check=True).stdout)["log"]
    return found


def test_a_span_tells_verb_outcome_revision_session_and_task(run: Run, receiver: Receiver) -> None:
    env = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint, "TRACEPARENT": PARENT, "TRACESTATE": "vendor=1"}
    run("hooks", "pre-task", "--description", "Do it", "--session-id", "s-1", "--task-id", "t-1", env=env, check=True)
    run("hooks", "notify", "--message", "A word", "--memory-key", "a/b", "--session-id", "s-1", env=env, check=True)
    run("memory", "store", "a/c", "a secret value", "--session-id", "s-1", env=env, check=True)
    assert run("memory", "recall", "nowhere", env=env).returncode == 1
    first, second, third, fourth = receiver.spans()
    assert [span.name for span in receiver.spans()] == [
        "hooks pre-task",
        "hooks notify",
        "memory store",
        "memory recall",
    ]
    for span in (first, second, third, fourth):
        assert span.trace_id.hex() == TRACE and span.parent_span_id.hex() == SPAN and span.trace_state == "vendor=1"
        assert span.kind == span.SPAN_KIND_INTERNAL and 0 < span.start_time_unix_nano <= span.end_time_unix_nano
        assert attributes(span)["hooks_cli.verb"] == span.name
        assert "secret" not in str(span) and "a/b" not in str(span) and "Do it" not in str(span)
    told = attributes(first)
    assert (told["hooks_cli.revision"], told["session.id"], told["hooks_cli.task"]) == (1, "s-1", "t-1")
    assert told["process.exit.code"] == 0 and "error.type" not in told and told["process.pid"] > 0
    assert attributes(second)["hooks_cli.revision"] == 2
    assert attributes(third)["hooks_cli.revision"] == 3
    told = attributes(fourth)
    assert (told["process.exit.code"], told["error.type"], fourth.status.code) == (1, "not-found", 2)
    assert "hooks_cli.revision" not in told
    assert receiver.resource()["service.name"] == "hooks-cli"
    assert {path for path, _, _ in receiver.requests} == {"/v1/traces"}
    by_revision = {line["revision"]: line for line in log_of(run, "--trace", TRACE)}
    assert {revision: line["span_id"] for revision, line in by_revision.items()} == {
        1: first.span_id.hex(),
        2: second.span_id.hex(),
        3: third.span_id.hex(),
    }


def test_a_span_without_a_parent_begins_a_trace(run: Run, receiver: Receiver) -> None:
    env = {
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": receiver.endpoint + "/there",
        "OTEL_EXPORTER_OTLP_HEADERS": "x-token=abc",
        "OTEL_SERVICE_NAME": "swarm",
        "TRACEPARENT": "nonsense",
    }
    run("memory", "store", "a", "b", env=env, check=True)
    (span,) = receiver.spans()
    assert span.parent_span_id == b""
    path, headers, _ = receiver.requests[0]
    assert path == "/there" and headers["x-token"] == "abc" and receiver.resource()["service.name"] == "swarm"
    (line,) = log_of(run, "--trace", span.trace_id.hex()[:12])
    assert (line["trace_id"], line["span_id"]) == (span.trace_id.hex(), span.span_id.hex())


def test_errors_are_named_and_say_nothing_of_the_call(run: Run, receiver: Receiver) -> None:
    env = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint}
    token = "ghp_" + "a1B2" * 9
    run("memory", "store", "a", "b", "--metadata", f'{{"{token}"', env=env)
    run("hooks", "notify", "--message", "x", "--session-id", token, env=env, check=True)
    failed, named = receiver.spans()
    assert attributes(failed)["error.type"] == "invalid-json" and attributes(failed)["process.exit.code"] == 65
    assert not failed.events and not failed.status.message
    assert "session.id" not in attributes(named)
    assert token not in str(receiver.requests)
    detectors = {**env, "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": "process"}
    run("memory", "store", "a", "unheard-of-value", env=detectors, check=True)
    assert "unheard-of-value" not in str(receiver.requests)


def test_what_is_not_sampled_is_not_sent_and_its_ids_are_kept(run: Run, receiver: Receiver) -> None:
    env = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint, "TRACEPARENT": PARENT[:-2] + "00"}
    run("memory", "store", "a", "b", env=env, check=True)
    assert not receiver.requests
    assert [line["trace_id"] for line in log_of(run)] == [TRACE]


def test_the_sdk_can_be_switched_off(run: Run, receiver: Receiver) -> None:
    env = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint, "TRACEPARENT": PARENT, "OTEL_SDK_DISABLED": "true"}
    run("memory", "store", "a", "b", env=env, check=True)
    run("memory", "store", "a", "c", env={**env, "OTEL_SDK_DISABLED": None, "OTEL_TRACES_EXPORTER": "none"}, check=True)
    assert not receiver.requests
    assert [(line["trace_id"], line["span_id"]) for line in log_of(run)] == [(TRACE, SPAN)] * 2


def test_the_console_exporter_prints_json(run: Run) -> None:
    done = run("memory", "store", "a", "b", env={"OTEL_TRACES_EXPORTER": "console"}, check=True)
    assert json.loads(done.stderr)["name"] == "memory store"


def test_a_collector_never_fails_a_command_nor_holds_it_up(run: Run) -> None:
    pytest.importorskip("opentelemetry.proto")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        done = run(
            "memory",
            "store",
            "a",
            "b",
            check=True,
            env={"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{closed.getsockname()[1]}"},
        )
        assert done.stderr == ""
    release = threading.Event()
    for receiver in (Receiver(hold=release), Receiver(status=500)):
        try:
            # The one holds its answer back until this command has ended: it would never end if it waited for that.
            done = run("memory", "store", "a", "c", env={"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint}, check=True)
            assert done.stderr == ""
        finally:
            release.set()
            receiver.close()
    for broken in ("nonsense", "http://[", ""):
        done = run("memory", "store", "a", "d", env={"OTEL_EXPORTER_OTLP_ENDPOINT": broken}, check=True)
        assert done.stderr == ""
    wrong = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}
    assert run("memory", "store", "a", "e", env=wrong, check=True).stderr == ""


def test_without_the_sdk_the_ids_are_kept_and_nothing_is_said(
    run: Run, project: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    hidden = "import sys\nfor name in ('opentelemetry.sdk', 'opentelemetry.exporter'):\n    sys.modules[name] = None\n"
    call = f"{hidden}sys.path.insert(0, {PURELIB!r})\nfrom hooks_cli.entry import main\nmain(sys.argv[1:])\n"
    done = subprocess.run(
        [sys.executable, "-IS", "-c", call, "memory", "store", "a", "b"],
        cwd=project,
        env={**environ, "TRACEPARENT": PARENT, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert [(line["trace_id"], line["span_id"]) for line in log_of(run)] == [(TRACE, SPAN)]


@NEEDS_WHEEL
@pytest.mark.parametrize("variables", [{}, {"TRACEPARENT": PARENT}, {"OTEL_SERVICE_NAME": "x"}])
def test_nothing_of_it_is_imported_without_configuration(
    variables: dict[str, str], project: Path, environ: dict[str, str]
) -> None:
    for line in (["memory", "store", "a", "b"], ["hooks", "notify", "--message", "x"], ["memory", "log"]):
        done = subprocess.run(
            [sys.executable, "-IS", "-c", SEES.format(purelib=PURELIB), *line],
            cwd=project,
            env={**environ, **variables},
            capture_output=True,
            text=True,
        )
        code, names = json.loads(done.stderr.rpartition("LOADED")[2])
        assert code == 0
        assert not [name for name in names if name.startswith(("opentelemetry", "hooks_cli.features.telemetry.span"))]


def test_every_way_of_writing_keeps_the_ids(run: Run) -> None:
    env = {"TRACEPARENT": PARENT}
    run("memory", "store", "a", "b", env=env, check=True)
    run("memory", "store", "--batch", stdin='{"key": "b/1", "value": "x"}\n', env=env, check=True)
    run("memory", "delete", "a", env=env, check=True)
    run("memory", "pin", "b/1", env=env, check=True)
    run("hooks", "post-edit", "--file", "hooks.toml", "--memory-key", "c", env=env, check=True)
    run("memory", "store", "other", "without")
    lines = log_of(run)
    assert [line["trace_id"] for line in lines] == [None] + [TRACE] * (len(lines) - 1)
    assert len(lines) >= 6
    assert len(log_of(run, "--trace", PARENT)) == len(log_of(run, "--trace", TRACE[:8])) == len(lines) - 1
    assert log_of(run, "--trace", "f" * 32) == []
    assert run("memory", "log", "--trace", "xyz").returncode == 64


def test_ids_are_read_as_the_w3c_says() -> None:
    assert parent_ids(PARENT) == f"{TRACE}-{SPAN}"
    assert parent_ids(f"01-{TRACE}-{SPAN}-01-more") == f"{TRACE}-{SPAN}"
    for wrong in (
        "",
        "x",
        PARENT + "-more",
        "ff" + PARENT[2:],
        PARENT.upper(),
        PARENT.replace(TRACE, "0" * 32),
        PARENT.replace(SPAN, "0" * 16),
        PARENT[:-1],
        PARENT.replace("4", "g"),
    ):
        assert parent_ids(wrong) is None, wrong
    assert split(f"{TRACE}-{SPAN}") == (TRACE, SPAN)
    assert split("x") == ("x", None) and split(None) == (None, None)
    assert searched(TRACE[:5] + "-1") is None and searched("g") is None and searched("f" * 33) is None
