"""Shared by all programs of one run: the folder of their files, their environment, and the services' addresses."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hooks_cli.features.processes.attempt import Attempt, Command
from hooks_cli.features.processes.run_folder import RunFolder
from hooks_cli.features.processes.variables import MARK, new_mark, program_variables

_HOLE = re.compile(r"\$\{([a-z0-9][a-z0-9._-]*)\.(addr|host|port)\}")
# Where programs find what a test gives them, and what must not pass the proxy: the services' own addresses on loopback.
NO_PROXY = "localhost,127.0.0.1,::1"


@dataclass
class Surroundings:
    """One run. `say` prints a line for people; `source` is the runner's own environment, `keys` its variables that hold keys."""

    run: RunFolder
    path: str  # the test file, for errors
    project: str
    source: Mapping[str, str]
    keys: tuple[str, ...]
    say: Callable[[str], None]
    time_scale: float = 1.0
    allow_external: bool = False
    endpoint: str = ""  # of the receiver of traces, "" without one
    addresses: dict[str, str] = field(default_factory=dict)
    proxy_url: Callable[[str], str] = lambda token: ""
    began: float = field(default_factory=time.monotonic)
    _told: set[str] = field(default_factory=set)

    def now(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self.began

    def announce(self, name: str, line: str) -> None:
        """Print a command before it is started for the first time."""
        told = f"{name}: {line}"
        if told not in self._told:
            self._told.add(told)
            self.say(f"starting {told}")

    def filled(self, text: str) -> str:
        """A text with `${name.addr}`, `${name.host}` and `${name.port}` of known services filled in; others stay as they are."""

        def value(match: re.Match[str]) -> str:
            address = self.addresses.get(match[1])
            if address is None:
                return match[0]
            host, _, port = address.rpartition(":")
            return {"addr": address, "host": host, "port": port}[match[2]]

        return _HOLE.sub(value, text)

    def variables(
        self,
        name: str,
        env: tuple[tuple[str, str], ...] = (),
        inherit: tuple[str, ...] = (),
        token: str = "",
        traceparent: str = "",
        service: str = "",
    ) -> dict[str, str]:
        """The environment of one start. Raises ConfigError (78) for a variable that holds a key of the memory."""
        added = {"http_proxy": self.proxy_url(token), "HTTP_PROXY": self.proxy_url(token)}
        added |= {"no_proxy": NO_PROXY, "NO_PROXY": NO_PROXY}
        if self.endpoint:
            added |= {
                "OTEL_EXPORTER_OTLP_ENDPOINT": self.endpoint,
                "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
                "OTEL_BSP_SCHEDULE_DELAY": "200",  # ms; at the default of 5,000 a killed service loses nearly all spans
                "OTEL_METRICS_EXPORTER": "none",
                "OTEL_LOGS_EXPORTER": "none",
            }
        if service:
            added["OTEL_SERVICE_NAME"] = service
        if traceparent:
            added["TRACEPARENT"] = traceparent
        added |= {key: self.filled(value) for key, value in env}
        outer = {**self.source, MARK: ":".join(filter(None, (self.source.get(MARK, ""), self.run.mark)))}
        attempt = f"{os.path.basename(self.run.path)}/{name}"
        return program_variables(outer, new_mark(), attempt, inherit, added, self.keys, self.path)

    def start_line(self, name: str, line: str, cwd: str, variables: dict[str, str]) -> Attempt:
        """Start a shell line. Raises what `Attempt.start` raises."""
        line = self.filled(line)
        self.announce(name, line)
        return self.start(name, ("/bin/sh", "-c", line), cwd, variables)

    def start(self, name: str, argv: tuple[str, ...], cwd: str, variables: dict[str, str]) -> Attempt:
        """Start a program. Raises what `Attempt.start` raises."""
        return Attempt.start(self.run.attempt_folder(), Command(name, argv, cwd or self.project, variables))
