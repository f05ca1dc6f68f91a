"""What a hot command loads: a list that is held exactly, because every module on it costs each call of every agent."""

from __future__ import annotations

import functools
import json
import marshal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest

from hooks_cli import bytecode
from hooks_cli.cli.catalogue import every_verb
from tests.conftest import NEEDS_WHEEL

pytestmark = NEEDS_WHEEL
PURELIB = sysconfig.get_paths()["purelib"]
# From outside the package, beyond what a bare interpreter has loaded: the engine, and what `os` and the locks need.
ALLOWED = {
    "__future__",
    "_blake2",
    "_sha2",  # a file's digest; 3.11 calls it _sha256
    "_sha256",
    "_collections_abc",
    "_stat",
    "apsw",
    "apsw._apsw",
    "apsw.apsw",
    "errno",
    "fcntl",
    "genericpath",
    "os",
    "os.path",
    "posixpath",
    "stat",
    "time",
}
# Packages are counted, too; each is a docstring. The bytes are what costs.
MOST_OF_OURS = 86
# The bytecode of the modules of ours that one call of the verb loads, as marshalled in the image; for the others the last row.
MOST_BYTES = {
    "memory store": 385_000,
    "memory recall": 335_000,
    "memory search": 476_000,
    "memory query": 476_000,
    "memory list": 317_000,
    "hooks notify": 387_000,
    "hooks pre-task": 355_000,
    "hooks post-edit": 417_000,
    "hooks session-restore": 450_000,
    "hooks session-end": 421_000,
    "hooks pre-search": 484_000,
    "hooks pre-edit": 450_000,
    "hooks session-start": 458_000,
    "": 414_000,
}
COLD_ROOMS = (
    "hooks_cli.cli.click_app",
    "hooks_cli.cli.help_page",
    "hooks_cli.system.python_startup",
    "hooks_cli.error_report",
    "hooks_cli.features.processes",
    "hooks_cli.features.test_runs",
    "hooks_cli.features.traces",
)
SEES = (
    "import sys\n"
    "before = set(sys.modules)\n"
    "sys.path.insert(0, {purelib!r})\n"
    "from hooks_cli.entry import status\n"
    "code = status(sys.argv[1:])\n"
    "loaded = sorted(set(sys.modules) - before)\n"
    "import json\n"
    "sys.stderr.write('LOADED' + json.dumps([code, loaded]))\n"
)
LINES = [
    ["memory", "store", "a/b", "a value"],
    ["memory", "store", "a/json", '{"p50": 45}', "--metadata", '{"x": 1}', "--tags", "a,b"],
    ["memory", "recall", "a/b"],
    ["memory", "retrieve", "--key", "b", "--namespace", "a"],
    ["memory", "recall", "a/*", "--limit", "10"],
    ["memory", "list"],
    ["memory", "search", "value"],
    ["memory", "query", "value", "--namespace", "a"],
    ["hooks", "pre-task", "--description", "A task", "--session-id", "hyper-coder-001"],
    ["hooks", "post-edit", "--file", "hooks.toml", "--memory-key", "a/c", "--unheard-of", "1"],
    ["hooks", "notify", "--message", "A word", "--memory-key", "a/d", "--metadata", '{"p50_ms": 45}'],
    ["hooks", "session-restore", "--session-id", "hyper-coder-001"],
    ["hooks", "post-task", "--task-id", "t"],
    ["hooks", "pre-edit", "--file", "hooks.toml", "--auto-assign-agents", "true", "--load-context", "true"],
    ["hooks", "pre-write", "--file", "new.js"],
    ["hooks", "pre-command", "--command", "rm -rf build", "--validate-safety", "true", "--prepare-resources", "true"],
    ["hooks", "post-command", "--command", "ls", "--exit-code", "0", "--track-metrics", "true"],
    ["hooks", "pre-search", "--query", "value", "--check-memory"],
    ["hooks", "session-start", "--session-id", "dev-1", "--restore-context"],
    ["hooks", "agent-spawned", "--name", "coder-1", "--type", "coder"],
    ["memory", "store", "a/f", "a", "b", "--type", "decision", "--confidence", "0.9", "--reasoningbank"],
    ["memory", "usage", "--action", "retrieve", "--key", "a/b"],
    ["hooks", "session-end", "--session-id", "hyper-coder-001", "--export-metrics", "true"],
]
DECLARED_HOT = {(verb.group, word) for verb in every_verb() if verb.hot for word in (verb.name, *verb.aliases)}


