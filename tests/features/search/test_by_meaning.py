"""Search by meaning, with the real model from its package; and what is said without it."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from hooks_cli.environment import Environment
from hooks_cli.features.search import by_meaning
from hooks_cli.features.search.search import Request, Scored, search_store
from hooks_cli.model.entry import Draft
from hooks_cli.store.sqlite.rows import entry_writes
from hooks_cli.store.sqlite.store import EmbeddedStore, open_store
from tests.conftest import Run

installed = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("wordllama", "numpy", "tokenizers", "safetensors")),
    reason="the extra hooks-cli[semantic] is not installed",
)


@pytest.fixture
def store(tmp_path: Path) -> tuple[EmbeddedStore, Environment]:
    environment = Environment({"HOOKS_HOME": str(tmp_path), "CLAUDE_PROJECT_DIR": str(tmp_path), "HOME": str(tmp_path)})
    opened = open_store(environment)
    put(opened, "fix/locks", "Deadlocks vanish when both transactions take their locks in the same order")
    put(opened, "team/lunch", "The canteen closes at two on Fridays")
    put(opened, "infra/backup", "A copy of the database is made each night and kept for a month")
    return opened, environment


def put(store: EmbeddedStore, address: str, value: str | None) -> None:
    with store.writing() as tx:
        entry_writes.put(tx, Draft(address, value))


def asked(store: tuple[EmbeddedStore, Environment], text: str, method: str = "hybrid") -> list[str]:
    request = Request(text, 3)
    request.semantic, request.any = method, True
    return [hit.entry.address for hit in search_store(*store, request).hits]


def vectors(store: EmbeddedStore) -> set[int]:
    return {row[0] for row in store.query("SELECT DISTINCT revision FROM vector WHERE data IS NOT NULL")}


@installed
@pytest.mark.parametrize("method", ["semantic", "hybrid"])
def test_what_is_meant_is_found_in_other_words(store: tuple[EmbeddedStore, Environment], method: str) -> None:
    assert asked(store, "where do people eat", method)[0] == "team/lunch"
    assert asked(store, "can we restore lost data", method)[0] == "infra/backup"
    assert asked(store, "deadlock", method)[0] == "fix/locks"


@installed
def test_vectors_follow_the_entries(store: tuple[EmbeddedStore, Environment]) -> None:
    opened, _ = store
    asked(store, "anything")
    assert vectors(opened) == {1, 2, 3}
    put(opened, "team/lunch", "Nobody eats here any more")
    assert vectors(opened) == {1, 3}
    put(opened, "infra/backup", None)
    assert vectors(opened) == {1}
    assert asked(store, "backups each night", "semantic") == ["team/lunch", "fix/locks"] or asked(store, "eats")
    assert vectors(opened) == {1, 4}
    opened.query("UPDATE entry SET value = NULL, kind = 3 WHERE revision = 1")
    assert vectors(opened) == {4}


@installed
def test_another_models_vectors_are_made_anew(store: tuple[EmbeddedStore, Environment]) -> None:
    opened, _ = store
    asked(store, "anything")
    opened.query("UPDATE vector SET model = 'older'")
    asked(store, "anything")
    assert {row[0] for row in opened.query("SELECT model FROM vector")} != {"older"}
    assert vectors(opened) == {1, 2, 3}


@installed
def test_vectors_are_encrypted_and_sealed_values_have_none(run: Run, home: Path) -> None:
    run("memory", "store", "service/credentials", "hunter2secretword", check=True)
    run("memory", "store", "a/b", "plain text", check=True)
    done = run("memory", "search", "hunter2secretword", "--semantic", "--json", check=True)
    assert "hunter2secretword" not in done.stdout.replace('"query":"hunter2secretword"', "")
    (file,) = (home / "hooks").rglob("memory.db")
    assert not file.read_bytes().startswith(b"SQLite format 3")


@installed
def test_filters_and_limits_hold_for_meaning_too(run: Run) -> None:
    for number in range(5):
        run("memory", "store", f"a/{number}", "the cat sat on the mat", check=True)
    run("memory", "store", "b/1", "a kitten rests on the rug", "--tags", "pets", check=True)
    body = json.loads(run("memory", "search", "feline", "--semantic", "--any", "-n", "b", "--json", check=True).stdout)
    assert [result["key"] for result in body["results"]] == ["b/1"]
    body = json.loads(
        run("memory", "search", "feline kitten", "-t", "semantic", "--limit", "2", "--json", check=True).stdout
    )
    assert len(body["results"]) == 2 and 0.3 < body["results"][0]["score"] < 1
    shown = run("memory", "search", "cat", "--semantic", check=True).stdout.splitlines()
    assert run("memory", "search", "cat", "--semantic", "--count-only", check=True).stdout == f"{len(shown)}\n"
    body = json.loads(
        run("memory", "search", "x", "--semantic", "--any", "--tags", "pets", "--json", check=True).stdout
    )
    assert [result["key"] for result in body["results"]] == ["b/1"]


@installed
def test_long_texts_are_compared_by_their_passages(store: tuple[EmbeddedStore, Environment]) -> None:
    opened, _ = store
    put(opened, "long", "budget figures of the quarter " * 60 + "the dog barked at the postman " * 5)
    asked(store, "x")
    assert len(opened.query("SELECT 1 FROM vector WHERE revision = 4 AND data IS NOT NULL")) > 1
    assert asked(store, "animals making noise", "semantic")[0] == "long"


def test_fusion_stretches_both_ways_and_weighs_meaning_less_the_more_the_words_say() -> None:
    words = [Scored(3, 12.0, 0.5, [0]), Scored(4, 2.0, 0.25, [1])]
    fused = {one.revision: one for one in by_meaning.fused({1: 0.8, 2: 0.6, 3: 0.4}, words)}
    assert by_meaning.weight_of_meaning(words) == pytest.approx(0.45)
    ranks = {revision: round(one.rank, 3) for revision, one in fused.items()}
    assert ranks == {1: 0.45, 2: 0.225, 3: 0.55, 4: 0.0}
    shares = {revision: round(one.share, 3) for revision, one in fused.items()}
    assert shares == {1: 0.36, 2: 0.27, 3: 0.455, 4: 0.138}
    assert by_meaning.weight_of_meaning([Scored(1, 1.0, 1.0, [0])]) == 0.2
    assert by_meaning.weight_of_meaning([]) == 1.0


@installed
def test_meaning_that_is_near_nothing_answers_nothing(store: tuple[EmbeddedStore, Environment]) -> None:
    request = Request("solve this quadratic equation", 3)
    for request.semantic in ("semantic", "hybrid"):
        result = search_store(*store, request)
        assert (result.hits, result.total) == ([], 0)
    request.semantic, request.any = "hybrid", True
    assert len(search_store(*store, request).hits) == 3


def test_without_the_extra_its_name_is_told(run: Run, project: Path) -> None:
    run("memory", "store", "k", "v", check=True)
    script = (
        "import sys; sys.modules['tokenizers'] = None; "
        "from hooks_cli.entry import main; sys.exit(main(['memory', 'search', {words}]))"
    )
    from tests.conftest import BIN

    done = run("-c", script.format(words="'x', '--method', 'semantic'"), program=BIN / "python")
    assert done.returncode == 69, done.stderr
    assert "hooks-cli[semantic]" in done.stderr and done.stdout == ""
    # What prompts write everywhere goes by words then, and says so.
    done = run("-c", script.format(words="'v', '--semantic'"), program=BIN / "python", check=True)
    assert done.stdout.startswith("k\t") and "by words alone" in done.stderr and "hooks-cli[semantic]" in done.stderr


@installed
def test_both_ways_together_find_more_than_words_alone() -> None:
    from scripts.benchmarks import search_baselines, search_quality, search_sets

    short = search_sets.short_texts()
    questions, keywords = short.of("question"), short.of("keywords")
    assert len(questions) >= 60

    def recall(ranking: search_baselines.Ranking, asked: list[search_sets.Question]) -> float:
        return search_sets.mean(search_sets.found_within(asked, search_quality.answers(ranking, asked)))

    plain = search_baselines.fts5(short.documents)
    with search_quality.product(short.documents) as ways:
        assert recall(ways["hybrid, any"], questions) > recall(plain, questions) + 0.1
        assert recall(ways["hybrid"], keywords) >= recall(plain, keywords)
