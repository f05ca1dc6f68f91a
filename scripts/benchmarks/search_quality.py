"""How well search finds what was meant: recall at five and mean reciprocal rank of words, meaning and both together.

Two sets (`search_sets`): notes of public projects, with a held-out half, and short invented texts. They are stored and searched through
the product itself. Beside them, in the same run, stand plain FTS5 and rank_bm25 (`search_baselines`). Without `--quick` the notes are
also searched among 20,000 entries, and embedding models are compared with all documents in memory.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from hooks_cli.environment import Environment
from hooks_cli.features.search.search import Request, search_store
from hooks_cli.model.entry import Draft
from hooks_cli.store.sqlite.rows import entry_writes
from hooks_cli.store.sqlite.store import open_store
from scripts.benchmarks import search_baselines, search_sets
from scripts.benchmarks.search_baselines import Ranking
from scripts.benchmarks.search_sets import Document, Question, QuestionSet, mean, with_interval
from scripts.benchmarks.tables import Result, Row

LARGE = 20_000
WAYS = ("keyword", "keyword, any", "semantic", "hybrid", "hybrid, any")
NAMES = {
    "keyword": "memory search",
    "keyword, any": "memory search --any",
    "semantic": "--method semantic",
    "hybrid": "--semantic",
    "hybrid, any": "--semantic --any",
}
NOTES_HEADER = (
    "search",
    "development R@5",
    "held out R@5 (95 %)",
    "all R@5",
    "all MRR",
    "R@5 less FTS5's (95 %)",
    "other words R@5",
    "one typo R@5",
    "identifiers R@5",
    "answers nothing (dev, held)",
)


@contextmanager
def product(documents: list[Document]) -> Iterator[dict[str, Ranking]]:
    """The product's own ways to search a store with the documents."""
    with tempfile.TemporaryDirectory() as folder:
        environment = Environment({**os.environ, "HOOKS_HOME": folder, "CLAUDE_PROJECT_DIR": folder})
        store = open_store(environment)
        for start in range(0, len(documents), 1_000):
            with store.writing() as tx:
                for document in documents[start : start + 1_000]:
                    entry_writes.put(tx, Draft(document.key, document.text, tags=json.dumps(document.tags)))

        def way(method: str) -> Ranking:
            def ranked(text: str, limit: int) -> list[str]:
                request = Request(text, limit)
                kind, _, anything = method.partition(", ")
                request.semantic = "" if kind == "keyword" else kind
                request.any = bool(anything)
                return [hit.entry.address for hit in search_store(store, environment, request).hits]

            return ranked

        yield {method: way(method) for method in WAYS}
        store.close()


def answers(ranking: Ranking, questions: list[Question]) -> list[list[str]]:
    """The ten best addresses for each question."""
    return [ranking(question.text, 10) for question in questions]


def notes_row(
    name: str, ranking: Ranking, questions: QuestionSet, floor: list[float] | None
) -> tuple[Row, list[float]]:
    """One row of the first table, and the R@5 of each question; `floor` is FTS5's."""
    asked = questions.of("question")
    got = answers(ranking, asked)
    found = search_sets.found_within(asked, got)
    halves = {
        half: [f for f, q in zip(found, asked, strict=True) if q.half == half] for half in ("development", "held")
    }
    less = "" if floor is None else "{:+.3f} to {:+.3f}".format(*search_sets.difference(found, floor))
    others = []
    for kind in ("paraphrase", "typo", "identifier"):
        chosen = questions.of(kind)
        others.append(f"{mean(search_sets.found_within(chosen, answers(ranking, chosen))):.3f}")
    silent = []
    for half in ("development", "held"):
        chosen = questions.of("nothing", half)
        silent.append(f"{sum(not ranking(q.text, 1) for q in chosen)} of {len(chosen)}")
    row: Row = [
        name,
        f"{mean(halves['development']):.3f}",
        with_interval(halves["held"]),
        f"{mean(found):.3f}",
        f"{mean(search_sets.reciprocal_ranks(asked, got)):.3f}",
        less,
        *others,
        ", ".join(silent),
    ]
    return row, found


