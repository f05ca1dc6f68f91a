"""`memory rename`."""

from __future__ import annotations

from tests.conftest import Run


def test_a_rename_onto_something_says_what_to_do(run: Run) -> None:
    for key in ("a", "b"):
        run("memory", "store", key, key, check=True)
    refused = run("memory", "rename", "a", "b")
    assert refused.returncode == 76 and "--overwrite" in refused.stderr and "--if-version" not in refused.stderr
    assert run("memory", "rename", "a", "b", "--overwrite", check=True).stdout
    assert run("memory", "recall", "b", check=True).stdout == "a"


def test_a_rename_may_be_tried(run: Run) -> None:
    run("memory", "store", "a", "v", check=True)
    run("memory", "store", "b", "v", check=True)
    assert (
        run("memory", "rename", "a", "c", "--dry-run", check=True).stdout
        == "Would rename 1 entry to c; nothing was changed.\n  a\n"
    )
    assert run("memory", "rename", "a", "b", "--dry-run").returncode == 76
    run("memory", "rename", "a", "b", "--dry-run", "--overwrite", check=True)
    assert run("memory", "rename", "nobody", "c", "--dry-run").returncode == 1
    assert run("memory", "rename", "a", "c//d", "--dry-run").returncode == 65
    assert run("memory", "recall", "a", check=True).stdout == "v"


def test_a_rename_to_itself_is_refused_and_loses_nothing(run: Run) -> None:
    run("memory", "store", "a/b", "v", check=True)
    for words in (["a/b", "a/b"], ["a/b", "a/b", "--overwrite"], ["--namespace", "a", "b", "b", "--dry-run"]):
        done = run("memory", "rename", *words)
        assert done.returncode == 64 and "a/b is both the old and the new address" in done.stderr
    assert run("memory", "recall", "a/b", check=True).stdout == "v"
