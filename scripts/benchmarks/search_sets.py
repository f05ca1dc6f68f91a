"""The question sets of `scripts/bench search-quality`, and the figures that are computed from ranked answers.

A set is documents (address, text, tags) and questions (kind, text, the addresses that answer it, and the half it belongs to). Tuning
looks at the development half only; the other half, chosen by a hash of the question, is held out.
"""

from __future__ import annotations

import json
import random
from itertools import pairwise
from pathlib import Path

FIXTURES = Path(__file__).parents[2] / "tests/fixtures"
RESAMPLES = 2_000


class Document:
    """One entry: `text` is the value as it is stored, `is_json` says that it is JSON."""

    def __init__(self, key: str, text: str, tags: list[str] | None = None, *, is_json: bool = False) -> None:
        self.key = key
        self.text = text
        self.tags = tags or []
        self.is_json = is_json


class Question:
    """One query. `kind` is question, paraphrase, keywords, typo, identifier or nothing; `half` is development, held or "" (no halves)."""

    def __init__(self, kind: str, text: str, answer: list[str], half: str = "") -> None:
        self.kind = kind
        self.text = text
        self.answer = frozenset(answer)
        self.half = half


class QuestionSet:
    """Documents and questions."""

    def __init__(self, name: str, documents: list[Document], questions: list[Question]) -> None:
        self.name = name
        self.documents = documents
        self.questions = questions

    def of(self, kind: str, half: str = "") -> list[Question]:
        """The questions of one kind, of one half or of both."""
        return [q for q in self.questions if q.kind == kind and (not half or q.half == half)]


def lines(path: Path) -> list[dict[str, object]]:
    """The rows of a JSON-lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def short_texts() -> QuestionSet:
    """152 invented short texts; `question` asks in other words than the answer is written in, `keywords` as prompts type."""
    rows = lines(FIXTURES / "search_quality.jsonl")
    documents = [Document(str(r["key"]), str(r["text"]), list(r["tags"])) for r in rows if r["kind"] == "document"]  # type: ignore[call-overload]
    questions = [
        Question(str(r["kind"]), str(r["text"]), list(r["answer"]))  # type: ignore[call-overload]
        for r in rows
        if r["kind"] in ("question", "keywords")
    ]
    return QuestionSet("short invented texts", documents, questions)


def project_notes() -> QuestionSet:
    """Notes out of the documentation and change logs of public projects: tests/fixtures/search/SOURCES.md."""
    documents = []
    for row in lines(FIXTURES / "search/notes.jsonl"):
        if "json" in row:
            documents.append(Document(str(row["key"]), json.dumps(row["json"]), is_json=True))
        else:
            documents.append(Document(str(row["key"]), str(row["text"])))
    questions = [
        Question(str(r["kind"]), str(r["text"]), list(r["answer"]), str(r["half"]))  # type: ignore[call-overload]
        for r in lines(FIXTURES / "search/questions.jsonl")
    ]
    return QuestionSet("notes of public projects", documents, questions)


def padded(questions: QuestionSet, size: int) -> QuestionSet:
    """The same with invented documents up to `size`: chains of word pairs out of the set's own texts, with a fixed seed, so that words
    and their neighbours are as frequent as in real notes."""
    source = random.Random(17)
    words = [word for document in questions.documents for word in document.text.split()]
    following: dict[str, list[str]] = {}
    for word, after in pairwise(words):
        following.setdefault(word, []).append(after)
    documents = list(questions.documents)
    for number in range(size - len(documents)):
        word = source.choice(words)
        text = [word]
        for _ in range(source.randint(30, 130)):
            word = source.choice(following.get(word) or words)
            text.append(word)
        documents.append(Document(f"padding/{number % 97}/{number}", " ".join(text)))
    return QuestionSet(f"{questions.name}, {size:,} entries", documents, questions.questions)


def found_within(questions: list[Question], answers: list[list[str]], at: int = 5) -> list[float]:
    """For each question 1 if an entry that answers it is among the first `at`, else 0."""
    return [float(bool(q.answer & set(got[:at]))) for q, got in zip(questions, answers, strict=True)]


def reciprocal_ranks(questions: list[Question], answers: list[list[str]]) -> list[float]:
    """For each question 1 / the place of the first entry that answers it, 0 when none of the ten does."""
    ranks = []
    for question, got in zip(questions, answers, strict=True):
        places = [place for place, key in enumerate(got[:10], 1) if key in question.answer]
        ranks.append(1 / places[0] if places else 0.0)
    return ranks


def mean(values: list[float]) -> float:
    """The mean; 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


def interval(values: list[float]) -> tuple[float, float]:
    """The bootstrap interval of the mean that holds 95 % (percentiles, fixed seed)."""
    source = random.Random(41)
    means = sorted(mean(source.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return means[RESAMPLES * 25 // 1000], means[RESAMPLES * 975 // 1000]


def difference(ours: list[float], theirs: list[float]) -> tuple[float, float]:
    """The interval of the mean of the differences, question by question (paired bootstrap)."""
    return interval([a - b for a, b in zip(ours, theirs, strict=True)])


def with_interval(values: list[float]) -> str:
    """`.771 (.715 to .827)`."""
    low, high = interval(values)
    return f"{mean(values):.3f} ({low:.3f} to {high:.3f})"
