"""Receives traces by OTLP/HTTP on a loopback address: POST /v1/traces, JSON or protobuf, plain or gzip."""

from __future__ import annotations

import gzip
import io
import json
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from hooks_cli.errors import CannotCreate, DataError, ExtraMissing, HooksError, UsageError
from hooks_cli.features.traces.formats import otlp_json, trace_file
from hooks_cli.features.traces.formats.collector import Collector
from hooks_cli.features.traces.spans import KeptFields, TraceRun

MOST_BYTES = 64 << 20  # of one post, after decompression
PORT = 4318  # OTLP/HTTP's own
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Receiver:
    """A server in threads of this process. `wanted` says which attributes are kept.

    `posts` and `refused` count requests; `problem` is set when a post cannot be read here at all (protobuf without the extra `otel`).
    """

    def __init__(self, wanted: KeptFields | None = None, host: str = "127.0.0.1", port: int = 0) -> None:
        """Bind the address; port 0 takes a free one. Raises UsageError (64) for no loopback, CannotCreate (73) for a port in use."""
        if host not in LOOPBACK:
            raise UsageError(
                f"Traces are taken in on a loopback address only; {host} is none.",
                hint=f"Write 127.0.0.1:{port or PORT}.",
            )
        self.collector = Collector(wanted)
        self.posts = self.refused = 0
        self.problem: HooksError | None = None
        self.changed = threading.Event()
        self._lock = threading.Lock()
        kind = type("_Bound", (_Handler,), {"receiver": self})
        try:
            self._server = _Server(("127.0.0.1" if host == "localhost" else host, port), kind)
        except OSError as error:
            raise CannotCreate(path=f"{host}:{port}", reason=error.strerror or str(error)) from None
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def endpoint(self) -> str:
        """What OTEL_EXPORTER_OTLP_ENDPOINT must be for this receiver."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> Receiver:
        """Begin to serve."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Serve no more; what came is kept."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Receiver:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wait(self, seconds: float | None = None) -> None:
        """Serve for so long (None: without end), until SIGINT or SIGTERM, or until `problem` is set. Call it from the main thread."""
        import signal
        import time

        ended = threading.Event()
        before = {sign: signal.signal(sign, lambda *_: ended.set()) for sign in (signal.SIGINT, signal.SIGTERM)}
        deadline = None if seconds is None else time.monotonic() + seconds
        try:
            while not ended.is_set() and self.problem is None and (deadline is None or time.monotonic() < deadline):
                left = 0.2 if deadline is None else min(0.2, deadline - time.monotonic())
                ended.wait(max(left, 0))
        finally:
            for sign, handler in before.items():
                signal.signal(sign, handler)

    def run(self) -> TraceRun:
        """The run of all that came until now, files that were added to `collector` among it."""
        with self._lock:
            collector = self.collector
            if collector.zipkin:
                from hooks_cli.features.traces.formats import zipkin

                zipkin.settle(collector)
            notes = [*collector.notes]
            if self.refused:
                notes.append(f"{self.refused:,} of {self.posts:,} posts were refused")
            return TraceRun(list(collector.spans), notes, list(collector.usage))

    def take(self, path: str, media: str, body: bytes) -> None:
        """Take in one post. Raises DataError (65) for what cannot be read, ExtraMissing (69) for protobuf without the extra."""
        signal = path.rstrip("/").rpartition("/")[2]
        if signal not in ("traces", "metrics", "logs"):
            raise DataError(f"There is no {path} here.")
        with self._lock:
            into = self.collector
            before = len(into.spans)
            try:
                if signal == "logs":
                    return
                if media == "application/json":
                    document = _document(body)
                    if signal == "traces" and otlp_json.resource_spans(document) is None and document:
                        raise DataError("This is not an OTLP trace document.")
                    if document:
                        trace_file.add_document(document, into, "the post")
                elif signal == "metrics":
                    trace_file.add_document(_metrics(body), into, "the post")
                else:
                    from hooks_cli.features.traces.formats import otlp_protobuf

                    if body:
                        otlp_protobuf.add(body, "the post", into)
            except HooksError:
                del into.spans[before:]  # a post counts whole or not at all
                raise
        self.changed.set()


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise DataError(f"The post is not valid JSON: {error}.") from None
    if not isinstance(document, dict):
        raise DataError("The post is not a JSON object.")
    return document


def _metrics(body: bytes) -> dict[str, Any]:
    try:
        from google.protobuf.json_format import MessageToDict
        from google.protobuf.message import DecodeError
        from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData
    except ImportError:
        raise ExtraMissing(feature="Reading OTLP as protobuf", extra="otel") from None
    message = MetricsData()
    try:
        message.ParseFromString(body)
    except DecodeError:
        raise DataError("The post is not an OTLP metrics message.") from None
    return {"resourceMetrics": [], **MessageToDict(message)}


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that is killed in the middle of a post is nothing to print a traceback for."""


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_POST(self) -> None:
        """Answer as the OTLP/HTTP specification has it."""
        media = (self.headers.get("Content-Type") or "").partition(";")[0].strip().lower()
        receiver = self.receiver
        receiver.posts += 1
        try:
            body = self._body()
            if media not in ("application/json", "application/x-protobuf"):
                self._answer(415, "Send application/json or application/x-protobuf.")
                return
            receiver.take(self.path, media, body)
        except ExtraMissing as error:
            receiver.problem = error
            receiver.changed.set()
            self._answer(415, str(error))
        except _TooLarge:
            self.close_connection = True
            self._answer(413, f"At most {MOST_BYTES:,} bytes are taken.")
        except (DataError, ValueError, EOFError, zlib.error, OSError) as error:
            self._answer(404 if "There is no" in str(error) else 400, str(error))
        else:
            self._reply(200, media, b"{}" if media == "application/json" else b"")

    def _body(self) -> bytes:
        if (self.headers.get("Transfer-Encoding") or "").lower() == "chunked":
            body = self._chunks()
        else:
            length = int(self.headers.get("Content-Length") or 0)
            if not 0 <= length <= MOST_BYTES:
                raise _TooLarge
            body = self.rfile.read(length)
            if len(body) < length:
                raise ValueError("The post is cut.")
        encoding = (self.headers.get("Content-Encoding") or "identity").lower()
        if encoding == "gzip":
            with gzip.GzipFile(fileobj=io.BytesIO(body)) as file:
                body = file.read(MOST_BYTES + 1)
            if len(body) > MOST_BYTES:
                raise _TooLarge
        elif encoding != "identity":
            raise ValueError(f"The encoding {encoding} is not known; send gzip or none.")
        return body

    def _chunks(self) -> bytes:
        parts: list[bytes] = []
        size = 0
        while True:
            length = int(self.rfile.readline(64).partition(b";")[0], 16)
            size += length
            if length < 0 or size > MOST_BYTES:
                raise _TooLarge
            part = self.rfile.read(length)
            self.rfile.readline(1024)
            if not length:
                return b"".join(parts)
            parts.append(part)

    def _answer(self, status: int, message: str) -> None:
        self.receiver.refused += 1
        self._reply(status, "application/json", json.dumps({"code": status, "message": message}).encode())

    def _reply(self, status: int, media: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged: what was refused is counted."""


class _TooLarge(Exception):
    """More bytes than a post may have."""
