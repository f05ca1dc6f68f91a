"""`memory store` and `memory recall`: what goes in comes out, byte for byte."""

from __future__ import annotations

import json
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hooks_cli.environment import Environment
from hooks_cli.features.entries.write import StoreRequest, store_value
from hooks_cli.store.sqlite.rows import entries
from hooks_cli.store.sqlite.store import open_store
from tests.conftest import PROGRAM, Run


def test_said_and_kept(run: Run) -> None:
    assert (
        run("memory", "store", "a/b", "one", check=True).stdout == "Stored successfully: a/b (revision 1, version 1)\n"
    )
    assert (
        run("memory", "store", "a/b", "two", check=True).stdout == "Stored successfully: a/b (revision 2, version 2)\n"
    )
    assert run("memory", "recall", "a/b", check=True).stdout == "two"


@pytest.mark.parametrize(
    "words",
    [
        ["k", "a", "b", "c"],
        ["--key", "k", "--value", "a b c"],
        ["-k", "k", "-v", "a b c"],
        ["--key=k", "--value=a b c"],
        ["--key", "k", "a b c"],
        ["k", "--value", "a b c"],
        ["k", "--", "a", "b", "c"],
        ["--namespace", "default", "k", "a b c"],
    ],
)
def test_spellings(run: Run, words: list[str]) -> None:
    run("memory", "store", *words, check=True)
    assert run("memory", "recall", "k", check=True).stdout == "a b c"


def test_a_namespace_is_a_prefix(run: Run) -> None:
    run("memory", "store", "--namespace", "sparc/auth-service", "--key", "specifications", "--value", "v", check=True)
    assert run("memory", "recall", "sparc/auth-service/specifications", check=True).stdout == "v"
    assert (
        run("memory", "retrieve", "--key", "specifications", "--namespace", "sparc/auth-service", check=True).stdout
        == "v"
    )
    assert run("memory", "get", "-k", "specifications", "-n", "sparc/*", "--format", "json").returncode in (0, 1)


def test_from_standard_input_and_files(run: Run, project) -> None:
    value = "line one\r\nline two\n\n  ü\t"
    run("memory", "store", "a", "-", stdin=value, check=True)
    run("memory", "store", "b", "--stdin", stdin=value, check=True)
    (project / "f").write_bytes(value.encode())
    run("memory", "store", "c", "--file", "f", check=True)
    assert [run("memory", "recall", key, check=True).stdout for key in "abc"] == [value] * 3
    missing = run("memory", "store", "d", "--file", "nothing-here")
    assert missing.returncode == 66 and "nothing-here" in missing.stderr


@pytest.mark.parametrize(
    "words", [[], ["--value", "v"], ["--key", "k"], ["k"], ["--key", "", "--value", "v"], ["--key", "k", "--value"]]
)
def test_without_key_or_value_it_is_64_and_names_it(run: Run, words: list[str]) -> None:
    done = run("memory", "store", *words)
    assert (done.returncode, done.stdout) == (64, ""), words
    assert "key" in done.stderr or "value" in done.stderr
    assert run("memory", "recall", "k").returncode == 1


@pytest.mark.parametrize("verb", ["recall", "retrieve", "get", "search", "query"])
def test_a_reading_verb_without_its_argument_is_64(run: Run, verb: str) -> None:
    done = run("memory", verb)
    assert (done.returncode, done.stdout) == (64, ""), (
        "a script's empty variable must not read a help page as its value"
    )


def test_an_empty_value_is_a_value(run: Run) -> None:
    run("memory", "store", "k", "", check=True)
    done = run("memory", "recall", "k")
    assert (done.returncode, done.stdout) == (0, "")


def test_missing_is_1_with_an_empty_stdout(run: Run, environ, project) -> None:
    done = run("memory", "recall", "nothing/here")
    assert (done.returncode, done.stdout) == (1, "")
    line = f"{PROGRAM} memory recall nothing 2>/dev/null || echo default"
    assert (
        subprocess.run(["sh", "-c", line], env=environ, cwd=project, capture_output=True, text=True).stdout
        == "default\n"
    )
    assert run("memory", "recall", "nothing/*").returncode == 0, "a glob without a hit is an answer"


def test_a_glob_lists_newest_first(run: Run) -> None:
    for number in range(5):
        run("memory", "store", f"k/{number}", f"v{number}", check=True)
    run("memory", "store", "k/1", "again", check=True)
    lines = run("memory", "recall", "k/*", "--limit", "3", check=True).stdout.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["k/1", "k/4", "k/3"]
    told = json.loads(run("memory", "recall", "k/*", "--limit", "3", "--json", check=True).stdout)
    assert (len(told["entries"]), told["total"], told["truncated"]) == (3, 5, True)


def test_an_address_that_looks_like_a_glob_wins(run: Run) -> None:
    run("memory", "store", "swarm/[agent]/*", "literal", check=True)
    run("memory", "store", "swarm/a/x", "other", check=True)
    assert run("memory", "recall", "swarm/[agent]/*", check=True).stdout == "literal"


def test_a_closed_pipe_is_no_error(run: Run, environ, project) -> None:
    run("memory", "store", "k", "-", stdin="x\n" * 500_000, check=True)
    line = f"{PROGRAM} memory recall k | head -1; {PROGRAM} memory list | true"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line], env=environ, cwd=project, capture_output=True, text=True
    )
    assert done.stderr == "" and done.stdout == "x\n"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=200))
def test_every_text_comes_back(tmp_path_factory, value: str) -> None:
    store, environment = opened(tmp_path_factory)
    store_value(store, environment, StoreRequest("k", value))
    entry = entries.read(store, "k", environment.now())
    assert entry is not None and entry.value == value


_open: list[object] = []


def opened(tmp_path_factory):  # type: ignore[no-untyped-def]
    """One store for all examples."""
    if not _open:
        home = tmp_path_factory.mktemp("store")
        environment = Environment({"HOOKS_HOME": str(home / "hooks"), "HOME": str(home)}, str(home))
        _open.extend([open_store(environment), environment])
    return _open
