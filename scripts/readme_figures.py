"""The README's table of figures, taken from the measurements in docs/performance.md: nothing in it is typed by hand."""

from __future__ import annotations

import re

BEGIN, END = "<!-- figures -->\n", "<!-- end figures -->\n"
_HOT = {
    "hooks notify (key, metadata)": "`hooks notify` with a key, durable",
    "memory store": "`memory store`, durable",
    "memory recall KEY": "`memory recall KEY`",
    "memory search": "`memory search`",
    "hooks session-restore": "`hooks session-restore`",
}


def with_figures(readme: str, performance: str) -> str:
    """The README with its table made anew. Raises ValueError when a place or a measurement is missing."""
    if readme.count(BEGIN) != 1 or readme.count(END) != 1:
        raise ValueError("README.md has no place for the figures")
    before, rest = readme.split(BEGIN)
    return before + BEGIN + table(performance) + END + rest.split(END)[1]


def table(performance: str) -> str:
    """The table in Markdown: each command's time as a multiple of `python -c pass`, and its milliseconds on that machine."""
    suite = performance.partition("<!-- bench hot -->")[2].partition("<!-- end hot -->")[0]
    rows = {}
    for line in suite.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 9:
            rows[cells[0]] = cells
    lines = ["| command | times a bare Python start | median |", "|---|---|---|"]
    for name, shown in _HOT.items():
        if name not in rows:
            raise ValueError(f"docs/performance.md has no figure for {name!r}")
        lines.append(f"| {shown} | {rows[name][1]} | {rows[name][4]} ms |")
    found = re.search(r"Measured on: processor (.*?), (\d+) cores?,.*?(python [\d.]+)", suite)
    if found is None:
        raise ValueError("docs/performance.md does not say what it was measured on")
    machine = f"{found[2]} cores of an {found[1]}, {found[3]}".replace("(R)", "")
    return "\n".join(lines) + f"\n\nMedians of paired runs on {machine}, by `scripts/bench hot`.\n"
