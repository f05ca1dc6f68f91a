"""A user's text as FTS5 expressions, against the real FTS5: never an error, parts and wholes are found."""

from __future__ import annotations

import doctest

import apsw
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hooks_cli.features.search import query
from hooks_cli.features.search.query import understand
from hooks_cli.text.cjk import PART, separated
from hooks_cli.text.index_words import words

DOCUMENTS = {
    1: ("swarm/performance/baseline", "perf", "Baseline captured: p50=45ms, p95=120ms for the db-failover run"),
    2: (
        "swarm/intelligence/patterns/api_user_registration",
        "",
        "Learned pattern from 1000 traces, see Node.js worker_pool.ts",
    ),
    3: ("notes/数据", "", "数据库连接失败,请重试。データベース"),
    4: ("notes/café", "urgent", "The café's résumé; don't panic. C++ and CI/CD and I/O."),
    5: ("swarm/chaos/experiments", "chaos", "network partition between cache and api"),
}


@pytest.fixture(scope="module")
def index() -> apsw.Connection:
    connection = apsw.Connection(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE search USING fts5(address, tags, body, content='', contentless_delete=1, "
        "tokenize='porter unicode61 remove_diacritics 2')"
    )
    for number, columns in DOCUMENTS.items():
        connection.execute(
            "INSERT INTO search(rowid, address, tags, body) VALUES (?, ?, ?, ?)", (number, *map(words, columns))
        )
    return connection


def hits(index: apsw.Connection, match: str) -> set[int]:
    return {row[0] for row in index.execute("SELECT rowid FROM search WHERE search MATCH ?", (match,))}


def find(index: apsw.Connection, text: str) -> set[int]:
    understood = understand(text)
    return hits(index, understood.shown) if understood.shown else set()


def test_the_examples_in_the_documentation() -> None:
    assert doctest.testmod(query).failed == 0


OPERATORS = st.sampled_from(["AND", "OR", "NOT", "NEAR", "NEAR(", "body", "address:", "tags :", "{address", "baseline"])
SYNTAX = OPERATORS | st.sampled_from(list("(){}:,+*^-\"'\0\\;%_5é数😀\u200b"))
TEXTS = st.lists(SYNTAX | st.text(max_size=8), max_size=25).flatmap(
    lambda parts: st.sampled_from(["", " "]).map(lambda between: between.join(parts))
)


@settings(max_examples=600, deadline=None)
@given(TEXTS)
@example("(" * 5000 + "learned" + ")" * 5000)
@example("(" * 20 + "learned" + ")" * 20)
@example(" NOT ".join(["learned"] * 96))
@example(" OR ".join(["learned"] * 97))
@example("learned " * 12_000)
@example(" ".join(f"w{i}" for i in range(20_000)))
@example('"' + "learned " * 12_000 + '"')
@example('"' * 99_999)
@example("a/" * 50_000)
@example("数据库" * 30_000)
@example("\ud800 \udcff learned")
@example("a\0b")
@example('"a\0b" OR c')
@example("NEAR(a b, 99999999999999999999)")
@example("a* + b")
@example("^" * 100)
@example("-" * 100_000)
def test_no_text_is_an_error(index: apsw.Connection, text: str) -> None:
    understood = understand(text)
    assert understood.kind in ("everything", "syntax", "phrase", "words", "nothing")
    assert bool(understood.match) == (understood.kind in ("syntax", "phrase"))
    assert understood.kind != "words" or len(understood.words) > 1 or understood.wholes
    assert all(0 <= a < len(understood.words) > b >= 0 for a, b in understood.pairs)
    for match in (understood.shown, *understood.wholes, *[word.match for word in understood.words]):
        if match:
            hits(index, match)  # raises when FTS5 does not take it


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=30))
def test_a_text_that_was_stored_is_found_by_itself(text: str) -> None:
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE VIRTUAL TABLE s USING fts5(body, tokenize='porter unicode61 remove_diacritics 2')")
    connection.execute("INSERT INTO s VALUES (?)", (words(text.replace("\0", " ")),))
    understood = understand(text)
    if understood.kind not in ("words", "phrase") or not text.isascii() or understood.globs:
        return
    for match in [word.match for word in understood.words] or [understood.match]:
        assert list(connection.execute("SELECT 1 FROM s WHERE s MATCH ?", (match,))), match


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("swarm/performance/baseline", {1}),
        ("performance", {1}),
        ("baselines", {1}),
        ("api_user_registration", {2}),
        ("registration", {2}),
        ("user_registration", {2}),
        ("db-failover", {1}),
        ("failover", {1}),
        ("p95=120ms", {1}),
        ("node.js", {2}),
        ("worker_pool.ts", {2}),
        ("pool", {2}),
        ("regis*", {2}),
        ("cafe", {4}),
        ("resume", {4}),
        ("don't", {4}),
        ("CI/CD", {4}),
        ("数据库", {3}),
        ("连接", {3}),
        ("失败 重试", {3}),
        ("ベース", {3}),
        ('"network partition"', {5}),
        ('"partition network"', set()),
        ("partition AND cache", {5}),
        ("partition AND baseline", set()),
        ("partition OR baseline", {1, 5}),
        ("swarm NOT partition", {1, 2}),
        ("(partition OR baseline) AND swarm", {1, 5}),
        ("NEAR(network cache, 3)", {5}),
        ("NEAR(network api, 1)", set()),
        ("tags: chaos", {5}),
        ("{address body} : perf*", {1}),
        ("- address : chaos", {5}),
        ("^network", {5}),
        ("network + partition", {5}),
        ("registration baseline", {1, 2}),
        ("microservices|partition", {5}),
        ("where registration? (learned)", {2}),
        ("api/user-registration flow", {2, 5}),
        ("NOT partition", {5}),
        ("chaos AND", {5}),
        ("quality: baseline", {1}),
        ("😀", set()),
        ("the of and", {1, 4, 5}),
        ("what partition", {5}),
    ],
)
def test_what_is_found(index: apsw.Connection, text: str, found: set[int]) -> None:
    assert find(index, text) == found, understand(text).shown


