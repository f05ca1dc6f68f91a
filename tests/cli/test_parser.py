"""The two parsers agree: whatever the fast lane accepts, the click program parses to the same call."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import hooks_cli.cli.verb_lookup
from hooks_cli.cli import catalogue, click_app, fast_lane, help_page
from hooks_cli.cli.verb_lookup import GROUP_ALIASES, GROUPS, find, module_name
from hooks_cli.errors import MissingArgument, UnknownOption, UnknownVerb, UsageError
from hooks_cli.model.verb import Call, Verb
from hooks_cli.system.python_startup import complete
from scripts.reference import verb_words

complete()  # the click program does, and Hypothesis wonders at a recursion limit that changes within a test
VERBS = list(catalogue.every_verb())
FLAGS = sorted({flag for verb in VERBS for option in verb.options for flag in option.flags})
a_text = st.text(max_size=8) | st.sampled_from(
    ["", "-", "--", "-1", "true", "false", "text", "json", "a/b", "*", "--help", "-h"]
)
an_invented_flag = st.from_regex(r"--?[a-zA-Z][a-zA-Z0-9-]{0,6}(=.{0,4})?", fullmatch=True)


def a_flag_of(verb: Verb) -> st.SearchStrategy[str]:
    flags = [flag for option in verb.options for flag in option.flags]
    camel = [
        "--" + "".join(w.title() if i else w for i, w in enumerate(f[2:].split("-"))) for f in flags if f[:2] == "--"
    ]
    return st.sampled_from(flags + camel)


@st.composite
def a_line(draw: st.DrawFn) -> list[str]:
    verb = draw(st.sampled_from(VERBS))
    word = draw(st.sampled_from([verb.name, *verb.aliases]))
    group = draw(
        st.sampled_from([verb.group, *[other for other, meant in GROUP_ALIASES.items() if meant == verb.group]])
    )
    words = [group, word] if group else [word]
    flag = a_flag_of(verb)
    joined = st.builds("{}={}".format, flag, a_text)
    return [*words, *draw(st.lists(flag | joined | a_text | an_invented_flag, max_size=8))]


@given(a_line())
@example(["hooks", "--help"])
@example(["memory"])
@example(["hook", "-h"])
@example(["--help"])
@example(["--version"])
@example(["memory", "usage", "--action", "store", "--help"])
@example(["memory", "program", "--help"])
def test_what_the_fast_lane_accepts_click_parses_to_the_same(argv: list[str]) -> None:
    fast = fast_lane.parse(argv)
    if fast is None:
        return
    slow = click_app.parse(argv)
    assert isinstance(slow, Call)
    assert fast.same(slow)
    assert fast.verb is slow.verb


@given(a_line())
def test_what_the_fast_lane_leaves_click_explains(argv: list[str]) -> None:
    if fast_lane.parse(argv) is not None:
        return
    with pytest.raises(UsageError) as raised:
        click_app.parse(argv)
    assert raised.value.exit_code == 64
    assert str(raised.value)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--help"], []), (["-h"], []), (["hooks"], ["hooks"]), (["hook"], ["hooks"]), (["memory", "-h"], ["memory"]),
        (["memory", "store", "k", "--help"], ["memory", "store"]), (["doctor", "--help"], ["doctor"]),
        (["memory", "get", "--help"], ["memory", "recall"]), (["memory", "usage", "store", "-h"], ["memory", "store"]),
    ],
)  # fmt: skip
def test_the_wish_for_help_is_the_verb_help(argv: list[str], words: list[str]) -> None:
    call = fast_lane.parse(argv)
    assert call is not None and call.verb.title == "help"
    assert call.words("command") == words


def test_without_a_word_click_is_asked_first_since_that_is_how_shells_complete() -> None:
    assert fast_lane.parse([]) is None
    call = click_app.parse([])
    assert isinstance(call, Call) and call.verb.title == "help" and not call.values


def shell_lines(verb: Verb) -> list[str]:
    return [line for shown in verb.examples for line in shown.splitlines()]


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.title)
def test_every_verb_has_a_page_and_is_found_by_each_of_its_words(verb: Verb) -> None:
    for word in [verb.name, *verb.aliases]:
        words = [verb.group, word] if verb.group else [word]
        call = fast_lane.parse([*words, "--help"])
        assert call is not None and call.verb.title == "help"
        assert " ".join(call.words("command")) == verb.title
    page = [line for _, line in help_page.verb_page(verb, 100)]
    assert " ".join(page).startswith(f"hooks-cli {verb.title}: {verb.summary} ")
    assert all(len(line) <= 100 for line in page if line not in {f"  {shown}" for shown in shell_lines(verb)})


def test_the_table_of_groups_is_the_folders() -> None:
    folders = {
        entry.name for entry in Path(hooks_cli.commands.__path__[0]).iterdir() if (entry / "__init__.py").exists()
    }
    assert {*GROUPS, catalogue.PROGRAM, "options"} == folders


def test_the_words_of_verbs_are_what_the_declarations_say() -> None:
    assert verb_words.FILE.read_text() == verb_words.page(), "run scripts/make-verb-words"


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.title)
def test_a_declaration_is_complete(verb: Verb) -> None:
    module = sys.modules[module_name(verb.group, verb.name)]
    assert callable(module.run)
    assert find(verb.group, verb.name) == (verb.group, verb.name)
    assert verb.summary.endswith(".")
    assert verb.examples, "no example"
    names = [option.name for option in verb.options]
    flags = [flag for option in verb.options for flag in option.flags]
    assert len(set(names)) == len(names), "two options of one name"
    assert len(set(flags)) == len(flags), "two options of one spelling"
    for option in verb.options:
        assert option.help.endswith((".", ")", "…")), f"{option.flags[0]} has no help text"
        assert option.kind in ("text", "switch", "integer", "choice", "many", "optional")
        assert option.choices or option.kind != "choice"
        assert all(flag == flag.lower() for flag in option.flags if len(flag) > 2), "camelCase is read anyway"
    for positional in verb.positionals:
        assert positional.help.endswith("."), f"{positional.name} has no help text"
    assert not any(positional.many for positional in verb.positionals[:-1])


@pytest.mark.parametrize(
    ("argv", "error", "hint"),
    [
        (["memroy"], UnknownVerb, "memory"),
        (["hep"], UnknownVerb, "help"),
        (["completion", "bash", "--jsno"], UnknownOption, "--json"),
        (["completion", "bash", "--format", "csv"], UsageError, "--help"),
        (["completion", "--format"], MissingArgument, "--help"),
        (["completion", "bash", "zsh"], UsageError, "--help"),
        (["--versoin"], UnknownOption, "--version"),
        (["hooks", "--x"], UnknownOption, "VERB --x"),
        (["hooks", ""], UnknownVerb, "--help"),
        (["../x"], UnknownVerb, "--help"),
        (["hooks", "__init__"], UnknownVerb, "--help"),
    ],
)
def test_a_mistake_is_explained(argv: list[str], error: type[UsageError], hint: str) -> None:
    assert fast_lane.parse(argv) is None
    with pytest.raises(error) as raised:
        click_app.parse(argv)
    assert raised.value.exit_code == 64
    assert hint in raised.value.hint_text
