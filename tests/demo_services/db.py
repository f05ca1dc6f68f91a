"""The database: one query, one row."""

from __future__ import annotations

import time

from opentelemetry import trace
from server import serve


def answer(path: str) -> tuple[int, str]:
    span = trace.get_current_span()
    span.set_attribute("db.system", "demo")
    span.set_attribute("db.statement", "SELECT 1")
    time.sleep(0.002)
    return 200, "1"


serve({"/query": "db.query"}, answer)
