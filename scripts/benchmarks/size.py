"""Bytes on disk after GC and vacuum, against the same data as NDJSON."""

from __future__ import annotations

import os
import subprocess

from scripts.benchmarks.bulk import ndjson
from scripts.benchmarks.scratch import PROGRAM, scratch
from scripts.benchmarks.tables import Result


def run(quick: bool) -> Result:
    """A store made from NDJSON of 200-byte entries, its index included."""
    count = 10_000 if quick else 200_000
    result = Result("size")
    with scratch() as home:
        data = home.folder / "data.ndjson"
        ndjson(data, count)
        with data.open("rb") as lines:
            subprocess.run(
                [PROGRAM, "memory", "store", "--batch"],
                stdin=lines,
                env=home.environ,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        subprocess.run([PROGRAM, "memory", "gc"], env=home.environ, check=True, stdout=subprocess.DEVNULL)
        exported = home.folder / "out.ndjson"
        subprocess.run(
            [PROGRAM, "memory", "export", "--format", "ndjson", "--output", str(exported)],
            env=home.environ,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        path = home.environment.places.store_path
        store = sum(os.path.getsize(path + end) for end in ("", "-wal") if os.path.exists(path + end))
        given, whole = data.stat().st_size, exported.stat().st_size
        rows = [
            ("the store, search index included", f"{store / 1e6:.1f}", f"{store / given:.2f}", "1.75"),
            ("the NDJSON it was made from", f"{given / 1e6:.1f}", "1.00", ""),
            (
                "its own export as NDJSON (whole envelopes)",
                f"{whole / 1e6:.1f}",
                f"{whole / given:.2f}",
                "",
            ),
        ]
        result.table(f"{count:,} entries of 200 bytes", ("", "MB", "ratio", "target"), rows)
    return result
