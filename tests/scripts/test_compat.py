"""scripts/compat over the commonest line of each verb in the sample: what it counts, lists, reads back and ends with."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import BIN, ROOT

SCRIPT = ROOT / "scripts/compat"


@pytest.fixture(scope="module")
def compat() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("compat", str(SCRIPT))
    spec = importlib.util.spec_from_loader("compat", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    loader.exec_module(module)
    sys.dont_write_bytecode = before
    return module


def run_compat(*words: str) -> subprocess.CompletedProcess[str]:
    line = [BIN / "python", SCRIPT, *words, "--program", BIN / "claude-flow"]
    return subprocess.run(line, capture_output=True, text=True, env={"PATH": os.environ["PATH"]}, timeout=300)


def test_the_commonest_line_of_each_verb_is_kept_or_answered(tmp_path: Path, compat: ModuleType) -> None:
    first = {}
    for line in compat.read_corpus(compat.SAMPLE):
        first.setdefault(line.verb, line)
    for line in [line for line in compat.read_corpus(compat.SAMPLE) if line.verb == "memory store"][:3]:
        first[f"store {line.argv[2:3]}"] = line
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("".join(json.dumps({"argv": line.argv, "n": line.n}) + "\n" for line in first.values()))
    done = run_compat(str(corpus), "--goal", "97")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kept or answered: " in done.stdout and "fast lane: 100.00 %" in done.stdout
    assert ", 0 not as they were written" in done.stdout and "read back: 0" not in done.stdout


def test_what_is_refused_is_listed_and_fails_it(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    lines = [["memory", "store", "k", "v"], ["memory", "frob"], ["hooks", "notify", "--message", "a\u0000b"]]
    corpus.write_text("".join(json.dumps({"argv": argv, "n": 5}) + "\n" for argv in lines))
    done = run_compat(str(corpus))
    assert done.returncode == 1
    assert "There is no command memory frob" in done.stdout and "kept or answered: 33.33 %" in done.stdout


def test_absolute_paths_stay_in_the_scratch_project(compat: ModuleType) -> None:
    moved = compat.moved(["memory", "export", "/etc/x.json", "--output=/a/b", "--format", "json"], Path("/p"))
    assert moved == ["memory", "export", "/p/outside/etc/x.json", "--output=/p/outside/a/b", "--format", "json"]
    assert compat.moved(["memory", "store", "/k", "/v"], Path("/p")) == ["memory", "store", "/k", "/v"]
