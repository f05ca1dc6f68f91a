"""Runs services as containers, with the command line of `docker` or `podman`.

A container gets no mounts, no privileges and not the network of the host: a network of its own for the run, in which the others are known
by their service names, and its port on loopback. All carry the label `hooks-run=RUN`, by which the next run finds what a killed one left.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping

from hooks_cli.errors import Unavailable
from hooks_cli.features.test_runs.files.case_plan import ServicePlan
from hooks_cli.features.test_runs.services.tcp_proxy import LOOPBACK

PROGRAMS = ("docker", "podman")
LABEL = "hooks-run"
NOTE_FILE = "containers"  # in the run folder: the program, for the run that cleans up
# What the program itself needs to find its daemon.
OWN_VARIABLES = (
    "PATH",
    "HOME",
    "USER",
    "DOCKER_HOST",
    "DOCKER_CONFIG",
    "DOCKER_CONTEXT",
    "CONTAINER_HOST",
    "XDG_RUNTIME_DIR",
)
ANSWER_SECONDS = 30.0
STOP_SECONDS = 10
# Variables that are for processes of this machine: a container does not reach its loopback.
_NOT_INSIDE = (
    "PATH",
    "HOME",
    "USER",
    "SHELL",
    "TMPDIR",
    "LANG",
    "TERM",
    "http_proxy",
    "HTTP_PROXY",
    "no_proxy",
    "NO_PROXY",
)


class DaemonMissing(Unavailable):
    """No container can be started for {service}: {reason}."""

    hint = 'Start docker or podman, or say how it runs as a process: [services.{service}] run = "…"'


class Containers:
    """The container program of one run; `program` is its path."""

    def __init__(self, program: str, run: str, source: Mapping[str, str], say: Callable[[str], None]) -> None:
        self.program = program
        self.run = run
        self.variables = {name: source[name] for name in OWN_VARIABLES if name in source}
        self.say = say
        self._has_network = False

    def name(self, service: str) -> str:
        """The name of a service's container."""
        return f"hooks-{self.run}-{service}"

    def run_argv(self, service: ServicePlan, variables: Mapping[str, str], host_port: int) -> tuple[str, ...]:
        """The command line that runs a service in the foreground; the program must get `variables` as its environment."""
        argv = [self.program, "run", "--rm", "--name", self.name(service.name), "--label", f"{LABEL}={self.run}"]
        argv += ["--network", f"hooks-{self.run}", "--network-alias", service.name]
        argv += ["--security-opt", "no-new-privileges"]
        if service.port:
            argv += ["--publish", f"{LOOPBACK}:{host_port}:{service.port}"]
        for name in sorted(variables):
            if name not in _NOT_INSIDE and not name.startswith(("OTEL_EXPORTER_", "LC_")):
                argv += [
                    "--env",
                    name,
                ]  # its value is in the environment of the program, where other users cannot read it
        return (*argv, service.image)

    def prepare(self) -> None:
        """Make the network of the run, once. Raises Unavailable (69)."""
        if not self._has_network:
            self.do("network", "create", "--label", f"{LABEL}={self.run}", f"hooks-{self.run}")
            self._has_network = True

    def do(self, *words: str) -> str:
        """Run one command of the program and give its output. Raises Unavailable (69) when it fails."""
        self.say("starting " + " ".join((os.path.basename(self.program), *words)))
        done = _answer([self.program, *words], self.variables)
        if done is None or done.returncode != 0:
            reason = done.stderr.strip() if done else f"no answer within {ANSWER_SECONDS:g} s"
            raise Unavailable(f"{os.path.basename(self.program)} {words[0]} failed: {reason[:500]}")
        return done.stdout

    def remove_all(self) -> None:
        """Remove every container and network of the run; what is gone already is not an error."""
        found = _answer([self.program, "ps", "-aq", "--filter", f"label={LABEL}={self.run}"], self.variables)
        for container in found.stdout.split() if found else ():
            _answer([self.program, "rm", "-f", container], self.variables)
        _answer([self.program, "network", "rm", f"hooks-{self.run}"], self.variables)

    def note(self, folder: str) -> None:
        """Write into the run folder which program is used, for the run that cleans up after a killed one. Raises OSError."""
        with open(os.path.join(folder, NOTE_FILE), "w", encoding="utf-8", opener=_private) as file:
            file.write(self.program)


def find_program(source: Mapping[str, str]) -> tuple[str, str]:
    """(path of a container program whose daemon answers, ""), or ("", why there is none)."""
    reason = f"neither {' nor '.join(PROGRAMS)} is installed"
    for name in PROGRAMS:
        path = shutil.which(name, path=source.get("PATH", os.defpath))
        if path is None:
            continue
        done = _answer([path, "info"], {key: source[key] for key in OWN_VARIABLES if key in source})
        if done is not None and done.returncode == 0:
            return path, ""
        last = done.stderr.strip().splitlines() if done else []
        reason = f"{name} has no daemon that answers" + (f" ({last[-1][:200]})" if last else "")
    return "", reason


def remove_of_dead_run(folder: str, source: Mapping[str, str]) -> None:
    """Remove the containers that a killed run left, if its folder says that it had any."""
    try:
        with open(os.path.join(folder, NOTE_FILE), encoding="utf-8") as file:
            program = file.read(4096)
    except OSError:
        return
    # The note says which program, and PATH where it is: a file in a run folder starts no other program.
    known = shutil.which(os.path.basename(program), path=source.get("PATH", os.defpath))
    if os.path.basename(program) in PROGRAMS and known:
        Containers(known, os.path.basename(folder), source, lambda line: None).remove_all()


def _answer(argv: list[str], variables: Mapping[str, str]) -> subprocess.CompletedProcess[str] | None:
    try:
        return subprocess.run(
            argv,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ANSWER_SECONDS,
            start_new_session=True,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
