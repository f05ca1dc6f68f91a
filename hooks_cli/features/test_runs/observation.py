"""What was observed in one test: runs of scenarios, starts of services, the fault, and notes."""

from __future__ import annotations

from dataclasses import dataclass, field

from hooks_cli.features.test_runs.files.case_plan import FaultPlan
from hooks_cli.features.test_runs.files.fault_catalogue import FAULTS
from hooks_cli.features.test_runs.services.service import ServiceStart
from hooks_cli.features.traces.verdict import Outcome


@dataclass
class ScenarioRun:
    """One start of a scenario's command. Times are seconds since the run began; `retry` is 0 for the first try of a run."""

    scenario: str
    number: int  # of the run; its retries have the same
    retry: int
    began: float
    seconds: float
    code: int | None
    reason: str  # why it failed, "" when it passed
    trace: str
    span: str = ""  # the parent of the spans that its requests caused

    @property
    def ok(self) -> bool:
        """Whether it passed."""
        return not self.reason

    @property
    def ended(self) -> float:
        """When it ended."""
        return self.began + self.seconds


@dataclass
class FaultRecord:
    """One fault: when it was injected, when it was lifted (None: never), and when its target was ready again."""

    plan: FaultPlan
    injected: float
    identity: str = ""  # of the target when it was injected
    lifted: float | None = None
    recovered: float | None = None
    identity_after: str = ""
    connections: int = 0  # that passed the faulty way while the fault was in force
    stayed_ready: bool = False

    @property
    def ends_target(self) -> bool:
        """Whether the fault ends the target's processes."""
        return FAULTS[self.plan.fault].ends_target


@dataclass
class Observation:
    """One test as it went. `problems` are failures that no expectation names; `notes` are worth knowing and no failures."""

    case: str
    runs: list[ScenarioRun] = field(default_factory=list)
    services: dict[str, list[ServiceStart]] = field(default_factory=dict)
    fault: FaultRecord | None = None
    root_spans_ns: list[int] = field(default_factory=list)
    spans: int = 0
    edges: list[tuple[str, str]] = field(default_factory=list)  # caller, callee
    self_times_ns: dict[tuple[str, str], int] = field(default_factory=dict)  # by service and operation
    outcomes: list[Outcome] = field(default_factory=list)  # of the rules for traces in the test's file
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    began: float = 0.0
    ended: float = 0.0

    @property
    def judged_runs(self) -> list[ScenarioRun]:
        """The runs by which latency is judged: those since the fault was injected, all without one."""
        since = self.fault.injected if self.fault is not None else 0.0
        return [run for run in self.runs if run.began >= since]

    @property
    def samples_ns(self) -> list[int]:
        """The durations that latency is judged by: root spans of those runs' traces, else their wall times; in order."""
        return sorted(self.root_spans_ns or [round(run.seconds * 1e9) for run in self.judged_runs])

    @property
    def samples_are(self) -> str:
        """What `samples_ns` holds."""
        what = "root spans" if self.root_spans_ns else "wall times of runs"
        return what if self.fault is None else f"{what} since the fault"

    def first_ready(self) -> dict[str, float]:
        """When each service was ready for the first time."""
        found = {}
        for name, starts in self.services.items():
            ready = [start.ready for start in starts if start.ready is not None]
            if ready:
                found[name] = min(ready)
        return found
