"""An HTTP server for the demo services: GET alone, one span a request."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.propagate import extract, inject
from opentelemetry.trace import SpanKind, StatusCode
from telemetry import tracer

TRACER = tracer()


def serve(spans: dict[str, str], answer: Callable[[str], tuple[int, str]]) -> None:
    """Serve on $PORT; `spans` names the span of each path, other paths are 404; `answer` gives status and text for a path."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path not in spans:
                self.send_error(404)
                return
            with TRACER.start_as_current_span(spans[path], extract(self.headers), SpanKind.SERVER) as span:
                status, text = answer(path)
                if status >= 500:
                    span.set_status(StatusCode.ERROR)
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()


def ask(address: str, path: str, span: str) -> str:
    """GET from another service, in a client span. Raises OSError."""
    with TRACER.start_as_current_span(span, kind=SpanKind.CLIENT):
        headers: dict[str, str] = {}
        inject(headers)
        with urllib.request.urlopen(
            urllib.request.Request(f"http://{address}{path}", headers=headers), timeout=5
        ) as got:
            return str(got.read().decode())
