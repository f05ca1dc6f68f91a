"""The second question set is what its page says, and the figures of `scripts/bench search-quality` are computed right."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from scripts.benchmarks import locomo, search_baselines, search_sets
from scripts.benchmarks.search_sets import Question

SET = search_sets.project_notes()
FOLDER = search_sets.FIXTURES / "search"


def test_the_set_is_large_enough_and_each_answer_is_a_note() -> None:
    keys = {document.key for document in SET.documents}
    assert len(keys) == len(SET.documents) >= 800
    assert len(SET.of("question")) >= 200 and len(SET.of("question", "held")) >= 100
    assert len(SET.of("nothing")) >= 100
    for question in SET.questions:
        assert question.answer <= keys
        assert bool(question.answer) == (question.kind != "nothing")


def test_the_halves_follow_from_a_hash_of_the_question() -> None:
    for line in (FOLDER / "questions.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["kind"] != "typo":
            odd = hashlib.sha256(row.get("identifier", row["text"]).encode()).digest()[0] & 1
            assert row["half"] == ("held" if odd else "development"), row


def test_every_project_has_its_licence() -> None:
    projects = {document.key.partition("/")[0] for document in SET.documents}
    assert {path.stem for path in (FOLDER / "licences").iterdir()} == projects
    page = (FOLDER / "SOURCES.md").read_text()
    for project in projects:
        number = sum(document.key.startswith(f"{project}/") for document in SET.documents)
        row = next(line for line in page.splitlines() if line.startswith(f"| {project} |"))
        assert row.split("|")[3].strip() == str(number)


def test_recall_and_ranks_are_counted_by_the_first_answer() -> None:
    asked = [Question("question", "a", ["x", "y"]), Question("question", "b", ["z"]), Question("question", "c", ["n"])]
    got = [["p", "y", "x"], ["1", "2", "3", "4", "5", "z"], []]
    assert search_sets.found_within(asked, got) == [1.0, 0.0, 0.0]
    assert search_sets.reciprocal_ranks(asked, got) == [1 / 2, 1 / 6, 0.0]
    low, high = search_sets.interval([1.0] * 60 + [0.0] * 40)
    assert 0.48 < low < 0.6 < high < 0.72
    assert search_sets.difference([1.0, 0.0], [1.0, 0.0]) == (0.0, 0.0)


def test_padding_is_the_same_each_time_and_answers_stay() -> None:
    large = search_sets.padded(SET, 1_200)
    assert len(large.documents) == 1_200
    assert [d.text for d in large.documents] == [d.text for d in search_sets.padded(SET, 1_200).documents]
    assert large.documents[: len(SET.documents)] == SET.documents


def test_baselines_leave_stop_words_out_and_take_any_word() -> None:
    documents = [search_sets.Document("a", "the pool of connections"), search_sets.Document("b", "the the the")]
    assert search_baselines.fts5(documents)("what is the pool", 5) == ["a"]
    assert search_baselines.fts5(documents)("the", 5) == ["b", "a"]
    assert search_baselines.fts5(documents)("?", 5) == []


def test_evidence_is_read_in_each_of_its_writings() -> None:
    assert locomo.evidence({"evidence": ["D8:6; D9:17", "D1:3"]}, "turn") == {"D8:6", "D9:17", "D1:3"}
    assert locomo.evidence({"evidence": ["D8:6", "D8:7"]}, "session") == {"D8"}
    talk: locomo.Talk = {
        "session_1": [{"speaker": "A", "dia_id": "D1:1", "text": "hi", "blip_caption": "a cat"}],
        "session_1_date_time": "noon",
        "qa": [{"question": "who", "evidence": ["D1:1", "D2:1"]}, {"question": "none", "evidence": []}],
    }
    assert [(d.key, d.text) for d in locomo.documents(talk, "turn")] == [("D1:1", "noon\nA: hi [shows a cat]")]
    assert locomo.shares(lambda text, limit: ["D1:1"], talk, "turn") == [(0.5, 0.5)]


def test_the_data_of_locomo_is_not_in_the_tree() -> None:
    root = Path(__file__).parents[2]
    assert not [path for path in (root / "tests").rglob("*locomo*") if path.suffix in (".zip", ".json")]
