"""Checks JSON with SQLite's parser (RFC 8259, not JSON5): normal form of metadata, and whether a value is a JSON document."""

from __future__ import annotations

from hooks_cli.errors import InvalidJson

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore


def normal_json(store: EmbeddedStore, text: str, what: str, *, only_object: bool = False) -> str:
    """The JSON text without needless space. `what` names it in the error.

    Raises InvalidJson (65) with the position of the first error, 1 for the first character.
    """
    try:
        valid, place, kind = store.query(
            "SELECT json_valid(?1), json_error_position(?1), CASE WHEN json_valid(?1) THEN json_type(?1) END",
            (text,),
        )[0]
    except Exception as error:
        raise InvalidJson(what=what, position=1, near=f" ({error})") from error
    if not valid:
        position = json_position(text) or place or 1
        raise InvalidJson(what=what, position=position, near=_near(store, text, position))
    if only_object and kind != "object":
        raise InvalidJson(
            f"{what} must be a JSON object, not {kind}. Nothing was stored.", what=what, position=1, near=""
        )
    return str(store.query("SELECT json(?)", (text,))[0][0])


def is_json_document(store: EmbeddedStore, text: str) -> bool:
    """Whether the text is a JSON object or array: what an envelope shows as JSON instead of text."""
    start = text.lstrip(" \t\r\n")[:1]
    return start in ("{", "[") and bool(start) and bool(store.query("SELECT json_valid(?)", (text,))[0][0])


def _near(store: EmbeddedStore, text: str, position: int) -> str:
    """A few characters of the place of an error; nothing of a text that may hold a secret."""
    from hooks_cli.crypto import secret_screen

    guard = store.guard
    if secret_screen.reason("", None, (text,), guard.names, guard.scan) is not None:
        return ""
    squeezed = text.lower().replace("_", "").replace("-", "").replace(" ", "").replace(".", "")
    if any(name in squeezed for name in guard.names):
        return ""  # what is not JSON has no members to tell apart: the name alone is enough
    piece = text[max(0, position - 1) : position + 19]
    return f" near {piece!r}" if piece else " (at its end)"


def json_position(text: str) -> int:
    """Where text stops being JSON (1 for the first character), 0 where Python reads on. Only for errors: SQLite's own answer is lenient."""
    import json

    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.pos + 1
    except (ValueError, RecursionError):
        return 0
    return 0
