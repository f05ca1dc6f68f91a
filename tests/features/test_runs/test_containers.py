"""Services as containers, with a stub in PATH that records its command lines and runs a small server for `run`."""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.features.test_runs.test_leftovers import ours

STUB = """#!{python} -IS
import json, os, signal, sys, time
from http.server import HTTPServer, SimpleHTTPRequestHandler
log, state = {log!r}, {state!r}
with open(log, "a") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
if sys.argv[1] == "run":
    assert (os.environ["PORT"], os.environ["POSTGRES_PASSWORD"]) == ("5432", "x")
word = sys.argv[1]
if word == "info":
    sys.exit({info})
if word == "ps":
    print("abc123")
if word == "kill":
    os.kill(int(open(state).read()), signal.SIGKILL)
if word == "stop":
    os.kill(int(open(state).read()), signal.SIGTERM)
if word == "run":
    with open(state, "w") as file:
        file.write(str(os.getpid()))
    port = int(sys.argv[sys.argv.index("--publish") + 1].split(":")[1])
    HTTPServer(("127.0.0.1", port), SimpleHTTPRequestHandler).serve_forever()
"""
FILE = """
[layers]
chaos = true
self_healing = true

[services.db]
image = "postgres:16"
port = 5432
ready = {{ http = "/" }}
restart = "always"
env = {{ POSTGRES_PASSWORD = "x" }}

[chaos]
fault = "{fault}"
target = "db"

[[scenario]]
name = "s"
run = "true"

[[expect]]
container_restarted = true
recovery_time_ms = {{ max = 20000 }}
"""


@pytest.fixture
def stub(home: Path, environ: dict[str, str]) -> Path:
    """Puts stubs called docker and podman into PATH; the log of their command lines."""
    return install(home, environ, info=0)


def install(home: Path, environ: dict[str, str], info: int) -> Path:
    programs, log = home / "bin", home / "docker.log"
    programs.mkdir(exist_ok=True)
    for name in ("docker", "podman"):
        text = STUB.format(python=sys.executable, log=str(log), state=str(home / "docker.pid"), info=info)
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    environ["PATH"] = f"{programs}:{environ['PATH']}"
    return log


def lines(log: Path) -> list[list[str]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


@pytest.mark.parametrize(("fault", "word"), [("container_kill", "kill"), ("container_stop", "stop")])
def test_the_command_lines_are_these(project: Path, home: Path, run: Run, stub: Path, fault: str, word: str) -> None:
    (project / "t.toml").write_text(FILE.format(fault=fault))
    done = run("test", "run", "t.toml", "--json", "--no-store")
    assert done.returncode == 0, done.stdout + done.stderr
    body = json.loads(done.stdout)["verdicts"][0]
    name, label = f"hooks-{body['run']}-db", f"hooks-run={body['run']}"
    found = lines(stub)
    network = ["network", "create", "--label", label, f"hooks-{body['run']}"]
    starts = [line for line in found if line[0] == "run"]
    published = starts[0][starts[0].index("--publish") + 1]
    assert found[:2] == [["info"], network]
    assert len(starts) == 2
    for start in starts:
        environment = [value for flag, value in itertools.pairwise(start) if flag == "--env"]
        assert sorted({*environment} - {"TZ"}) == sorted(
            ["HOOKS_ATTEMPT", "HOOKS_MARK", "OTEL_BSP_SCHEDULE_DELAY", "OTEL_LOGS_EXPORTER", "OTEL_METRICS_EXPORTER",
             "OTEL_SERVICE_NAME", "PORT", "POSTGRES_PASSWORD"]
        )  # fmt: skip
        without = [each for each in start if each != "--env" and each not in environment]
        assert without == [
            "run", "--rm", "--name", name, "--label", label, "--network", f"hooks-{body['run']}", "--network-alias",
            "db", "--security-opt", "no-new-privileges", "--publish", published, "postgres:16",
        ]  # fmt: skip
        text = " ".join(start)
        assert not any(
            flag in text for flag in ("--privileged", "--volume", " -v ", "--mount", "host", "--pid", "--device")
        )
    stop = [word, name] if word == "kill" else ["stop", "--time", "10", name]
    assert stop in found
    assert ["rm", "-f", name] in found
    assert found[-3:] == [
        ["ps", "-aq", "--filter", f"label={label}"],
        ["rm", "-f", "abc123"],
        ["network", "rm", f"hooks-{body['run']}"],
    ]
    assert ours(home) == []
    assert published.startswith("127.0.0.1:")


def test_without_a_daemon_it_is_69_or_the_process_is_taken(
    project: Path, home: Path, run: Run, environ: dict[str, str]
) -> None:
    log = install(home, environ, info=1)
    text = '[services.db]\nimage = "postgres:16"\n{}\n[[scenario]]\nname = "s"\nrun = "true"\n'
    (project / "t.toml").write_text(text.format(""))
    done = run("test", "run", "t.toml", "--no-store")
    assert done.returncode == 69
    assert "podman has no daemon that answers" in done.stderr
    assert "[services.db] run" in done.stderr
    (project / "t.toml").write_text(text.format('run = "sleep 60"'))
    done = run("test", "run", "t.toml", "--no-store", check=True)
    assert "db runs as a process, not as postgres:16: podman has no daemon" in done.stdout
    assert {line[0] for line in lines(log)} == {"info"}
    assert run("test", "lint", "t.toml").returncode == 0
    assert ours(home) == []
