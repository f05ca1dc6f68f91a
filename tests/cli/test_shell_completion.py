"""Shell completion, asked for as the shells ask, and run in the shells that are here."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import BIN, Run


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_for_both_programs_and_valid(run: Run, shell: str) -> None:
    script = run("completion", shell, check=True).stdout
    assert "_HOOKS_CLI_COMPLETE" in script
    assert "_CLAUDE_FLOW_COMPLETE" in script
    assert json.loads(run("completion", shell, "--json", check=True).stdout)["script"] == script
    if shutil.which(shell):
        done = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


def test_a_shell_that_is_none(run: Run) -> None:
    assert run("completion").returncode == 64
    assert run("completion", "tcsh").returncode == 64


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("hooks-cli comp", "completion"),
        ("hooks-cli completion bash --form", "--format"),
        ("hooks-cli completion bash --format j", "json"),
        ("claude-flow mem", "memory"),
        ("hooks-cli memory sto", "store"),
        ("hooks-cli hook pre-ta", "pre-task"),
    ],
)
def test_bash_is_answered(run: Run, line: str, expected: str) -> None:
    program = line.split()[0]
    variables = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1)}
    variables["_" + program.upper().replace("-", "_") + "_COMPLETE"] = "bash_complete"
    done = run(program=BIN / program, env=variables, check=True)
    assert expected in [answer.partition(",")[2] for answer in done.stdout.splitlines()]


def answered(run: Run, *words: str) -> list[str]:
    """What bash is told for these words, the last of them unfinished."""
    line = " ".join(words)
    variables = {"_HOOKS_CLI_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    done = run(env=variables, check=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_values_files_and_addresses(run: Run) -> None:
    assert answered(run, "hooks-cli", "memory", "recall", "sw") == []  # there is no store, and none is made
    for key in ("swarm/plan", "swarm/json", "docs/a", "swarm/$(touch x)", "swarm/with space", "swarm/a;b", "swarm/*"):
        run("memory", "store", key, "x", check=True)
    found = ["plain,swarm/json", "plain,swarm/plan"]
    for line in (
        ["memory", "recall", "swarm/"],
        ["memory", "recall", "--key", "swarm/"],
        ["memory", "list", "sw"],
        ["memory", "rename", "docs/a", "swarm/"],
        ["hooks", "notify", "--memory-key", "swarm/"],
        ["memory", "history", "--key", "=", "swarm/"],
    ):
        assert answered(run, "hooks-cli", *line) == found, line
    assert answered(run, "hooks-cli", "memory", "recall", "'swarm/*'") == []
    assert answered(run, "hooks-cli", "memory", "store", "docs/a", "sw") == []
    assert answered(run, "hooks-cli", "memory", "export", "--format", "pa") == ["plain,parquet"]
    assert answered(run, "hooks-cli", "memory", "export", "--format", "=", "nd") == ["plain,ndjson"]
    assert answered(run, "hooks-cli", "completion", "z") == ["plain,zsh"]
    for line in (["memory", "export", "--output", "x"], ["memory", "import", "x"], ["memory", "restore", "x"]):
        assert answered(run, "hooks-cli", *line) == ["file,x"], line


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_an_option_and_its_value_as_one_word(run: Run, shell: str) -> None:
    words = "hooks-cli memory export --format=js"
    variables = {"_HOOKS_CLI_COMPLETE": f"{shell}_complete", "COMP_WORDS": words, "COMP_CWORD": "3"}
    if shell == "fish":
        variables["COMP_CWORD"] = "--format=js"
    assert "--format=json" in run(env=variables, check=True).stdout


def test_a_store_that_cannot_be_read_is_no_completion(run: Run, home: Path) -> None:
    run("memory", "store", "swarm/plan", "x", check=True)
    next(home.glob("**/*.key")).unlink()
    assert answered(run, "hooks-cli", "memory", "recall", "sw") == []


def test_bash_completes(run: Run) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not here")
    lines = run("completion", "bash", check=True).stdout
    lines += "COMP_WORDS=(hooks-cli comp); COMP_CWORD=1; _hooks_cli_completion hooks-cli; echo ${COMPREPLY[@]}\n"
    done = subprocess.run([bash, "-c", lines], capture_output=True, text=True, env={"PATH": f"{BIN}:/usr/bin:/bin"})
    assert done.stdout.split() == ["completion"], done.stderr
