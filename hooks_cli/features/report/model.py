"""The report's data as plain classes: filled by `features.report.gather`, drawn by `features.report.html`.

Times are milliseconds since the epoch (UTC), sizes bytes, rates 0 to 1. No value of an entry is in it: addresses, names, messages and
the figures of metadata, with everything sealed masked.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class SessionRow:
    """One session; `seen_at` is its last event, `tasks` how many it began, `failed` how many of them failed."""

    name: str
    agent: str
    opened_at: int
    closed_at: int | None
    seen_at: int
    events: int = 0
    edits: int = 0
    notices: int = 0
    tasks: int = 0
    failed: int = 0


@dataclass
class TaskRow:
    """One task; `opened_at` is None when its beginning was not seen."""

    name: str
    session: str
    agent: str
    description: str
    opened_at: int | None
    closed_at: int | None
    outcome: str


@dataclass
class Activity:
    """Counts over time: `buckets` are beginnings of spans of `span` ms without gaps, `kinds` name -> a count for each bucket."""

    span: int
    buckets: list[int]
    kinds: dict[str, list[int]]


@dataclass
class Baseline:
    """The capture of one commit; latencies in ms, `regression` whether p95 is one against the commit before (`features.regressions`).

    `n` samples and the interval of p95 are None where the capture does not tell them.
    """

    commit: str
    at: int
    p50: float | None
    p95: float | None
    p99: float | None
    session: str = ""
    change: float | None = None
    regression: bool = False
    n: float | None = None
    p95_low: float | None = None
    p95_high: float | None = None


@dataclass
class Series:
    """The baselines of one test, the oldest first."""

    test: str
    address: str
    points: list[Baseline]

    @property
    def regressed(self) -> int:
        """How many of its commits are regressions."""
        return sum(point.regression for point in self.points)


@dataclass
class Experiment:
    """One run of a chaos experiment."""

    name: str
    at: int
    session: str
    fault: str
    target: str
    failover_ms: float | None
    recovery_ms: float | None
    during: float | None
    after: float | None
    success: bool | None


@dataclass
class Remediation:
    """All runs of one remediation: `rate` is what was measured, else the share of runs that succeeded."""

    name: str
    remedy: str
    runs: int
    succeeded: int
    failed: int
    rate: float | None
    fixed: int
    manual: int
    duration_ms: float | None
    at: int
    sessions: list[str] = field(default_factory=list)


@dataclass
class Pattern:
    """A learned pattern, as it stands now."""

    name: str
    confidence: float
    success_rate: float | None
    traces: int | None
    source: str
    at: int
    session: str = ""


@dataclass
class Handover:
    """How often `reader` took up what `writer` had written: by writing the next version, or by restoring the session."""

    writer: str
    reader: str
    rewritten: int = 0
    restored: int = 0
    addresses: list[str] = field(default_factory=list)

    @property
    def weight(self) -> int:
        """Both together."""
        return self.rewritten + self.restored


@dataclass
class Interactions:
    """The agents (those without a name stand under their session), what each wrote by namespace, and the hand-overs between them."""

    agents: list[str] = field(default_factory=list)
    namespaces: list[str] = field(default_factory=list)
    written: dict[tuple[str, str], int] = field(default_factory=dict)
    handovers: list[Handover] = field(default_factory=list)


@dataclass
class FileRow:
    """One file that was told to have been edited; not all sessions and agents are named where `more` is true."""

    path: str
    edits: int
    sessions: list[str]
    agents: list[str]
    first_at: int
    last_at: int
    more: bool = False


@dataclass
class Branch:
    """A part of the tree of addresses, with the sums of all below it; `address` is True where an entry lies."""

    name: str
    path: str
    entries: int = 0
    versions: int = 0
    size: int = 0
    newest: int = 0
    address: bool = False
    below: dict[str, Branch] = field(default_factory=dict)
    cut: int = 0


@dataclass
class Going:
    """One version that collection would drop, or that a rule keeps though it is due."""

    address: str
    version: int
    at: int
    size: int
    keep: bool
    reason: str


@dataclass
class Collection:
    """What garbage collection would do now; `rules` in words, `reasons` how many versions for each (drop or keep, reason)."""

    rules: list[str]
    versions: list[Going]
    reasons: dict[tuple[bool, str], tuple[int, int]]
    not_due: int
    events: int


@dataclass
class Report:
    """Everything. `since` is 0 for all that there is; `figures` are the numbers of the head line, `cut` how many rows of a list are
    left out."""

    project: str
    at: int
    since: int
    revision: int
    figures: dict[str, int]
    sessions: list[SessionRow]
    tasks: list[TaskRow]
    activity: Activity
    baselines: list[Series]
    experiments: list[Experiment]
    remediations: list[Remediation]
    patterns: list[Pattern]
    interactions: Interactions
    files: list[FileRow]
    tree: Branch
    growth: Activity
    collection: Collection
    cut: dict[str, int]