def notes_table(questions: QuestionSet) -> list[Row]:
    """The baselines and the product's ways over the notes."""
    row, floor = notes_row("FTS5, OR", search_baselines.fts5(questions.documents), questions, None)
    rows = [row]
    other = search_baselines.rank_bm25(questions.documents)
    if other is not None:
        rows.append(notes_row("rank_bm25", other, questions, floor)[0])
    with product(questions.documents) as ways:
        rows += [notes_row(NAMES[method], ranking, questions, floor)[0] for method, ranking in ways.items()]
    return rows


def short_row(name: str, ranking: Ranking, questions: QuestionSet) -> Row:
    """A row: recall at five and at one for each kind of question of the short texts."""
    row: list[object] = [name]
    for kind in ("question", "keywords"):
        chosen = questions.of(kind)
        got = answers(ranking, chosen)
        row.append(with_interval(search_sets.found_within(chosen, got)))
        row.append(f"{mean(search_sets.found_within(chosen, got, 1)):.3f}")
    return row


def short_table(questions: QuestionSet) -> list[Row]:
    """The baselines and the product's ways over the short texts."""
    rows = [short_row("FTS5, OR", search_baselines.fts5(questions.documents), questions)]
    other = search_baselines.rank_bm25(questions.documents)
    if other is not None:
        rows.append(short_row("rank_bm25", other, questions))
    with product(questions.documents) as ways:
        return rows + [short_row(NAMES[method], ranking, questions) for method, ranking in ways.items()]


def by_model(documents: list[Document], embed: object) -> Ranking:
    """A ranking by meaning alone with any embedding function (texts -> array)."""
    import numpy

    def unit(vectors: object) -> object:
        array = numpy.asarray(vectors, dtype=numpy.float32)
        return array / numpy.maximum(numpy.linalg.norm(array, axis=1, keepdims=True), 1e-9)

    texts = [f"{' '.join(d.key.replace('_', ' ').split('/'))}. {d.text}" for d in documents]
    matrix = unit(embed(texts))  # type: ignore[operator]

    def ranked(text: str, limit: int) -> list[str]:
        scores = (unit(embed([text])) @ matrix.T)[0]  # type: ignore[operator,attr-defined]
        return [documents[at].key for at in numpy.argsort(-scores)[:limit]]

    return ranked


def models(questions: QuestionSet) -> list[Row]:
    """The rows of the embedding models that were compared."""
    from hooks_cli.features.search import embedding

    model = embedding.load()
    rows = []
    for size in (256, 128, 64):
        ranking = by_model(questions.documents, lambda texts, size=size: model.embed(texts)[:, :size])
        rows.append(short_row(f"wordllama, {size} dimensions", ranking, questions))
    try:
        from static_model import get_embeddings
    except ImportError:
        return rows
    ranking = by_model(questions.documents, get_embeddings)
    return [*rows, short_row("tokenlearn-static-model, 64", ranking, questions)]


def run(quick: bool) -> Result:
    """Measure both sets; without --quick also among 20,000 entries, and the models. Raises ExtraMissing without the extra semantic."""
    result = Result("search-quality")
    notes, short = search_sets.project_notes(), search_sets.short_texts()
    counts = ", ".join(
        f"{len(notes.of(kind))} {kind}" for kind in ("question", "paraphrase", "typo", "identifier", "nothing")
    )
    result.table(f"{len(notes.documents)} {notes.name}: {counts}", NOTES_HEADER, notes_table(notes))
    if not quick:
        large = search_sets.padded(notes, LARGE)
        result.table(large.name, NOTES_HEADER, notes_table(large))
    kinds = ("question", "keywords")
    header = ("search", *[f"{kind} R@{at}" for kind in kinds for at in (5, 1)])
    counts = ", ".join(f"{len(short.of(kind))} {kind}" for kind in kinds)
    result.table(f"{len(short.documents)} {short.name}: {counts}", header, short_table(short))
    if not quick:
        result.table("embedding models alone, short texts", header, models(short))
    result.remarks.append(
        "R@5: the share of questions with an answer among the first five. Intervals are bootstrapped. The held-out half was not looked "
        "at while constants were chosen."
    )
    return result
