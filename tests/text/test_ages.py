"""Ages by which something is removed or left out: `m` is refused, as is what is not an age; the answer says the age."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks_cli.errors import UsageError
from hooks_cli.text.ages import OLDEST, in_words, parse_age
from hooks_cli.text.units import DAY, HOUR, MINUTE, duration_or_none, parse_duration
from tests.conftest import Run, loaded
from tests.stores import START

NO_AGES = (
    "1m",
    "1M",
    " 2 m",
    "1h30m",
    "1d 5M",
    "-5d",
    "-1",
    "0",
    "0d",
    "0.0000000001d",
    "",
    " ",
    "200y",
    "9" * 17 + "y",
    "1e3d",
)
OLD = {"HOOKS_NOW": str(START - 50 * DAY)}
NOW = {"HOOKS_NOW": str(START)}
REMOVING = (
    ("gc", "--older-than"),
    ("gc", "--max-age"),
    ("gc", "--age"),
    ("gc", "-o"),
    ("cleanup", "--older-than"),
    ("clear", "--all", "--age"),
    ("clear", "--all", "--older-than"),
    ("purge", "--all", "--age"),
    ("delete", "*", "--older-than"),
    ("delete", "--namespace", "n", "--all", "--age"),
)


@pytest.mark.parametrize("verb", REMOVING, ids=" ".join)
def test_what_is_no_age_removes_nothing(run: Run, verb: tuple[str, ...]) -> None:
    run("memory", "store", "n/k", "v", env=OLD, check=True)
    for age in NO_AGES:
        assert run("memory", *verb, age, env=NOW).returncode == 64, age
    assert run("memory", "recall", "n/k", env=NOW, check=True).stdout == "v"


def test_the_error_says_what_to_type(run: Run) -> None:
    run("memory", "store", "k", "v", env=OLD, check=True)
    for age in ("1m", "1M"):
        done = run("memory", "gc", "--older-than", age, env=NOW)
        assert done.returncode == 64 and "Write 1min or 1mo" in done.stderr
    for days in ("0", "-1", "36501", "999999999999999999"):
        done = run("memory", "gc", "--days", days, env=NOW)
        assert done.returncode == 64 and "out of range" in done.stderr
    assert run("memory", "list", "--count-only", env=NOW, check=True).stdout == "1\n"


def test_the_answer_says_the_age_in_words(run: Run) -> None:
    run("memory", "store", "k", "v", env=OLD, check=True)
    dry = run("memory", "gc", "--older-than", "1mo", "--dry-run", env=NOW, check=True).stdout
    assert dry.endswith("Age: older than 30 days.\n")
    assert loaded(run("memory", "gc", "--days", "60", "--json", env=NOW, check=True).stdout)["older_than"] == "60 days"
    done = run("memory", "cleanup", "--older-than", "90min", env=NOW, check=True).stdout
    assert done == "Collected 1 version (older than 1 hour 30 minutes).\n"
    assert run("memory", "gc", env=NOW, check=True).stdout == "Nothing to delete.\n"


def test_an_age_that_narrows_is_as_strict(run: Run) -> None:
    run("memory", "store", "k", "v", env=NOW, check=True)
    for verb in (("list",), ("search", "v"), ("export",)):
        for age in ("1m", "1M", "-1d", "0"):
            assert run("memory", *verb, "--max-age", age, env=NOW).returncode == 64, (verb, age)
    assert run("memory", "list", "--max-age", "Last-1mo", "--count-only", env=NOW, check=True).stdout == "1\n"


def test_m_is_minutes_where_nothing_goes_by_age_and_a_capital_one_is_refused(run: Run) -> None:
    for words in (("store", "k", "v", "--ttl", "1M"), ("list", "--since", "1M"), ("touch", "k", "--ttl", "1M")):
        assert run("memory", *words).returncode == 64, words
    run("memory", "store", "k", "v", "--ttl", "90m", env=NOW, check=True)
    later = {"HOOKS_NOW": str(START + 89 * MINUTE)}
    assert run("memory", "list", "--since", "90m", "--count-only", env=later, check=True).stdout == "1\n"
    assert run("memory", "list", "--since", "30m", "--count-only", env=later, check=True).stdout == "0\n"
    assert duration_or_none("1M", 1) is None and parse_duration("2 Min") == 2 * MINUTE and parse_duration("1H") == HOUR


@given(st.integers(1, OLDEST // MINUTE))
def test_an_age_in_minutes_comes_back_in_words(minutes: int) -> None:
    age = parse_age(f"{minutes}min", "--age")
    assert age == minutes * MINUTE
    assert parse_age(in_words(age).replace(",", ""), "--age") == age


@given(st.text(st.sampled_from("0123456789.mMhdwyo -"), max_size=9))
def test_a_text_is_an_age_or_an_error_and_a_bare_m_never_one(text: str) -> None:
    try:
        age = parse_age(text, "--age")
    except UsageError:
        return
    assert 0 < age <= OLDEST
    units = "".join([c if c.isalpha() else " " for c in text]).split()
    assert "m" not in units and "M" not in units
