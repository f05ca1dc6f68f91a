"""Every hot command against `python -c pass` of the same environment, through the installed script; then again after many calls."""

from __future__ import annotations

import json
import os
from pathlib import Path

from scripts.benchmarks.pairs import Figure, measure, spawn
from scripts.benchmarks.scratch import PROGRAM, Scratch, scratch
from scripts.benchmarks.tables import Result

BARE = """
import apsw, os, sys
path, key = sys.argv[1:]
new = not os.path.exists(path)
db = apsw.Connection(path)
db.set_busy_timeout(30000)
db.execute("PRAGMA cipher='chacha20'").fetchall()
db.execute(f'PRAGMA key="raw:{key}"').fetchall()
if new:
    db.execute("PRAGMA journal_mode=wal").fetchall()
    db.execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT)").fetchall()
db.execute("PRAGMA synchronous=FULL")
db.execute("BEGIN IMMEDIATE"); db.execute("INSERT INTO t(b) VALUES('x')").fetchall(); db.execute("COMMIT")
"""
METADATA = '{"p50_ms":45,"p95_ms":120,"p99_ms":250}'
ONE = 2.0
MORE = 2.5


def commands(home: Scratch) -> list[tuple[str, list[str], str, float]]:
    """(name, argv, standard input, target) of each hot command; {} is the call's number."""
    document = home.project / "document.md"
    document.write_text("# A document\n\n" + "Words that another agent reads. " * 620)
    event = home.folder / "event.json"
    event.write_text(
        json.dumps(
            {
                "session_id": "bench",
                "hook_event_name": "PostToolUse",
                "cwd": str(home.project),
                "tool_name": "Edit",
                "tool_input": {"file_path": str(document), "old_string": "a", "new_string": "b"},
                "tool_response": {"filePath": str(document), "success": True},
            }
        )
    )
    none = "/dev/null"
    baseline = ["--memory-key", "swarm/performance/baseline", "--metadata", METADATA]
    return [
        ("hooks notify (key, metadata)", ["hooks", "notify", "--message", "Baseline {}", *baseline], none, ONE),
        ("hooks notify (message alone)", ["hooks", "notify", "--message", "Baseline {}"], none, ONE),
        ("hooks pre-task", ["hooks", "pre-task", "--description", "Task {}"], none, ONE),
        ("hooks post-task", ["hooks", "post-task", "--task-id", "task-{}"], none, ONE),
        ("memory store", ["memory", "store", "bench/{}", "a value of some words"], none, ONE),
        ("memory recall KEY", ["memory", "recall", "bench/0"], none, ONE),
        ("hooks post-edit (20 kB file, key)", ["hooks", "post-edit", "--file", str(document), "--memory-key", "docs/{}"], none, MORE),
        ("hooks event (PostToolUse)", ["hooks", "event"], str(event), MORE),
        ("hooks session-restore", ["hooks", "session-restore", "--session-id", "bench"], none, MORE),
        ("memory search", ["memory", "search", "words"], none, MORE),
        ("memory list", ["memory", "list", "--limit", "20"], none, MORE),
    ]  # fmt: skip


def run(quick: bool) -> Result:
    """Pairs for each command over a store of 1,000 entries, the floors, and the ten-thousandth call."""
    pairs = 20 if quick else 150
    later = 300 if quick else 10_000
    result = Result("hot")
    with scratch() as home:
        home.fill(1_000)
        for _, argv, stdin, _ in commands(home):
            spawn([PROGRAM, *[word.replace("{}", "0") for word in argv]], home.environ, stdin)
        figures = [_bare(home, pairs)]
        for name, argv, stdin, target in commands(home):
            figures.append(measure(name, [PROGRAM, *argv], home.environ, pairs, stdin=stdin, target=target))
        result.figures("each command, as a ratio to `python -c pass`", figures)
        result.figures("with a schema of the user's own in force", _under_schema(home, pairs))
        argv = commands(home)[0][1]
        first = figures[1]
        for number in range(later):
            spawn([PROGRAM, *[word.replace("{}", str(number)) for word in argv]], home.environ)
        after = measure(f"hooks notify, after {later:,} calls", [PROGRAM, *argv], home.environ, pairs, target=ONE)
        result.figures("the same call after many", [after])
        result.remarks.append(
            f"The call after {later:,} others takes {after.ratio / first.ratio:.2f} of the first one's ratio."
        )
    return result


SCHEMA = """{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "required": ["owner", "status"],
  "properties": {
    "owner": {"type": "string", "minLength": 1},
    "status": {"enum": ["proposed", "accepted", "rejected", "superseded"]},
    "confidence": {"type": "number", "minimum": 0, "maximum": 1},
    "reviewers": {"type": "array", "items": {"type": "string"}, "uniqueItems": true},
    "supersedes": {"type": "string"}
  },
  "if": {"properties": {"status": {"const": "superseded"}}},
  "then": {"required": ["supersedes"]}
}"""
FITTING = '{"owner":"architect-1","status":"accepted","confidence":0.9,"reviewers":["a","b"]}'


def _under_schema(home: Scratch, pairs: int) -> list[Figure]:
    """Two writes that a user's schema describes, and one that it does not."""
    schema, config = home.folder / "decision.json", home.folder / "hooks" / "config" / "config.toml"
    schema.write_text(SCHEMA)
    os.utime(schema, (1_700_000_000, 1_700_000_000))  # a young file's plan is not kept yet
    settings = config.read_text()
    config.write_text(f'{settings}[schemas.patterns]\n"team/decisions/*" = "{schema}"\n')
    notify = [
        "hooks",
        "notify",
        "--message",
        "Decided {}",
        "--memory-key",
        "team/decisions/cache",
        "--metadata",
        FITTING,
    ]
    store = ["memory", "store", "team/decisions/{}", "a value of some words", "--metadata", FITTING]
    other = ["memory", "store", "bench/{}", "a value of some words"]
    for argv in (notify, store, other):
        spawn([PROGRAM, *argv], home.environ)
    figures = [
        measure(name, [PROGRAM, *argv], home.environ, pairs, target=MORE)
        for name, argv in (
            ("hooks notify (key, metadata that fits)", notify),
            ("memory store (metadata that fits)", store),
            ("memory store (an address without a schema)", other),
        )
    ]
    config.write_text(settings)
    return figures


def _bare(home: Scratch, pairs: int) -> Figure:
    """The floor of a durable write: the library alone, its own imports, an encrypted file, one insert."""
    script = home.folder / "bare.py"
    script.write_text(BARE)
    from scripts.benchmarks.pairs import PYTHON

    argv = [PYTHON, str(script), str(home.folder / "bare.db"), "ab" * 32]
    return measure("(the bare library: one durable encrypted write)", argv, home.environ, pairs)


def bare_write(folder: Path) -> list[str]:
    """The command line of the bare write, for other suites."""
    from scripts.benchmarks.pairs import PYTHON

    script = folder / "bare.py"
    script.write_text(BARE)
    return [PYTHON, str(script), str(folder / "bare.db"), "ab" * 32]
