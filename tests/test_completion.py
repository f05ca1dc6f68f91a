"""Shell completion, asked for as the shells ask, and run in the shells that are here."""

from __future__ import annotations

import json
import shutil
import subprocess

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


def test_bash_completes(run: Run) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not here")
    lines = run("completion", "bash", check=True).stdout
    lines += "COMP_WORDS=(hooks-cli comp); COMP_CWORD=1; _hooks_cli_completion hooks-cli; echo ${COMPREPLY[@]}\n"
    done = subprocess.run([bash, "-c", lines], capture_output=True, text=True, env={"PATH": f"{BIN}:/usr/bin:/bin"})
    assert done.stdout.split() == ["completion"], done.stderr
