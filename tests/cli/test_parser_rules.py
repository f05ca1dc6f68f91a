"""The word rules of `model.verb`, rule by rule, on declarations made for the purpose."""

from __future__ import annotations

import pytest

from hooks_cli.cli.parser import Mistake, integer_value, kebab, looks_like_option, read
from hooks_cli.model.verb import Call, Option, Positional, Verb

OPTIONS = (
    Option("key", ("--key", "-k")),
    Option("session_id", ("--session-id", "-s")),
    Option("limit", ("--limit", "-n"), kind="integer"),
    Option("tags", ("--tag",), kind="many"),
    Option("success", ("--success",), kind="switch"),
    Option("level", ("--level",), kind="choice", choices=("low", "high")),
)
STRICT = Verb("memory", "keep", "Keep.", OPTIONS, (Positional("key"), Positional("value", many=True)))
LENIENT = Verb("hooks", "tell", "Tell.", OPTIONS, (Positional("key"),))


def understood(verb: Verb, *words: str) -> Call:
    call = read(verb, list(words))
    assert isinstance(call, Call), (call.kind, call.flag, call.word)
    return call


def mistaken(verb: Verb, *words: str) -> Mistake:
    mistake = read(verb, list(words))
    assert isinstance(mistake, Mistake)
    return mistake


@pytest.mark.parametrize(
    "words", [["--key", "a b"], ["--key=a b"], ["-k", "a b"], ["-k=a b"], ["--key", "x", "--key=a b"]]
)
def test_both_spellings_of_a_value_are_the_same_and_the_last_wins(words: list[str]) -> None:
    assert understood(STRICT, *words).values == {"key": "a b"}


@pytest.mark.parametrize("value", ["-", "--", "-5", "- item", "--other", "---", "-x", "", "=", "a=b", "\n", "\x00"])
def test_a_value_may_be_any_word_but_one_of_the_verbs_own_flags(value: str) -> None:
    assert understood(STRICT, "--key", value).values == {"key": value}
    assert understood(STRICT, f"--key={value}").values == {"key": value}
    assert understood(LENIENT, "--key", value).values == {"key": value}


@pytest.mark.parametrize("following", [["--limit", "3"], ["--limit=3"], ["-n", "3"], ["--sessionId", "x"], []])
def test_an_own_flag_in_the_place_of_the_value_means_that_it_is_missing(following: list[str]) -> None:
    assert understood(LENIENT, "--key", *following).missing == ["key"]
    mistake = mistaken(STRICT, "--key", *following)
    assert (mistake.kind, mistake.flag) == ("missing", "--key")


def test_what_is_given_later_is_not_missing() -> None:
    assert understood(LENIENT, "--key", "-n", "3", "--key", "a").missing == []


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (["--success"], True),
        (["--success", "true"], True),
        (["--success=YES"], True),
        (["--success", "false"], False),
        (["--success=0"], False),
        (["--success", "--limit", "1"], True),
        (["--success", "false", "--success"], True),
    ],
)
def test_a_switch_stands_bare_or_takes_a_yes_or_no(words: list[str], value: bool) -> None:
    for verb in (STRICT, LENIENT):
        assert understood(verb, *words).values["success"] is value


def test_a_switch_leaves_any_other_word_where_it_is() -> None:
    assert understood(STRICT, "--success", "name").values == {"success": True, "key": "name"}
    assert mistaken(STRICT, "--success=maybe").kind == "switch"
    assert understood(LENIENT, "--success=maybe").unknown == [("success", "maybe")]
    assert understood(LENIENT, "--success=").missing == ["success"]


def test_a_choice_is_one_of_its_choices() -> None:
    assert understood(STRICT, "--level", "HIGH").values == {"level": "high"}
    assert mistaken(STRICT, "--level", "medium").kind == "choice"
    assert mistaken(STRICT, "--level=").kind == "choice"


def test_a_lenient_verb_takes_a_choice_that_is_none_for_a_bare_switch() -> None:
    call = understood(LENIENT, "--level", "name")
    assert (call.values, call.unknown) == ({"key": "name"}, [("level", "true")])
    assert understood(LENIENT, "--level", "--success").unknown == [("level", "true")]
    assert understood(LENIENT, "--level").unknown == [("level", "true")]
    assert understood(LENIENT, "--level=medium").unknown == [("level", "medium")]


def test_an_integer_is_a_whole_number() -> None:
    assert understood(STRICT, "--limit", "-5").values == {"limit": -5}
    assert mistaken(STRICT, "--limit", "5m").kind == "integer"
    assert understood(LENIENT, "--limit", "5m").unknown == [("limit", "5m")]
    assert understood(LENIENT, "--limit", "").missing == ["limit"]
    assert [integer_value(w) for w in ("7", "+7", "1_0", "٣", "9" * 19, "-", "", "1.5")] == [7, 7, *[None] * 6]


def test_many_gives_a_list() -> None:
    assert understood(STRICT, "--tag", "a", "--tag=b").values == {"tags": ["a", "b"]}


def test_camel_case_is_read_when_the_other_is_known() -> None:
    assert understood(STRICT, "--sessionId", "x").values == {"session_id": "x"}
    assert understood(STRICT, "--sessionID=x").values == {"session_id": "x"}
    assert understood(LENIENT, "--otherName", "x").unknown == [("otherName", "x")]
    assert kebab("--getHTTPUrl2Go") == "--get-httpurl2-go"


