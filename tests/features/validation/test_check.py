"""[schemas] mode: what happens to a write that does not fit the schema of its address."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.conftest import Run

BAD = '{"p95_ms":"slow"}'
ADDRESS = "swarm/performance/baseline"


def settings(project: Path, text: str) -> None:
    (project / "hooks.toml").write_text(text)


def test_by_default_a_violation_is_one_line_and_nothing_is_lost(run: Run) -> None:
    done = run("memory", "store", ADDRESS, "x", "--metadata", BAD, check=True)
    assert done.stderr == (
        f"hooks-cli: {ADDRESS} does not fit its schema: metadata: p95_ms is a string, not a number\n"
    )
    assert run("memory", "recall", ADDRESS).stdout == "x"
    done = run("hooks", "notify", "--message", "m", "--memory-key", ADDRESS, "--metadata", BAD, check=True)
    assert "p95_ms is a string" in done.stderr


def test_what_fits_says_nothing(run: Run) -> None:
    good = '{"p50_ms":45,"git_commit":"abc"}'
    assert run("memory", "store", ADDRESS, "x", "--metadata", good, check=True).stderr == ""
    assert run("memory", "store", "elsewhere/performance", "x", "--metadata", BAD, check=True).stderr == ""
    assert run("memory", "store", ADDRESS, "x", "--metadata", '{"p50_ms":1.0}', check=True).stderr == ""
    # The query doubts 2.0 agents; the plan knows that it is an integer.
    assert run("memory", "store", "swarm/topology/a", "x", "--metadata", '{"agents":2.0}', check=True).stderr == ""


def test_strict_stores_nothing(run: Run, project: Path) -> None:
    settings(project, '[schemas]\nmode = "strict"\n')
    done = run("memory", "store", ADDRESS, "x", "--metadata", BAD)
    assert done.returncode == 65
    assert "Nothing was stored" in done.stderr
    assert run("memory", "recall", ADDRESS).returncode == 1
    done = run("hooks", "notify", "--message", "m", "--memory-key", ADDRESS, "--metadata", BAD)
    assert done.returncode == 65
    assert run("memory", "recall", ADDRESS).returncode == 1


def test_off_checks_nothing(run: Run, project: Path) -> None:
    settings(project, '[schemas]\nmode = "off"\n')
    assert run("memory", "store", ADDRESS, "x", "--metadata", BAD, check=True).stderr == ""


@pytest.mark.parametrize(
    "keyword", [{}, {"properties": {"owner": {"pattern": "^[a-z]+$"}}}], ids=["plan", "jsonschema"]
)
def test_a_users_schema_for_a_pattern_takes_the_place_of_the_built_in_one(
    run: Run, project: Path, home: Path, keyword: dict[str, object]
) -> None:
    settings(project, '[schemas]\nmode = "strict"\n[schemas.patterns]\n"swarm/perf*/*" = "mine.json"\n')
    path = project / "mine.json"
    path.write_text(json.dumps({"type": "object", "required": ["owner"], **keyword}))
    os.utime(path, (1_700_000_000, 1_700_000_000))
    for _ in range(2):  # the second time from the cache
        done = run("memory", "store", ADDRESS, "x")
        assert done.returncode == 65
        assert "owner" in done.stderr
    assert run("memory", "store", ADDRESS, "x", "--metadata", '{"owner":"jo","p95_ms":"slow"}', check=True).stderr == ""
    assert list((home / "hooks" / "cache" / "schemas").glob("*.plan"))
    path.write_text("{}")
    assert run("memory", "store", ADDRESS, "y").returncode == 0


def test_a_schema_that_cannot_be_used_is_told_and_in_strict_mode_is_the_end(run: Run, project: Path) -> None:
    settings(project, '[schemas.patterns]\n"a/*" = "mine.json"\n')
    done = run("memory", "store", "a/b", "x", check=True)
    assert "mine.json is not valid: the schema is not there" in done.stderr
    (project / "mine.json").write_text('{"type": "nothing"}')
    done = run("memory", "store", "a/b", "x", check=True)
    assert "not a valid JSON Schema" in done.stderr
    settings(project, '[schemas]\nmode = "strict"\n[schemas.patterns]\n"a/*" = "mine.json"\n')
    assert run("memory", "store", "a/b", "x").returncode == 78


def test_every_way_of_writing_is_checked(run: Run, project: Path) -> None:
    fits, doc = '{"p95_ms":1}', '{"a":1}'
    run("memory", "store", ADDRESS, "x", "--metadata", BAD, check=True)
    run("memory", "store", ADDRESS, doc, "--metadata", fits, check=True)
    run("memory", "store", "elsewhere", doc, "--metadata", BAD, check=True)
    run("memory", "store", "swarm/performance/gone", "x", "--metadata", BAD, check=True)
    run("memory", "delete", "swarm/performance/gone", check=True)
    (project / "list.json").write_text(
        json.dumps([{"key": ADDRESS + "2", "value": "v", "metadata": {"p95_ms": "slow"}}])
    )
    (project / "batch").write_text(json.dumps({"key": ADDRESS, "value": "v", "metadata": {"p95_ms": "slow"}}))
    (project / "f.txt").write_text("text")
    writes = {
        "batch": ["memory", "store", "--batch", "--file", "batch"],
        "notify": ["hooks", "notify", "--message", "m", "--memory-key", ADDRESS, "--metadata", BAD],
        "post-edit": ["hooks", "post-edit", "--file", "f.txt", "--memory-key", ADDRESS, "--metadata", BAD],
        "rename": ["memory", "rename", "elsewhere", "swarm/performance/new"],
        "revert": ["memory", "revert", ADDRESS, "1"],
        "import": ["memory", "import", "list.json"],
    }
    settings(project, '[schemas]\nmode = "strict"\n')
    for name, argv in writes.items():
        done = run(*argv)
        assert (done.returncode, "p95_ms is a string" in done.stderr) == (65, True), (name, done.stderr)
    assert run("memory", "recall", ADDRESS, check=True).stdout == doc
    assert run("memory", "recall", "elsewhere", check=True).stdout == doc
    log = run("memory", "log", "--json", check=True).stdout  # the calls themselves are kept
    assert "Nothing was stored there" in log and '"post-edit"' in log
    run("memory", "undelete", "swarm/performance/gone", check=True)
    settings(project, "")
    run("memory", "revert", ADDRESS, "1", check=True)
    settings(project, '[schemas]\nmode = "strict"\n')
    for argv in (["append", ADDRESS, "more"], ["patch", ADDRESS, "{}"]):
        assert run("memory", *argv).returncode == 65
    settings(project, "")
    done = run("memory", "append", ADDRESS, "more", check=True)
    assert "p95_ms is a string" in done.stderr
    for name, argv in writes.items():
        assert run(*argv).returncode == 0, name
    done = run("memory", "validate")
    assert (done.returncode, done.stderr.count("violations")) == (65, 1)
