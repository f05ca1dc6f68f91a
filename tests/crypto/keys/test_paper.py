"""The paper form of a key: every key comes back, and a slip of the pen never gives another key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks_cli.crypto.keys.paper import DIGITS, PaperKeyWrong, form, parse

KEYS = st.binary(min_size=32, max_size=32)


def test_the_form_is_stable() -> None:
    """Papers are kept for years: this form must be read by every later version."""
    assert form(bytes(range(32))) == GOLDEN
    assert parse(GOLDEN) == bytes(range(32))


GOLDEN = """\
1: 000G4 0R40M 30E78
2: 20918 5GR38 E1WG5
3: 8124G K2GAH C5RW4
4: R34D1 P70X3 RFGRY
5: DYQ2M"""


@given(KEYS)
def test_every_key_comes_back(raw: bytes) -> None:
    paper = form(raw)
    assert parse(paper) == raw
    assert [len(line) for line in paper.splitlines()] == [20, 20, 20, 20, 8]


@given(KEYS, st.sampled_from(["", " ", "-", "\n", "  "]), st.booleans())
def test_spacing_case_and_lookalikes_do_not_matter(raw: bytes, between: str, lower: bool) -> None:
    typed = between.join(line.partition(": ")[2].replace(" ", between) for line in form(raw).splitlines())
    typed = typed.replace("0", "O").replace("1", "l")
    assert parse(typed.lower() if lower else typed) == raw


@given(KEYS, st.data())
def test_one_wrong_character_is_found_and_its_line_named(raw: bytes, data: st.DataObject) -> None:
    paper = form(raw)
    places = [at for at, digit in enumerate(paper) if digit in DIGITS and paper[at + 1 : at + 2] != ":"]
    at = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([digit for digit in DIGITS if digit != paper[at]]))
    with pytest.raises(PaperKeyWrong):
        parse(paper[:at] + other + paper[at + 1 :])


@given(KEYS, st.integers(0, 63))
def test_swapped_neighbours_are_found(raw: bytes, at: int) -> None:
    digits = "".join(line.partition(": ")[2].replace(" ", "") for line in form(raw).splitlines())
    swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
    if swapped != digits:
        with pytest.raises(PaperKeyWrong):
            parse(swapped)


@given(KEYS, st.integers(0, 64), st.sampled_from([*DIGITS, "U", "!", "é", "\0"]))
def test_missing_and_added_characters_are_found(raw: bytes, at: int, added: str) -> None:
    digits = "".join(line.partition(": ")[2].replace(" ", "") for line in form(raw).splitlines())
    for typed in (digits[:at] + digits[at + 1 :], digits[:at] + added + digits[at:]):
        with pytest.raises(PaperKeyWrong):
            parse(typed)


@given(KEYS, KEYS)
def test_lines_of_two_keys_do_not_mix(first: bytes, second: bytes) -> None:
    a, b = form(first).splitlines(), form(second).splitlines()
    if a[0] != b[0]:
        with pytest.raises(PaperKeyWrong):
            parse("\n".join([b[0], *a[1:]]))


@given(st.text(max_size=120))
def test_anything_else_is_refused(text: str) -> None:
    try:
        raw = parse(text)
    except PaperKeyWrong as problem:
        assert problem.exit_code == 65
    else:
        assert len(raw) == 32
