"""The plan of a test file, as data. `test_file.read` makes it."""

from __future__ import annotations

from dataclasses import dataclass, field

from hooks_cli.errors import ConfigError, DataError
from hooks_cli.features.traces.rules.rule_file import RuleFile

LAYERS = ("orchestration", "chaos", "performance", "intelligence", "self_healing")
# Which layer an expectation needs.
EXPECTATIONS = {
    "service_startup_order": "orchestration",
    "failover_time_ms": "chaos",
    "recovery_time_ms": "chaos",
    "p95_latency_ms": "performance",
    "container_restarted": "self_healing",
    "no_manual_intervention": "self_healing",
}
RESTART_POLICIES = ("no", "on-failure", "always")


class InvalidTestFile(ConfigError):
    """The test file {path} is not valid: {where}: {reason}."""


class UnreadableTestFile(DataError):
    """The test file {path} is not TOML: {reason}."""


@dataclass(frozen=True, slots=True)
class ReadyCheck:
    """When a service is ready. `kind`: tcp (its port answers), http (`value` is a path that answers 2xx), log (`value` is a regular
    expression that its output matches), cmd (`value` is a shell line that ends with 0), started (its process runs).
    """

    kind: str
    value: str = ""
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """One service: a shell line (`run`), an image, or both (then `run` is taken where no container daemon answers), or `external`."""

    name: str
    run: str = ""
    image: str = ""
    external: str = ""
    ready: ReadyCheck = field(default_factory=lambda: ReadyCheck("started"))
    port: int | None = None  # 0: a free one
    restart: str = "no"
    after: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    inherit: tuple[str, ...] = ()
    cwd: str = ""


@dataclass(frozen=True, slots=True)
class Timing:
    """When a fault comes: `at_start`, `after`, `after_steady_state` (both `seconds` later) or `between_scenarios`."""

    kind: str
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.kind}_{self.seconds:g}s" if self.kind in ("after", "after_steady_state") else self.kind


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """A fault: `target` is a service, or "" for all connections; `seconds` is how long it lasts, None to the end of the test."""

    experiment: str
    fault: str
    target: str
    timing: Timing
    seconds: float | None = None
    parameters: tuple[tuple[str, float], ...] = ()

    def parameter(self, name: str, default: float = 0.0) -> float:
        """A parameter such as `delay_ms`."""
        return dict(self.parameters).get(name, default)


@dataclass(frozen=True, slots=True)
class ScenarioPlan:
    """A shell line that must end with `expect_exit` within `timeout` seconds. `rate` is runs a second (0: as fast as they end)."""

    name: str
    run: str
    timeout: float = 60.0
    repeat: int = 1
    rate: float = 0.0
    concurrency: int = 1
    expect_exit: int = 0
    stdout_matches: str = ""
    env: tuple[tuple[str, str], ...] = ()
    inherit: tuple[str, ...] = ()
    cwd: str = ""


@dataclass(frozen=True, slots=True)
class Expectation:
    """One key of `[[expect]]`: `values` holds `max`, `baseline_increase_max_percent`, `order` or `is`."""

    name: str
    values: tuple[tuple[str, object], ...]

    @property
    def layer(self) -> str:
        """The layer that it needs."""
        return EXPECTATIONS[self.name]

    def value(self, name: str) -> object:
        """One of its values; None when it is not given."""
        return dict(self.values).get(name)


@dataclass(frozen=True, slots=True)
class CasePlan:
    """One test: a whole file without stages (`stage` 0), or one item of `[[test.stage_N]]`."""

    name: str
    stage: int
    layers: frozenset[str]
    configured: frozenset[str]  # the layers that have a section, whether they are on or not
    scenarios: tuple[ScenarioPlan, ...]
    expectations: tuple[Expectation, ...] = ()
    fault: FaultPlan | None = None
    services: tuple[ServicePlan, ...] = ()
    topology: str = ""
    baseline: str = ""
    track_spans: bool = False
    regression_detection: bool = False
    update_baseline: bool = False
    retries: int = 0
    learn_from_failures: bool = False
    not_built: tuple[str, ...] = ()  # options of layers that learn, which no run acts on

    @property
    def off(self) -> tuple[str, ...]:
        """The layers that are configured and not on."""
        return tuple(layer for layer in LAYERS if layer in self.configured - self.layers)

    def service(self, name: str) -> ServicePlan | None:
        """The service of that name."""
        return next((service for service in self.services if service.name == name), None)


@dataclass(frozen=True, slots=True)
class FilePlan:
    """A test file: its cases in order of their stages. `rules` are its rules for traces, as `trace check` reads them from the same file."""

    path: str
    name: str
    version: str
    description: str
    cases: tuple[CasePlan, ...]
    digest: str
    rules: RuleFile | None = None

    @property
    def stages(self) -> tuple[int, ...]:
        """The numbers of its stages, in order; (0,) without stages."""
        return tuple(sorted({case.stage for case in self.cases}))
