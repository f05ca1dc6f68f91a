"""Finds shell placeholders that were not expanded in a JSON value, such as `{"score": ${SCORE}}`.

The value is not known; the placeholder is kept as text, so that the rest of the object is not lost with it.
"""

from __future__ import annotations

from hooks_cli.text.json_writer import object_text, quote

WHOLE = "unfilled"
_CLOSING = {"${": "}", "$(": ")", "{{": "}}", "<": ">"}
LONGEST = 200
# How much of a command is named when it was not run.
SHOWN = 60
# Capitals that mean a value of JSON in other languages, and no place for one.
_NO_PLACES = ("TRUE", "FALSE", "NULL", "NAN")


def kept_as_text(text: str) -> tuple[str, list[str]]:
    """The JSON text with each placeholder outside of its strings as a string, and the placeholders. [] when there are none.

    >>> kept_as_text('{"score": ${SCORE}, "name": "${NAME}", "n": $N}')
    ('{"score": "${SCORE}", "name": "${NAME}", "n": "$N"}', ['${SCORE}', '$N'])
    >>> kept_as_text("$metadata")
    ('{"unfilled":"$metadata"}', ['$metadata'])
    >>> kept_as_text('{"a": oops}')
    ('{"a": oops}', [])
    >>> kept_as_text('{"sources": N, "share": XX%}')
    ('{"sources": "N", "share": "XX%"}', ['N', 'XX%'])
    """
    whole = text.strip()
    if whole[:2] == "$(" and whole[-1] == ")":  # a command's whole output, a here-document among them
        return object_text({WHOLE: whole}), [whole if len(whole) <= SHOWN and "\n" not in whole else "$(…)"]
    pieces: list[str] = []
    found: list[str] = []
    at, inside = 0, False
    while at < len(text):
        letter = text[at]
        if inside:
            step = 2 if letter == "\\" else 1
            inside = letter != '"'
        else:
            length = _length(text, at)
            if length:
                found.append(text[at : at + length])
                pieces.append(quote(found[-1]))
                at += length
                continue
            step = 1
            inside = letter == '"'
        pieces.append(text[at : at + step])
        at += step
    if len(found) == 1 and found[0] == text.strip():
        return object_text({WHOLE: found[0]}), found
    return "".join(pieces), found


def _length(text: str, at: int) -> int:
    """How long the placeholder is that begins here, 0 for none."""
    opening = next((sign for sign in _CLOSING if text.startswith(sign, at)), "")
    if opening:
        end = text.find(_CLOSING[opening], at + len(opening), at + LONGEST)
        name = text[at + len(opening) : end] if end > 0 else ""
        if not name or "\n" in name or (opening in ("{{", "<") and '"' in name):
            return 0
        return end + len(_CLOSING[opening]) - at
    if text[at] != "$":
        return _capitals(text, at)
    end = at + 1
    while end < len(text) and (text[end] == "_" or (text[end].isalnum() and text[end].isascii())):
        end += 1
    return end - at if end > at + 1 else 0


def _capitals(text: str, at: int) -> int:
    """How long a word of capitals is that stands in a value's whole place (`N`, `XX%`, `X.X`, `FILE_COUNT`), 0 for none."""
    end = at
    while end < len(text) and (
        text[end] in "_.%" or (text[end].isascii() and (text[end].isupper() or text[end].isdigit()))
    ):
        end += 1
    word = text[at:end]
    alone = text[:at].rstrip()[-1:] in (":", ",", "[") and text[end:].lstrip()[:1] in (",", "}", "]")
    return len(word) if alone and word[:1].isalpha() and word not in _NO_PLACES else 0
