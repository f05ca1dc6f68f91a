"""`scripts/bench`: run suites, print tables, write JSON and docs/performance.md."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import time
from pathlib import Path

from scripts.benchmarks import tables

SUITES = {
    "hot": "each hot command against a bare interpreter, through the installed script",
    "shim": "the same call through the npx shim, against the direct one",
    "growth": "the same commands over 1,000 and over 1,000,000 entries",
    "search": "a search over 100,000 entries",
    "bulk": "200,000 entries by `store --batch`, against sqlite-utils",
    "collection": "200,000 versions of which 150,000 are due, with hooks calls beside",
    "crowd": "16 writers, and 100 processes at once",
    "export": "1,000,000 entries as NDJSON, against the sqlite3 shell",
    "size": "bytes on disk against the same data as NDJSON",
    "peers": "claude-flow 2.7.0 and 3.43.0, sqlite-utils, jq over a file",
    "search-quality": "recall@5 of words, semantic and hybrid search, beside FTS5 and rank_bm25",
    "traces": "trace check over 100,000 and 1,000,000 spans, against json.loads; a small file; the receiver",
    "mcp": "mcp start with 1 and 8 clients, against a process per call and server-memory from npm",
    "steps": "what each step between exec and exit costs",
}
# Measured on data that is not part of this project: `scripts/bench locomo FILE`.
FILE_SUITES = {"locomo": "share of the evidence found on LoCoMo's questions; FILE is its data/locomo10.zip"}
DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "performance.md"


def main() -> None:
    """Parse the arguments and run."""
    described = "\n".join(f"  {name:15} {words}" for name, words in {**SUITES, **FILE_SUITES}.items())
    parser = argparse.ArgumentParser(
        "scripts/bench", epilog="suites:\n" + described, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "suites",
        nargs="*",
        metavar="SUITE",
        help="which to run; all without one (quick: hot growth search collection crowd)",
    )
    parser.add_argument("--quick", action="store_true", help="small numbers, under two minutes")
    parser.add_argument("--json", metavar="FILE", help="write the figures as JSON")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    options = parser.parse_args()
    file = None
    if options.suites and options.suites[0] in FILE_SUITES:
        if len(options.suites) != 2 or not Path(options.suites[1]).is_file():
            parser.error(f"{options.suites[0]} takes one file: scripts/bench {options.suites[0]} FILE")
        file = Path(options.suites.pop())
    unknown = [name for name in options.suites if name not in SUITES and not (file and name in FILE_SUITES)]
    if unknown:
        parser.error(f"no suite {unknown[0]}; there are: {', '.join(SUITES)}")
    chosen = options.suites or (["hot", "growth", "search", "collection", "crowd"] if options.quick else list(SUITES))
    machine = tables.machine()
    print("\n".join(f"{name}: {value}" for name, value in machine.items()))
    print(f"load when it began: {os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "")
    collected: dict[str, object] = {"machine": machine}
    for name in chosen:
        begin = time.perf_counter()
        suite = importlib.import_module(f"scripts.benchmarks.{name.replace('-', '_')}")
        result = suite.run_on(file, options.quick) if file else suite.run(options.quick)
        print(tables.plain(result), f" ({name} took {time.perf_counter() - begin:.0f} s)", sep="", flush=True)
        collected[name] = result.data
        if options.write:
            write(result, machine)
    if options.json:
        Path(options.json).write_text(json.dumps(collected, indent=1, default=str) + "\n")


def write(result: tables.Result, machine: dict[str, str]) -> None:
    """Replace the suite's section in the document, between its two marks."""
    begin, end = f"<!-- bench {result.suite} -->", f"<!-- end {result.suite} -->"
    text = DOCUMENT.read_text()
    where = ", ".join(f"{name} {value}" for name, value in machine.items())
    section = f"{begin}\n{tables.markdown(result)}\nMeasured on: {where}.\n{end}"
    if begin in text:
        text = text[: text.index(begin)] + section + text[text.index(end) + len(end) :]
    else:
        text = text.rstrip("\n") + f"\n\n{section}\n"
    DOCUMENT.write_text(text)


main()
