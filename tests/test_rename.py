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
