"""Figures as text and Markdown tables, and the machine they were measured on."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence

from scripts.benchmarks.pairs import Figure

Row = Sequence[object]


class Result:
    """One suite: its tables as (title, header, rows), remarks, and everything as data for JSON."""

    def __init__(self, suite: str) -> None:
        self.suite = suite
        self.tables: list[tuple[str, Row, list[Row]]] = []
        self.remarks: list[str] = []
        self.data: dict[str, object] = {}

    def table(self, title: str, header: Row, rows: list[Row]) -> None:
        """Add a table."""
        self.tables.append((title, header, rows))
        self.data[title] = [dict(zip(map(str, header), row, strict=True)) for row in rows]

    def figures(self, title: str, figures: list[Figure]) -> None:
        """Add a table of paired figures."""
        tail = "p99/median (floor's)"
        header = ("command", "ratio", "quartiles", "target", "median ms", tail, "floor ms", "peak MiB", "pairs")
        rows: list[Row] = [
            (
                figure.name,
                f"{figure.ratio:.2f}",
                f"{figure.low:.2f} to {figure.high:.2f}",
                "" if figure.target is None else f"{figure.target:g}",
                f"{figure.median_ms:.1f}",
                f"{figure.tail:.2f} ({figure.floor_tail:.2f})",
                f"{figure.floor_ms:.1f}",
                f"{figure.memory_mib:.1f}",
                figure.pairs,
            )
            for figure in figures
        ]
        self.tables.append((title, header, rows))
        self.data[title] = [figure.row() for figure in figures]


def plain(result: Result) -> str:
    """The suite as text."""
    lines = []
    for title, header, rows in result.tables:
        cells = [[str(cell) for cell in row] for row in (header, *rows)]
        widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
        lines.append(f"\n{result.suite}: {title}")
        for row in cells:
            padded = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
            first, others = row[0].ljust(widths[0]), padded
            lines.append("  " + "  ".join([first, *others]).rstrip())
    lines += [f"  {remark}" for remark in result.remarks]
    return "\n".join(lines) + "\n"


def markdown(result: Result) -> str:
    """The suite as a section of docs/performance.md."""
    parts = [f"## {result.suite}\n\n    scripts/bench {result.suite}\n"]
    for title, header, rows in result.tables:
        body = ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in (header, *rows)]
        body.insert(1, "|" + "---|" * len(header))
        parts.append(f"{title}\n\n" + "\n".join(body) + "\n")
    parts += [f"{remark}\n" for remark in result.remarks]
    return "\n".join(parts)


def machine() -> dict[str, str]:
    """What it was measured on, in words that name no one's machine."""
    model = ""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            model = next((line.partition(":")[2].strip() for line in info if line.startswith("model name")), "")
    except OSError:
        pass
    from hooks_cli.system.apsw_import import apsw

    return {
        "processor": f"{model or platform.processor()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version()
        + (" (free-threaded)" if not getattr(sys, "_is_gil_enabled", lambda: True)() else ""),
        "sqlite": f"{apsw.sqlite_lib_version()}, {apsw.mc_version}",
    }
