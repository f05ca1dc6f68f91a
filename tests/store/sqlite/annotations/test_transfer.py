"""Origin, mark, relations and reviews go out with an export in every form that can be imported, and come in with an import."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from hooks_cli.environment import Environment
from hooks_cli.model import origin
from hooks_cli.model.entry import Draft
from hooks_cli.store.sqlite import machines
from hooks_cli.store.sqlite.annotations import marks, relations, reviews
from hooks_cli.store.sqlite.rows import entry_writes, journal
from hooks_cli.store.sqlite.store import EmbeddedStore, open_store
from tests.conftest import Run
from tests.stores import check

SCHEMA = Path(__file__).parents[4] / "schemas" / "export.schema.json"
Opened = Callable[[], EmbeddedStore]


@pytest.fixture
def opened(environ: dict[str, str], project: Path) -> Opened:
    """The project's store, opened in this process."""
    return lambda: open_store(Environment(environ, str(project)))


@pytest.fixture
def filled(run: Run, opened: Opened) -> Run:
    """`run` over a store that has a little of each."""
    store = opened()
    with store.writing() as tx:
        for address in ("a/one", "b/two", "b/two"):
            written = entry_writes.put(tx, Draft(address, "a text", origin=origin.AGENT, agent="coder"))
        entry_writes.put(tx, Draft("c/three", "from elsewhere", origin=origin.IMPORT, imported="a folder of Markdown"))
        marks.put(tx, "a/one", marks.WRONG, origin=origin.PERSON, agent="me")
        relations.put(tx, "b/two", relations.SUPERSEDES, "a/one")
        relations.put(tx, "b/two", relations.ABOUT, "src/x.py", digest="d1", git_commit="c0ffee")
        reviews.put(tx, written.revision, reviews.WAITING)
        session = journal.open_session(tx, "s", "pre-task", None).id
        task = journal.open_task(
            tx, "task-1", named=False, session=session, agent=None, description=None, revision=tx.next_revision()
        )
        journal.name_also(tx, task, "task-q1")
        journal.close_task(tx, task, None, word="partly")
    store.close()
    return run


def look(store: EmbeddedStore) -> dict[str, object]:
    found = marks.find(store, "a/one")
    return {
        "origin": store.query(
            "SELECT h.address, e.origin, e.machine FROM entry e JOIN head h ON h.id = e.head ORDER BY e.revision"
        ),
        "mark": found and (found.kind, found.version, found.at, found.origin, found.session, found.agent),
        "relations": [
            (one.kind, one.target, one.version, one.at, one.target_version, one.digest, one.git_commit)
            for one in relations.of(store, ["b/two"])
        ],
        "waiting": [one.address for one in reviews.waiting(store, 0)],
        "task": store.query("SELECT t.name, t.word, t.machine, a.alias FROM task t JOIN task_alias a ON a.task = t.id"),
        "machines": machines.numbers(store),
    }


@pytest.mark.parametrize("form", ["json", "ndjson", "sqlite"])
def test_all_of_it_comes_back_into_an_empty_store(filled: Run, opened: Opened, form: str, tmp_path: Path) -> None:
    store = opened()
    before = look(store)
    store.close()
    target = tmp_path / f"export.{form}"
    filled("memory", "export", "--format", form, "--output", target, check=True)
    elsewhere = {"HOOKS_STORE": str(tmp_path / "other.db"), "HOOKS_HOME": str(tmp_path / "other-home")}
    filled("memory", "import", target, env=elsewhere, check=True)
    environment = Environment({"HOME": str(tmp_path), **elsewhere}, str(tmp_path))
    other = open_store(environment)
    check(other)
    assert look(other) == before
    assert other.query(
        "SELECT DISTINCT coalesce(imported, '') LIKE 'an export of this program%' FROM entry ORDER BY 1"
    ) == [(0,), (1,)]
    assert other.query("SELECT imported FROM entry WHERE origin = 4") == [("a folder of Markdown",)], "as it was before"
    other.close()
    again = filled("memory", "import", target, env=elsewhere, check=True)
    assert "4 there" in again.stdout or "already" in again.stdout, again.stdout


def test_the_export_fits_its_schema_and_a_part_carries_its_own(filled: Run) -> None:
    validator = Draft202012Validator(json.loads(SCHEMA.read_text()))
    whole = json.loads(filled("memory", "export", check=True).stdout)
    validator.validate(whole)
    part = json.loads(filled("memory", "export", "--namespace", "b", "--versions", "head", check=True).stdout)
    validator.validate(part)
    (entry,) = part["entries"]
    assert entry["origin"] == "agent" and len(entry["machine"]) == 32 and entry["review"] == "waiting"
    assert [one["kind"] for one in entry["relations"]] == ["supersedes", "about"]
    assert whole["entries"][0]["mark"]["kind"] == "wrong" and "mark" not in entry
    for text in filled("memory", "export", "--format", "ndjson", check=True).stdout.splitlines():
        validator.validate(json.loads(text))


def test_a_table_has_them_as_cells(filled: Run) -> None:
    import csv
    import io

    rows = list(
        csv.DictReader(
            io.StringIO(filled("memory", "export", "--format", "csv", "--versions", "all", check=True).stdout)
        )
    )
    assert [row["origin"] for row in rows] == ["agent", "agent", "agent", "import"]
    assert json.loads(rows[0]["mark"])["agent"] == "me" and rows[3]["imported"] == "a folder of Markdown"
    assert rows[1]["relations"] == "" and len(json.loads(rows[2]["relations"])) == 2


def test_a_mark_that_was_taken_away_here_stays_away(filled: Run, opened: Opened, tmp_path: Path) -> None:
    filled("memory", "export", "--output", tmp_path / "export.json", check=True)
    store = opened()
    with store.writing() as tx:
        tx.next_revision()
        marks.remove(tx, "a/one")
    store.close()
    filled("memory", "import", tmp_path / "export.json", check=True)
    store = opened()
    assert marks.find(store, "a/one") is None and relations.to(store, "a/one", relations.SUPERSEDES) == []
    store.close()


@pytest.mark.parametrize(
    "changes",
    [
        {"mark": {"kind": "odd", "version": 1, "at": "2025-10-17T12:00:00.000Z"}},
        {"mark": {"kind": "stale"}},
        {"mark": []},
        {"relations": [{"kind": "link", "target": 7, "version": 1, "at": "2025-10-17T12:00:00.000Z"}]},
        {"relations": {"kind": "link"}},
        {"relations": [{"kind": "", "target": "a", "version": 1, "at": "2025-10-17T12:00:00.000Z"}]},
        {"machine": 5},
    ],
)
def test_what_is_no_mark_is_refused_with_its_entry(run: Run, tmp_path: Path, changes: dict[str, object]) -> None:
    entry = {
        "key": "k",
        "data": "v",
        "key_version": 1,
        "created_at": "2025-10-17T12:00:00.000Z",
        "state": "live",
        **changes,
    }
    header = {"record": "header", "kind": "hooks-cli-export", "store_id": "0" * 16, "project": "p"}
    (tmp_path / "export.ndjson").write_text(f"{json.dumps(header)}\n{json.dumps({'record': 'entry', **entry})}\n")
    done = run("memory", "import", tmp_path / "export.ndjson")
    assert "refused" in done.stdout + done.stderr and done.returncode in (0, 65), done
    assert run("memory", "recall", "k").returncode == 1
    run("memory", "verify")
