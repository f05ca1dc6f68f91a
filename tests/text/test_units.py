"""Durations, times, sizes and globs as people write them."""

from __future__ import annotations

import contextlib

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks_cli.errors import UsageError
from hooks_cli.text import globs
from hooks_cli.text.globs import glob_matches, literal_length
from hooks_cli.text.units import DAY, HOUR, MINUTE, parse_duration, parse_time, size_in_words, to_iso, to_words

NOW = 1_760_702_400_000  # 2025-10-17T12:00:00Z


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7d", 7 * DAY), ("3600", HOUR), ("2h", 2 * HOUR), ("1h30m", 90 * MINUTE), ("1.5 hours", 90 * MINUTE),
        ("90s", 90_000), ("250ms", 250), ("2 weeks", 14 * DAY), ("1 d 2 h", 26 * HOUR), ("0.5d", 12 * HOUR),
        ("24H", DAY), ("1mo", 30 * DAY), ("1y", 365 * DAY), (".5h", 30 * MINUTE),
    ],
)  # fmt: skip
def test_durations(text: str, expected: int) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "d", "-1h", "0", "0s", "1x", "1h30", "7 d d", "1..5h", "1e9d", "99999999999y", ".", "\u0661h", "nan", "1_0s"],
)
def test_no_durations(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_duration(text)
    assert caught.value.exit_code == 64


def test_bare_unit() -> None:
    assert parse_duration("30", bare=DAY) == 30 * DAY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", NOW), ("yesterday", NOW - 36 * HOUR), ("today", NOW - 12 * HOUR), ("2h", NOW - 2 * HOUR),
        ("2 hours ago", NOW - 2 * HOUR), ("3 days ago", NOW - 3 * DAY), ("2025-10-17T12:00:00Z", NOW),
        ("2025-10-17T14:00:00+02:00", NOW), ("2025-10-17T12:00:00", NOW), ("2025-10-17", NOW - 12 * HOUR),
        ("2025-10-17T12:00:00.250Z", NOW + 250), ("2025-10-17t12:00:00z", NOW), ("1760702400", NOW),
        ("1760702400000", NOW), ("2025-10-17 12:00", NOW),
    ],
)  # fmt: skip
def test_times(text: str, expected: int) -> None:
    assert parse_time(text, NOW) == expected


@pytest.mark.parametrize("text", ["", "soon", "17", "2025-13-01", "25:00", "ago", "2025-10-17T12:00:00+99:00", "-2h"])
def test_no_times(text: str) -> None:
    with pytest.raises(UsageError):
        parse_time(text, NOW)


@given(st.integers(0, 253_402_300_799_999))
def test_iso_both_ways(at: int) -> None:
    assert parse_time(to_iso(at), NOW) == at


@given(st.text(max_size=12))
def test_any_text_is_an_answer_or_a_usage_error(text: str) -> None:
    for parse in (parse_duration, lambda t: parse_time(t, NOW)):
        with contextlib.suppress(UsageError):
            assert isinstance(parse(text), int)


def test_words() -> None:
    assert to_words(91 * DAY) == "91 days" and to_words(DAY) == "1 day" and to_words(999) == "0 seconds"


def test_sizes() -> None:
    assert size_in_words(0) == "0 B"
    assert size_in_words(10 << 20) == "10.0 MiB"
    assert size_in_words(1 << 50) == "1024.0 TiB"


CONNECTION = apsw.Connection(":memory:")


@given(st.text("ab/*?[]^-c", max_size=8), st.text("ab/]-^c[é", max_size=6))
def test_globs_are_those_of_sqlite(pattern: str, text: str) -> None:
    expected = CONNECTION.execute("SELECT ?1 GLOB ?2", (text, pattern)).fetchone()
    assert expected is not None
    assert glob_matches(pattern, text) == bool(CONNECTION.execute("SELECT ? GLOB ?", (text, pattern)).fetchone()[0])


def test_a_long_set_is_gone_through_once_for_each_character(monkeypatch: pytest.MonkeyPatch) -> None:
    real, seen = globs._set, []
    monkeypatch.setattr(globs, "_set", lambda *words: seen.append(words) or real(*words))
    assert not glob_matches("*[b-y]x", "ab" * 500)
    assert len(seen) == 2


def test_literal_length() -> None:
    assert literal_length("swarm/*") == 6 and literal_length("[a]") == 0 and literal_length("abc") == 3
