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
            "INSERT INTO search(rowid, address, tags, body) VALUES (?, ?, ?, ?)", (number, *map(separated, columns))
        )
    return connection


def hits(index: apsw.Connection, match: str) -> set[int]:
    return {row[0] for row in index.execute("SELECT rowid FROM search WHERE search MATCH ?", (match,))}


def find(index: apsw.Connection, text: str) -> set[int]:
    understood = understand(text)
    found = hits(index, understood.match) if understood.match else set()
    return found or (hits(index, understood.any) if understood.any else set())


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
    assert understood.kind in ("everything", "syntax", "words", "nothing")
    assert bool(understood.match) == (understood.kind in ("syntax", "words"))
    for match in (understood.match, understood.any):
        if match:
            hits(index, match)  # raises when FTS5 does not take it


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=30))
def test_a_text_that_was_stored_is_found_by_itself(text: str) -> None:
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE VIRTUAL TABLE s USING fts5(body, tokenize='porter unicode61 remove_diacritics 2')")
    connection.execute("INSERT INTO s VALUES (?)", (separated(text.replace("\0", " ")),))
    understood = understand(text)
    if understood.kind != "words" or not text.isascii():
        return
    assert list(connection.execute("SELECT 1 FROM s WHERE s MATCH ?", (understood.match,)))


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
        ("swarm/*", {1, 2, 5}),
        ("swarm/*/baseline", {1}),
        ("*registration*", {2}),
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
        ("where is the registration? (learned)", {2}),
        ("api/user-registration flow", {2, 5}),
        ("NOT partition", {5}),
        ("chaos AND", {5}),
        ("quality: baseline", {1}),
        ("😀", set()),
        ("the of and", {1, 4, 5}),
        ("what of the partition", {5}),
    ],
)
def test_what_is_found(index: apsw.Connection, text: str, found: set[int]) -> None:
    assert find(index, text) == found, (understand(text).match, understand(text).any)


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


def test_common_words_are_left_out_of_the_second_expression_only() -> None:
    understood = understand("where are the baselines")
    assert understood.match == '"where" "are" "the" "baselines"'
    assert understood.any == '"baselines"'
    assert understand("where are the").any == '"where" OR "are" OR "the"'


def test_separated_leaves_other_scripts_alone() -> None:
    for text in ("plain", "→ ✓ café Привет 😀", "", "\ud800"):
        assert separated(text) == text
    assert separated("a数b").replace(PART, "") == "a数b"
    assert separated("数") == PART + "数" + PART
