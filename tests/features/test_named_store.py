"""`--path FILE.db` of a memory verb: the store that one call uses."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from tests.conftest import Run


def test_the_store_of_one_call(run: Run, project: Path) -> None:
    run("memory", "store", "k", "in the other", "--path", "x.db", check=True)
    assert run("memory", "retrieve", "k").returncode == 1
    assert run("memory", "retrieve", "k", "--path", "./x.db", check=True).stdout == "in the other"
    assert run("memory", "recall", "k", env={"HOOKS_STORE": str(project / "x.db")}, check=True).stdout == "in the other"
    assert json.loads(run("memory", "list", "--path", "x.db", "--json", check=True).stdout)["entries"][0]["key"] == "k"
    run("memory", "purge", "--all", "--force", "--path", "x.db", check=True)
    assert run("memory", "retrieve", "k", "--path", "x.db").returncode == 1


def test_a_file_of_another_program(run: Run, project: Path) -> None:
    with sqlite3.connect(project / "x.db") as connection:
        connection.execute("CREATE TABLE t(a)")
    before = (project / "x.db").read_bytes()
    for words in (["store", "k", "v"], ["retrieve", "k"], ["purge", "--all", "--force"]):
        done = run("memory", *words, "--path", "x.db")
        assert done.returncode == 65 and "hooks-cli memory import x.db" in done.stderr
    assert (project / "x.db").read_bytes() == before


def test_a_store_outside_is_refused(run: Run, tmp_path: Path) -> None:
    done = run("memory", "store", "k", "v", "--path", str(tmp_path / "x.db"))
    assert done.returncode == 64 and "HOOKS_STORE" in done.stderr and not (tmp_path / "x.db").exists()


def test_a_path_that_is_no_stores(run: Run) -> None:
    run("memory", "store", "k", "v", "--path", "src/api.py", check=True)
    assert json.loads(run("memory", "recall", "k", "--json", check=True).stdout)["entries"][0]["metadata"] == {
        "path": "src/api.py"
    }
    assert run("memory", "recall", "k", "--path", "src/api.py").returncode == 64
