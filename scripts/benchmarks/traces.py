"""`trace check` of five constraints over OTLP JSON, against a bare json.loads of the same lines; a small file; the receiver."""

from __future__ import annotations

import http.client
import json
import random
import statistics
import subprocess
import time
from pathlib import Path

from scripts.benchmarks.pairs import PYTHON, measure, spawn, weigh
from scripts.benchmarks.scratch import PROGRAM, scratch
from scripts.benchmarks.tables import Result, Row

NAMES = (
    "api.request", "api.auth", "cache.lookup", "db.query", "api.business_logic", "worker.task_1", "worker.task_2", "api.response",
)  # fmt: skip
RULES = """
[[orchestration.temporal.constraint]]
type = "happens_before"
first = "span:api.auth"
second = "span:cache.lookup"
max_gap_ms = 5000
[[orchestration.temporal.constraint]]
type = "concurrent"
spans = ["worker.task_1", "worker.task_2"]
min_overlap_ms = 1
[[orchestration.temporal.constraint]]
type = "causal_chain"
spans = ["api.request", "cache.lookup", "db.query"]
[[orchestration.temporal.constraint]]
type = "end_to_end_latency"
start = "span:api.request"
end = "span:api.response"
max_duration_ms = 500
p95_max_ms = 200
[[orchestration.temporal.constraint]]
type = "periodic"
span = "api.request"
period_ms = 10
tolerance_ms = 1
"""
FLOOR = "import gc,json,sys\ngc.disable()\nfor line in open(sys.argv[1],'rb'): json.loads(line)\n"
MS = 1_000_000
TARGET, MIB_TARGET, COLD_TARGET, RECEIVER_TARGET = 6, 90, 8, 5_000


def run(quick: bool) -> Result:
    """Ratio of processor-bound times, peak memory at two sizes (linear), a cold small file, spans taken in a second."""
    result = Result("traces")
    sizes = (10_000, 20_000) if quick else (100_000, 1_000_000)
    rows: list[Row] = []
    with scratch() as home:
        rules = home.folder / "rules.toml"
        rules.write_text(RULES)
        for number, size in enumerate(sizes):
            path = home.folder / f"traces-{size}.jsonl"
            write(path, size)
            check = [PROGRAM, "trace", "check", str(rules), str(path)]
            floor = [PYTHON, "-c", FLOOR, str(path)]
            ratios, times = [], []
            for _ in range(1 if quick or number else 7):
                bare = spawn(floor, home.environ)[0]
                took, _, code = spawn(check, home.environ)
                assert code == 0, "the made traces keep the rules"
                ratios.append(took / bare)
                times.append(took)
            peak = weigh(check, home.environ)
            target = f"{TARGET}, {MIB_TARGET} MiB" if number == 0 else ""
            rows.append(
                (
                    f"{size:,} spans",
                    f"{statistics.median(ratios):.2f}",
                    target,
                    f"{statistics.median(times):.2f}",
                    f"{peak:.0f}",
                )
            )
            path.unlink()
        result.table(
            "trace check of five constraints", ("run", "ratio to json.loads", "target", "seconds", "peak MiB"), rows
        )
        small = home.folder / "small.jsonl"
        write(small, 16)
        cold = measure(
            "trace check, 16 spans", [PROGRAM, "trace", "check", str(rules), str(small)], home.environ,
            pairs=10 if quick else 60, target=COLD_TARGET,
        )  # fmt: skip
        result.figures("a small file, against a bare interpreter", [cold])
        rate = receive(home.environ, str(rules), 2_000 if quick else 50_000)
        rows = [("posts of 512 spans, JSON", f"{rate:,.0f}", f"{RECEIVER_TARGET:,}")]
        result.table("trace check --listen", ("what is sent", "spans a second", "target"), rows)
    return result


def write(path: Path, size: int) -> None:
    """OTLP JSON, one trace of 8 spans a line."""
    chance = random.Random(1)
    with path.open("w") as file:
        for number in range(size // len(NAMES)):
            file.write(json.dumps(document(chance, number)) + "\n")


def document(chance: random.Random, number: int) -> dict[str, object]:
    """One trace."""
    trace = f"{chance.getrandbits(128):032x}"
    root = f"{chance.getrandbits(64):016x}"
    begin = 1_700_000_000_000 * MS + number * 10 * MS
    attributes = [
        {"key": "http.request.method", "value": {"stringValue": "GET"}},
        {"key": "http.response.status_code", "value": {"intValue": "200"}},
        {"key": "db.query.text", "value": {"stringValue": "SELECT 1"}},
    ]
    spans = []
    for place, name in enumerate(NAMES):
        length = 9 * MS if place == 0 else 5 * MS if name.startswith("worker") else 900_000
        start = begin + place * MS
        spans.append(
            {
                "traceId": trace,
                "spanId": root if place == 0 else f"{chance.getrandbits(64):016x}",
                "parentSpanId": root if place else "",
                "name": name,
                "kind": 1 if place else 2,
                "startTimeUnixNano": str(start),
                "endTimeUnixNano": str(start + length),
                "attributes": attributes,
                "status": {},
            }
        )
    about = {"attributes": [{"key": "service.name", "value": {"stringValue": "api"}}]}
    return {"resourceSpans": [{"resource": about, "scopeSpans": [{"scope": {"name": "bench"}, "spans": spans}]}]}


def receive(environ: dict[str, str], rules: str, size: int) -> float:
    """Spans a second that `trace check --listen` takes in from one sender."""
    chance = random.Random(2)
    posts = []
    for first in range(0, size // len(NAMES), 64):
        groups = [document(chance, first + number)["resourceSpans"] for number in range(64)]
        posts.append(json.dumps({"resourceSpans": [group for part in groups for group in part]}).encode())  # type: ignore[attr-defined]
    argv = [PROGRAM, "trace", "check", rules, "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(argv, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    address = process.stderr.readline().split("http://")[1].split()[0]
    connection = http.client.HTTPConnection(address, timeout=30)
    begin = time.perf_counter()
    for body in posts:
        connection.request("POST", "/v1/traces", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        answer.read()
    took = time.perf_counter() - begin
    connection.close()
    process.terminate()
    process.communicate()
    return len(posts) * 64 * len(NAMES) / took