def test_the_kinds_and_their_notes() -> None:
    assert understand("  * ").kind == "everything"
    assert understand("?!").kind == "nothing"
    assert understand("one two").kind == "words"
    assert not understand("one-two (three)").spoilt
    assert understand('one AND "two').spoilt
    assert understand("one AND").spoilt
    assert understand(" ".join(f"w{i}" for i in range(65))).cut
    assert not understand(" ".join(f"w{i}" for i in range(64))).cut
    assert understand("password: x").kind == "words"
    assert understand("body: x").kind == "syntax"
    assert understand("BODY: x").match == '{body} : "x"'


@pytest.mark.parametrize(
    ("text", "globs", "kind", "rest"),
    [
        ("swarm/*", ["swarm/*"], "everything", ""),
        ("*cache*", ["*cache*"], "everything", ""),
        ("JWT.*coordination", ["JWT.*coordination"], "everything", ""),
        ("chaos swarm/*/baseline", ["swarm/*/baseline"], "phrase", "chaos"),
        ("two words a/* b/*", ["a/*", "b/*"], "words", "two words"),
        ("swarm/* AND failover", ["swarm/*"], "phrase", "failover"),
        ("fail*", [], "phrase", "fail*"),
        ("fail* over", [], "words", "fail* over"),
        ('"a/* b"', [], "syntax", '"a/* b"'),
        ("(a OR b*) AND c", [], "syntax", "(a OR b*) AND c"),
        ("what is that?", [], "words", "what is that?"),
        ("**", [], "everything", "**"),
    ],
)
def test_a_glob_is_taken_out_of_the_words(text: str, globs: list[str], kind: str, rest: str) -> None:
    understood = understand(text)
    assert (understood.globs, understood.kind, understood.text) == (globs, kind, rest)


@pytest.mark.parametrize("token", ["checkpoint_loop1", "a/b-c", "review_critical", "E1234", "p95=120ms", "node.js"])
def test_one_token_is_a_phrase(token: str) -> None:
    assert understand(token).kind == "phrase" and not understand(token).words


@pytest.mark.parametrize("stored", ["baseDelay", "base_delay", "BaseDelay", "base-delay", "base delay", "base.delay"])
@pytest.mark.parametrize("asked", ["baseDelay", "base_delay", "BaseDelay", "base delay", "base-delay"])
def test_an_identifier_is_found_in_every_writing(stored: str, asked: str) -> None:
    assert stored_is_found(f"set {stored} to three", asked)
    assert not stored_is_found(f"set {stored} to three", "baseDelays2" if " " not in asked else "base2 delay3")


@pytest.mark.parametrize("stored", ["baseDelay2", "base_delay_2", "BaseDelay2", "base_delay2", "base delay 2"])
@pytest.mark.parametrize("asked", ["baseDelay2", "base_delay_2", "BaseDelay2", "base_delay2"])
def test_a_number_in_an_identifier_may_stand_alone_or_not(stored: str, asked: str) -> None:
    assert stored_is_found(stored, asked)


def test_lower_case_finds_the_identifier_whole() -> None:
    assert stored_is_found("calls getHTTPResponse twice", "gethttpresponse")
    assert stored_is_found("calls getHTTPResponse twice", "get http response")


def stored_is_found(stored: str, asked: str) -> bool:
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE VIRTUAL TABLE s USING fts5(body, tokenize='porter unicode61 remove_diacritics 2')")
    connection.execute("INSERT INTO s VALUES (?)", (words(stored),))
    understood = understand(asked)
    matches = [word.match for word in understood.words] or [understood.match]
    return all(list(connection.execute("SELECT 1 FROM s WHERE s MATCH ?", (match,))) for match in matches)


def test_separated_leaves_other_scripts_alone() -> None:
    for text in ("plain", "→ ✓ café Привет 😀", "", "\ud800"):
        assert separated(text) == text
    assert separated("a数b").replace(PART, "") == "a数b"
    assert separated("数") == PART + "数" + PART
