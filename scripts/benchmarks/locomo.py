"""`scripts/bench locomo FILE`: how much of the evidence of LoCoMo's questions a search puts among its first five and ten.

FILE is `data/locomo10.zip` of the repository snap-research/locomo (CC BY-NC 4.0, so it is not part of this project; its digest is below):
ten conversations of 19 to 32 sessions, 1,986 questions, each with the turns that answer it. Every conversation is a store of its own,
once with an entry for each session and once with an entry for each turn. No language model takes part. A question counts with the share
of its evidence that was found; questions without evidence are left out.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from pathlib import Path

from scripts.benchmarks import search_baselines, search_quality
from scripts.benchmarks.search_baselines import Ranking
from scripts.benchmarks.search_sets import Document, mean
from scripts.benchmarks.tables import Result, Row

DIGEST = "5c342973da4b45c12583c9fc7594d6410880f5aba2c491a0db09db262c906fb5"
PARTS = ("session", "turn")

Talk = dict[str, object]


def conversations(file: Path) -> list[Talk]:
    """The conversations in the archive."""
    with zipfile.ZipFile(file) as archive:
        return [json.loads(archive.read(name)) for name in sorted(archive.namelist()) if name.endswith(".json")]


def said(turn: dict[str, object]) -> str:
    """A turn as text: who says what, and what a picture that is shown with it has on it."""
    picture = f" [shows {turn['blip_caption']}]" if turn.get("blip_caption") else ""
    return f"{turn['speaker']}: {turn['text']}{picture}"


def documents(talk: Talk, part: str) -> list[Document]:
    """The entries of a conversation: one for each session or one for each turn."""
    found = []
    for name, turns in talk.items():
        number = re.fullmatch(r"session_(\d+)", name)
        if not number or not isinstance(turns, list):
            continue
        when = f"{talk.get(name + '_date_time', '')}\n"
        if part == "session":
            found.append(Document(f"D{number[1]}", when + "\n".join([said(turn) for turn in turns])))
        else:
            found += [Document(str(turn["dia_id"]), when + said(turn)) for turn in turns]
    return found


def evidence(question: dict[str, object], part: str) -> set[str]:
    """The addresses of the entries that answer a question; a few are written as one text, `D8:6; D9:17`."""
    turns = re.findall(r"D\d+:\d+", " ".join(question["evidence"]))  # type: ignore[arg-type]
    return {turn.partition(":")[0] if part == "session" else turn for turn in turns}


def shares(ranking: Ranking, talk: Talk, part: str) -> list[tuple[float, float]]:
    """(share of the evidence in the first five, in the first ten) of each question that has evidence."""
    found = []
    for question in talk["qa"]:  # type: ignore[attr-defined]
        wanted = evidence(question, part)
        if wanted:
            got = ranking(str(question["question"]), 10)
            found.append((len(wanted & set(got[:5])) / len(wanted), len(wanted & set(got)) / len(wanted)))
    return found


def measured(talks: list[Talk], part: str) -> list[Row]:
    """A row for each way to search."""
    collected: dict[str, list[tuple[float, float]]] = {}
    for talk in talks:
        entries = documents(talk, part)
        rankings = {"FTS5, OR": search_baselines.fts5(entries), "rank_bm25": search_baselines.rank_bm25(entries)}
        for name, ranking in rankings.items():
            if ranking is not None:
                collected.setdefault(name, []).extend(shares(ranking, talk, part))
        with search_quality.product(entries) as ways:
            for method, ranking in ways.items():
                collected.setdefault(search_quality.NAMES[method], []).extend(shares(ranking, talk, part))
    return [
        (name, f"{mean([five for five, _ in found]):.3f}", f"{mean([ten for _, ten in found]):.3f}", len(found))
        for name, found in collected.items()
    ]


def run_on(file: Path, quick: bool) -> Result:
    """Measure; with --quick two conversations only. Raises OSError or BadZipFile for a file that is not an archive."""
    result = Result("locomo")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    if digest != DIGEST:
        result.remarks.append(f"The file is another one than the published figures are of: its SHA-256 is {digest}.")
    talks = conversations(file)[: 2 if quick else None]
    for part in PARTS:
        header = ("search", "share in first 5", "in first 10", "questions")
        result.table(f"LoCoMo by {part}s, {len(talks)} conversations", header, measured(talks, part))
    return result