def test_a_lenient_verb_keeps_what_it_does_not_know() -> None:
    call = understood(
        LENIENT, "--train", "--depth", "3", "--near=-1", "--offset", "-2", "-z", "-", "name", "more", "--", "--key"
    )
    assert call.unknown == [
        ("train", "true"),
        ("depth", "3"),
        ("near", "-1"),
        ("offset", "-2"),
        ("z", "true"),
        ("argument", "name"),
        ("argument", "more"),
        ("argument", "--key"),
    ]
    assert call.values == {"key": "-"}


def test_strict_makes_it_refuse_them() -> None:
    assert mistaken(LENIENT, "--strict", "--train").flag == "--train"
    assert mistaken(LENIENT, "-z", "--strict").flag == "-z"
    assert mistaken(LENIENT, "a", "b", "--strict").kind == "extra"
    assert mistaken(STRICT, "--train").kind == "unknown"


def test_plain_words_fill_the_positionals() -> None:
    assert understood(STRICT, "k", "a", "--limit", "1", "b").values == {"key": "k", "value": ["a", "b"], "limit": 1}
    assert understood(STRICT, "k", "--", "--limit", "-h").values == {"key": "k", "value": ["--limit", "-h"]}
    assert understood(STRICT, "k", "-1", "-", "- x", "---").values == {"key": "k", "value": ["-1", "-", "- x", "---"]}
    assert understood(STRICT).values == {}
    assert understood(STRICT, "").values == {"key": ""}


def test_a_positional_that_was_given_as_an_option_is_skipped() -> None:
    assert understood(STRICT, "--key", "k", "a", "b").values == {"key": "k", "value": ["a", "b"]}


def test_too_many_words_are_refused() -> None:
    verb = Verb("memory", "one", "One.", (), (Positional("key"),))
    assert mistaken(verb, "a", "b").word == "b"


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["a", "--nonsense-before", "-h"], ["--limit", "--help"]])
def test_help_is_asked_for(words: list[str]) -> None:
    assert mistaken(LENIENT, *[w for w in words if w != "--limit"]).kind == "help"


@pytest.mark.parametrize(
    ("word", "option"),
    [
        ("-x", True),
        ("--name", True),
        ("--name=a b\n-", True),
        ("--a:b", True),
        ("-rf", True),
        ("-", False),
        ("--", False),
        ("---", False),
        ("-5", False),
        ("--5", False),
        ("- x", False),
        ("-- x", False),
        ("--é", False),
        ("--a b", False),
        ("--=", False),
        ("word", False),
        ("", False),
    ],
)
def test_what_looks_like_an_option(word: str, option: bool) -> None:
    assert looks_like_option(word) is option


def test_another_programs_options_are_accepted_and_told_apart() -> None:
    call = understood(STRICT, "k", "--reasoningbank", "v", "--backend", "agentdb")
    assert call.values == {"key": "k", "value": ["v"]}
    assert call.unknown == [("reasoningbank", "true"), ("backend", "agentdb")]
    assert call.foreign == ["--reasoningbank", "--backend"]
    call = understood(LENIENT, "--trainNeural", "false", "--zork", "1", "--train-patterns", "k")
    assert call.unknown == [("trainNeural", "false"), ("zork", "1"), ("train-patterns", "true")]
    assert call.foreign == ["--trainNeural", "--train-patterns"]
    assert call.values == {"key": "k"}


def test_a_family_of_names_is_accepted_with_its_value_when_there_is_one() -> None:
    one = Verb("memory", "one", "One.", (), (Positional("key"),))
    assert understood(one, "--with-embedding", "k").values == {"key": "k"}
    call = understood(one, "k", "--embedding-kind", "small")
    assert (call.values, call.unknown) == ({"key": "k"}, [("embedding-kind", "small")])


def test_strict_refuses_what_nobody_knows_and_not_another_programs_options() -> None:
    assert understood(LENIENT, "--train-neural", "true", "--strict").foreign == ["--train-neural"]
    assert mistaken(LENIENT, "--train-neural", "--zork", "--strict").flag == "--zork"


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (["--sum"], True),
        (["--sum", "false"], False),
        (["--sum", "Done, all"], "Done, all"),
        (["--sum", "--key", "k"], True),
    ],
)
def test_an_optional_value(words: list[str], value: object) -> None:
    verb = Verb("hooks", "end", "End.", (Option("sum", ("--sum",), kind="optional"), Option("key", ("--key",))))
    assert understood(verb, *words).values["sum"] == value
    assert understood(verb, "--sum", "").missing == ["sum"]


def test_an_empty_word_behind_a_switch_is_a_missing_value_to_a_lenient_verb() -> None:
    call = understood(LENIENT, "--success", "", "k")
    assert (call.values, call.missing) == ({"key": "k"}, ["success"])


def test_a_switchs_word_behind_a_choice_belongs_to_it() -> None:
    call = understood(LENIENT, "--level", "true", "k")
    assert (call.values, call.unknown) == ({"key": "k"}, [("level", "true")])
