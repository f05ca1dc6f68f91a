"""How well search finds what was meant: recall at five for words, meaning, and both together.

The questions and documents are tests/fixtures/search_quality.jsonl: `question` asks in other words than the answer is written in,
`keywords` are short queries as prompts contain them. They are stored and searched through the product itself; `bm25, plain` is the
same search with all three columns of equal weight, as the yardstick. The rest compares embedding models, with all documents in
memory; tokenlearn-static-model takes part when it is installed.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from hooks_cli.environment import Environment
from hooks_cli.model.entry import Draft
from hooks_cli.operations.searching import Request, search_store
from hooks_cli.store import entries
from hooks_cli.store.embedded import EmbeddedStore, open_store
from scripts.benchmarks.tables import Result, Row

FIXTURE = Path(__file__).parents[2] / "tests/fixtures/search_quality.jsonl"
AT = 5
KINDS = ("question", "keywords")


def read_fixture() -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """The documents and the questions."""
    rows = [json.loads(line) for line in FIXTURE.read_text().splitlines()]
    return [r for r in rows if r["kind"] == "document"], [r for r in rows if r["kind"] in KINDS]


def stored(documents: list[dict[str, object]], folder: str) -> tuple[EmbeddedStore, Environment]:
    """A store with the documents."""
    environment = Environment({**os.environ, "HOOKS_HOME": folder, "CLAUDE_PROJECT_DIR": folder})
    store = open_store(environment)
    with store.writing() as tx:
        for document in documents:
            draft = Draft(str(document["key"]), str(document["text"]), tags=json.dumps(document["tags"]))
            entries.put(tx, draft)
    return store, environment


def found(store: EmbeddedStore, environment: Environment, text: str, method: str) -> list[str]:
    """The addresses of the five best results."""
    request = Request(text, AT)
    request.semantic = "" if method == "keyword" else method
    return [hit.entry.address for hit in search_store(store, environment, request).hits]


def recall(questions: list[dict[str, object]], answers: list[list[str]], at: int = AT) -> float:
    """The share of questions whose answer is among the first `at` results."""
    good = [bool(set(question["answer"]) & set(got[:at])) for question, got in zip(questions, answers, strict=True)]  # type: ignore[arg-type]
    return sum(good) / len(good)


def figures(name: str, questions: list[dict[str, object]], answers: list[list[str]]) -> Row:
    """A row: the name, then recall at five and at one for each kind of question."""
    row: list[object] = [name]
    for kind in KINDS:
        chosen = [(q, a) for q, a in zip(questions, answers, strict=True) if q["kind"] == kind]
        asked, got = [q for q, _ in chosen], [a for _, a in chosen]
        row += [f"{recall(asked, got):.3f}", f"{recall(asked, got, 1):.3f}"]
    return row


def by_model(name: str, documents: list[dict[str, object]], questions: list[dict[str, object]], embed: object) -> Row:
    """The same by meaning alone with any embedding function (texts -> array)."""
    import numpy

    def unit(vectors: object) -> object:
        array = numpy.asarray(vectors, dtype=numpy.float32)
        return array / numpy.maximum(numpy.linalg.norm(array, axis=1, keepdims=True), 1e-9)

    texts = [f"{' '.join(str(d['key']).replace('_', ' ').split('/'))}. {d['text']}" for d in documents]
    scores = unit(embed([q["text"] for q in questions])) @ unit(embed(texts)).T  # type: ignore[operator,attr-defined]
    best = numpy.argsort(-scores, axis=1)[:, :AT]
    return figures(name, questions, [[str(documents[i]["key"]) for i in row] for row in best])


def product(documents: list[dict[str, object]], questions: list[dict[str, object]]) -> list[Row]:
    """The rows of the product's own searches."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        store, environment = stored(documents, folder)
        store.query("INSERT INTO search(search, rank) VALUES('rank', 'bm25(1.0, 1.0, 1.0)')")
        plain = [found(store, environment, str(q["text"]), "keyword") for q in questions]
        rows.append(figures("bm25, plain", questions, plain))
        store.query("INSERT INTO search(search, rank) VALUES('rank', 'bm25(8.0, 5.0, 1.0)')")
        for method in ("keyword", "semantic", "hybrid"):
            answers = [found(store, environment, str(q["text"]), method) for q in questions]
            rows.append(figures(f"memory search, {method}", questions, answers))
        store.close()
    return rows


def models(documents: list[dict[str, object]], questions: list[dict[str, object]]) -> list[Row]:
    """The rows of the models that were compared."""
    from hooks_cli.integrations import embedding

    model = embedding.load()
    rows = [by_model("wordllama, 256 dimensions", documents, questions, model.embed)]
    for size in (128, 64):
        name = f"wordllama, {size} dimensions"
        rows.append(by_model(name, documents, questions, lambda texts, size=size: model.embed(texts)[:, :size]))
    try:
        from static_model import get_embeddings
    except ImportError:
        return rows
    return [*rows, by_model("tokenlearn-static-model, 64", documents, questions, get_embeddings)]


def run(quick: bool) -> Result:
    """Measure; without --quick also the models. Raises ExtraMissing without hooks-cli[semantic]."""
    documents, questions = read_fixture()
    counts = ", ".join(f"{sum(q['kind'] == kind for q in questions)} {kind}" for kind in KINDS)
    result = Result("search-quality")
    header = ("search", *[f"{kind} @{at}" for kind in KINDS for at in (AT, 1)])
    rows = product(documents, questions)
    result.table(f"recall over {len(documents)} documents, {counts}", header, rows)
    if not quick:
        result.table("embedding models alone", header, models(documents, questions))
    result.remarks.append(
        "A question asks in other words than its answer is written in; keywords are as prompts type them."
    )
    return result
