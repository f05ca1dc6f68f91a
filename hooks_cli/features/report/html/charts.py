"""Draws the charts as static SVG, with pygal.

Of pygal's SVG the shapes and texts are kept. Its style sheets, scripts, colours and sizes go (the page's own style sheet, which knows
light and dark, takes their place), and its descriptions of values become titles, so that a pointer over a bar says what it is. To a
screen reader a chart is one image with a name; the table beside it has the figures.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element, fromstring

from hooks_cli.text.escapes import escaped

WIDTH = 1000
# What pygal measures texts with: the largest that the style sheet makes them (on a phone).
_SIZES = {"label_font_size": 14, "major_label_font_size": 14, "legend_font_size": 14, "value_font_size": 14}
LABEL = 34
# Tenths of a pixel are enough, and a third of the size.
_LONG_FRACTION = re.compile(r"(\d+\.\d)\d+")


def draw(
    kind: str, name: str, series: list[tuple[str, list[Any]]], *, labels: list[str] | None = None, **options: Any
) -> Element:
    """A chart of pygal's class `kind`: (title, values) for each series, as an `svg` with the accessible name `name`.

    A value is a number, None, or pygal's dict with `value`, `label` and `node`. `options` are pygal's configuration; `css` names
    classes of ours for the chart.
    """
    import pygal
    from pygal.style import Style

    css = options.pop("css", "")
    settings: dict[str, Any] = {
        "width": WIDTH,
        "height": 300,
        "js": [],
        "css": [],
        "style": Style(font_family="sans-serif", **_SIZES),
        "disable_xml_declaration": True,
        "show_legend": len(series) > 1,
        "legend_at_bottom": True,
        "legend_at_bottom_columns": len(series) if len(series) <= 6 else 4,
        "legend_box_size": 12,
        "truncate_legend": 22,
        "truncate_label": LABEL,
        "margin": 8,
        "no_data_text": "Nothing to show",
        "max_scale": 7,
    }
    chart = getattr(pygal, kind)(**{**settings, **options})
    if labels is not None:
        chart.x_labels = [escaped(label) for label in labels]
    for title, values in series:
        chart.add(escaped(title), values)
    svg = fromstring(chart.render(is_unicode=True))  # noqa: S314 - what pygal made a moment ago
    _clean(svg)
    svg.set("class", f"chart {kind.lower()} {css}".strip())
    svg.set("role", "img")
    svg.set("aria-label", escaped(name))
    return svg


def _clean(parent: Element) -> None:
    """Take away what acts or styles, and turn pygal's descriptions into titles."""
    told: dict[str, str] = {}
    for child in list(parent):
        tag = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
        if tag == "desc":
            told[child.get("class", "")] = (child.text or "").strip()
        if tag in ("", "desc", "title", "style", "script", "defs", "a", "image", "foreignObject"):
            parent.remove(child)
            continue
        child.tag = tag
        if "tooltip-overlay" in child.get("class", "").split():
            parent.remove(child)
            continue
        _clean(child)
    parent.tag = parent.tag.rpartition("}")[2]
    for name, value in list(parent.attrib.items()):
        if name in ("style", "id", "href", "xmlns") or name.startswith(("{", "on")):
            del parent.attrib[name]
        elif name not in ("class", "viewBox"):
            parent.set(name, _LONG_FRACTION.sub(r"\1", value))
    if "value" in told:
        parts = [told.get("label") or told.get("x_label", ""), told["value"]]
        title = Element("title")
        title.text = ": ".join(part for part in parts if part)
        parent.insert(0, title)
