"""Building blocks of the report: a section, a chart with its table, a table with filters, formatted figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from hooks_cli.features.report.html.elements import Child, element
from hooks_cli.output.plain_text import duration
from hooks_cli.text.units import size_in_words, to_iso

NONE = "–"


@dataclass
class Row:
    """One row of a table; `session` and `agent` are what the page's filters look at, `kind` is a class for its look."""

    cells: Sequence[Child]
    session: str = ""
    agents: Sequence[str] = field(default_factory=list)
    kind: str = ""


def section(name: str, title: str, lede: Child, *content: Child) -> Element:
    """A part of the page with a heading; `name` is its place (`#name`)."""
    return element(
        "section",
        element("h2", title, id=f"{name}-title"),
        element("p", lede, class_="lede"),
        *content,
        id=name,
        aria_labelledby=f"{name}-title",
    )


def empty(text: str, command: str = "") -> Element:
    """What stands where there is nothing: a sentence, and the command that would change it."""
    shown = element("p", text, class_="empty")
    return shown if not command else element("div", shown, element("pre", element("code", command), tabindex="0"))


def figure(caption: str, chart: Element, figures: Element, note: str = "") -> Element:
    """A chart with its caption, and its figures as a table that opens."""
    return element(
        "figure",
        element("figcaption", caption, element("span", note, class_="note") if note else None),
        element("div", chart, class_="plot", tabindex="0", role="group", aria_label=f"Chart: {caption}"),
        element("details", element("summary", "The figures as a table"), figures),
    )


def table(
    caption: str, heads: Sequence[str], rows: Iterable[Row], *, numbers: Sequence[int] = (), filters: bool = False
) -> Element:
    """A table in a box that scrolls sideways where the screen is narrow.

    The first cell of each row is its heading; the columns in `numbers` are aligned as numbers. `filters` lets the page's filters
    hide rows.
    """
    columns = [
        element("th", head, scope="col", class_="n" if place in numbers else None) for place, head in enumerate(heads)
    ]
    body = element("tbody", *[_row(row, numbers) for row in rows])
    made = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *columns)),
        body,
        class_="filtered" if filters else None,
    )
    return element("div", made, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _row(row: Row, numbers: Sequence[int]) -> Element:
    cells = []
    for place, cell in enumerate(row.cells):
        kind = "n" if place in numbers else None
        if place == 0:
            cells.append(element("th", cell, scope="row", class_=kind))
        else:
            cells.append(element("td", NONE if cell is None or cell == "" else cell, class_=kind))
    return element(
        "tr",
        *cells,
        class_=row.kind or None,
        data_session=row.session or None,
        data_agents="\n".join(row.agents) or None,
    )


def badge(text: str, kind: str) -> Element:
    """A word that stands out: `kind` is good, bad, warn or quiet. The word says it, the colour only helps."""
    return element("span", text, class_=f"badge {kind}")


def moment(at: int | None) -> Element | None:
    """A time to the minute, in UTC."""
    if at is None:
        return None
    iso = to_iso(at)
    return element("time", iso[:16].replace("T", " "), datetime=iso)


def length(ms: int | None) -> str:
    """A length of time in words."""
    return "" if ms is None else duration(ms)


def milliseconds(ms: float | None) -> str:
    """A latency: `45 ms`, `4.2 s`."""
    if ms is None:
        return ""
    return f"{number(ms)} ms" if ms < 1000 else f"{number(ms / 1000)} s"


def number(value: float | None) -> str:
    """A number with three significant digits at least, without trailing zeros.

    >>> number(45.0), number(1234567.0), number(0.12345), number(None)
    ('45', '1,234,567', '0.123', '')
    """
    if value is None:
        return ""
    if value == int(value):
        return f"{int(value):,}"
    digits = 1 if abs(value) >= 100 else 2 if abs(value) >= 1 else 3
    return f"{value:,.{digits}f}".rstrip("0").rstrip(".")


def percent(rate: float | None, signed: bool = False) -> str:
    """A share of 0 to 1 in percent; a line is not broken before the sign."""
    if rate is None:
        return ""
    shown = f"{rate * 100:+.1f}" if signed else f"{rate * 100:.1f}"
    return shown.removesuffix(".0") + "\u00a0%"


def size(value: int) -> str:
    """Bytes in words."""
    return size_in_words(value)


def many(count: int, one: str, more: str) -> str:
    """`1 session`, `2 sessions`.

    >>> many(1, "session", "sessions"), many(2000, "session", "sessions")
    ('1 session', '2,000 sessions')
    """
    return f"{count:,} {one if count == 1 else more}"


def short(text: str, limit: int = 34) -> str:
    """A name for an axis: its end counts more than its beginning."""
    return text if len(text) <= limit else "…" + text[-(limit - 1) :]