def loaded_by(line: list[str], project: Path, environ: dict[str, str]) -> tuple[int, set[str]]:
    done = subprocess.run(
        [sys.executable, "-IS", "-c", SEES.format(purelib=PURELIB), *line],
        cwd=project,
        env=environ,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    said, _, counted = done.stderr.rpartition("LOADED")
    assert counted, done.stderr
    code, names = json.loads(counted)
    assert "bug" not in said, said
    return code, set(names)


@functools.cache
def bytecode_sizes() -> dict[str, int]:
    """The size of each module's marshalled code in the installed image, in bytes."""
    data = Path(PURELIB, "hooks_cli", bytecode.IMAGE).read_bytes()
    length = int.from_bytes(data[4 : bytecode.HEADER], "little")
    index = marshal.loads(data[bytecode.HEADER : bytecode.HEADER + length])
    return {name: size for name, (_, size, _, _) in index.items()}


def begin(project: Path, environ: dict[str, str]) -> None:
    """The first call makes the store and reads the settings, which takes more; the ones that follow are what an agent pays."""
    time.sleep(0.15)  # settings are cached once their file is older than its clock's grain
    loaded_by(["memory", "store", "a/b", "a value"], project, environ)


@pytest.mark.parametrize("line", LINES, ids=lambda line: " ".join(line[:3]))
def test_a_hot_command_loads_only_this(line: list[str], project: Path, environ: dict[str, str]) -> None:
    if (line[0], line[1]) not in DECLARED_HOT:
        pytest.skip("not a verb yet")
    begin(project, environ)
    code, names = loaded_by(line, project, environ)
    assert code == 0
    ours = {name for name in names if name.split(".")[0] == "hooks_cli"}
    assert names - ours <= ALLOWED
    assert not [name for name in ours if name.startswith(COLD_ROOMS)]
    assert len(ours) <= MOST_OF_OURS
    most = MOST_BYTES.get(f"{line[0]} {line[1]}", MOST_BYTES[""])
    assert sum(bytecode_sizes().get(name, 0) for name in ours) <= most


# What takes longer to load than such a command takes to do its work.
DEAR = {
    "click",
    "rich",
    "typing",
    "dataclasses",
    "inspect",
    "re",
    "enum",
    "json",
    "jsonschema",
    "cryptography",
    "datetime",
    "hashlib",
}
PLAIN_LINES = [
    ["--version"],
    ["memory", "append", "a/log", "a line"],
    ["memory", "show", "a/b"],
    ["memory", "history", "a/b"],
    ["memory", "stats"],
    ["memory", "status"],
    ["memory", "pin", "a/b"],
    ["memory", "touch", "a/b", "--ttl", "5d"],
    ["memory", "rename", "a/b", "a/c"],
    ["memory", "delete", "a/b"],
    ["memory", "undelete", "a/*"],
    ["memory", "clear", "nothing/*"],
    ["hooks", "metrics"],
    ["session", "list"],
    ["task", "list"],
]


@pytest.mark.parametrize("line", PLAIN_LINES, ids=lambda line: " ".join(line[:2]))
def test_a_plain_command_loads_nothing_dear(line: list[str], project: Path, environ: dict[str, str]) -> None:
    begin(project, environ)
    code, names = loaded_by(line, project, environ)
    assert code == 0
    assert names & DEAR == set()


def test_an_export_loads_no_form_but_its_own(project: Path, environ: dict[str, str]) -> None:
    begin(project, environ)
    _, names = loaded_by(["memory", "export", "--format", "ndjson", "-"], project, environ)
    forms = {name for name in names if name.startswith("hooks_cli.features.transfer.formats.")}
    assert forms == {"hooks_cli.features.transfer.formats.json"}
    assert names & {"click", "json", "csv", "gzip", "ssl", "hashlib", "hooks_cli.crypto.secret_finder"} == set()


def test_every_verb_that_agents_call_is_hot() -> None:
    hot = {verb.title for verb in every_verb() if verb.hot}
    wanted = {verb.title for verb in every_verb() if verb.group == "hooks"}
    wanted |= {
        verb.title
        for verb in every_verb()
        if verb.title in ("memory store", "memory recall", "memory search", "memory list")
    }
    assert wanted - hot - {"hooks list", "hooks metrics", "hooks validate-config"} == set()
