"""HTML elements as objects: stored text can only become text or an attribute's value.

Every text passes `text.escapes.escaped`, which shows control and bidirectional characters instead of letting them act; the serializer
of the standard library escapes the rest. Nothing here makes a link, a style attribute or an event handler, and `element` refuses them.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, tostring

from hooks_cli.text.escapes import escaped

Child = str | int | Element | None | Iterable["Child"]
Value = str | int | float | bool | None

_FORBIDDEN = ("style", "src", "srcdoc", "action", "formaction", "xlink:href")


def element(tag: str, *children: Child, **attributes: Value) -> Element:
    """An element. `class_` is class, `data_x` is data-x; True stands alone, None and False are left out.

    Raises ValueError for an attribute that could act, and for an `href` that does not lead to a place of the page.
    """
    made = Element(tag)
    for name, value in attributes.items():
        name = name.rstrip("_").replace("_", "-")
        if value is None or value is False:
            continue
        if name.startswith("on") or name in _FORBIDDEN or (name == "href" and not str(value).startswith("#")):
            raise ValueError(f"{tag} {name}={value!r} has no place in a report")
        made.set(name, "" if value is True else escaped(str(value)))
    extend(made, children)
    return made


def extend(made: Element, children: Iterable[Child]) -> None:
    """Append texts and elements; None is left out."""
    for child in children:
        if child is None:
            continue
        if isinstance(child, Element):
            made.append(child)
        elif isinstance(child, str | int):
            _append_text(made, escaped(str(child)))
        else:
            extend(made, child)


def raw(tag: str, text: str, **attributes: Value) -> Element:
    """A `style` or `script` with a constant of this package; ValueError for anything that could end it."""
    if "</" in text or "<!--" in text:
        raise ValueError("this text could end its element")
    made = element(tag, **attributes)
    made.text = text
    return made


def _append_text(made: Element, text: str) -> None:
    if len(made):
        made[-1].tail = (made[-1].tail or "") + text
    else:
        made.text = (made.text or "") + text


def document(html: Element) -> str:
    """The whole file."""
    return "<!DOCTYPE html>\n" + tostring(html, encoding="unicode", method="html") + "\n"
