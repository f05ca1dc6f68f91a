"""Namespaces as every verb reads them: `default` is none, for what shows as for what takes away."""

from __future__ import annotations

from tests.conftest import Run


def test_default_is_no_namespace_for_every_verb(run: Run) -> None:
    run("memory", "store", "k", "needle", "--namespace", "default", check=True)
    run("memory", "store", "k", "needle", "--namespace", "swarm", check=True)
    assert run("memory", "recall", "k", "--namespace", "default", check=True).stdout == "needle"
    for words in (("list",), ("search", "needle"), ("recall",)):
        found = run("memory", *words, "--namespace", "default", check=True).stdout
        assert "k\t" in found and "swarm/k" in found, words
    assert "Total entries: 2" in run("memory", "stats", "--namespace", "default", check=True).stdout
    assert '"key":"k"' in run("memory", "export", "--namespace", "default", "-o", "-", check=True).stdout.replace(
        " ", ""
    )


def test_what_takes_away_from_default_spares_the_namespaces(run: Run) -> None:
    for key in ("k", "swarm/k"):
        run("memory", "store", key, "v", check=True)
    assert run("memory", "gc", "--namespace", "default").returncode == 64
    dry = run("memory", "delete", "--namespace", "default", "--all", "--dry-run", check=True).stdout
    assert "Would delete 1 entry" in dry and "swarm/k" not in dry
    assert "Deleted 1 entry" in run("memory", "clear", "--namespace", "default/", check=True).stdout
    assert run("memory", "recall", "swarm/k", check=True).stdout == "v"
