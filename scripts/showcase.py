"""A project to look at: a few weeks of a swarm's work, told through the installed program, call by call, at made-up times.

`python -m scripts.showcase PROJECT` fills the project's store (HOOKS_HOME says where that is); `scripts/screenshots` takes its pictures
of it. The same calls every time, so the same pictures.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

PROGRAM = Path(sys.executable).parent / "claude-flow"
END = datetime(2025, 10, 17, 16, 0, tzinfo=UTC)
COMMITS = ["4e1f0aa", "91c2d7b", "b77a310", "0fd3c55", "c6e8b21", "7a90f4e", "e25d118", "3bb6c09"]
# p95 by commit: the fifth login is slow, and the last search.
LATENCIES = {
    "login": [118, 121, 116, 119, 148, 150, 131, 122],
    "search": [210, 204, 207, 199, 201, 196, 198, 241],
    "checkout": [96, 97, 95, 93, 94, 92, 91, 90],
    "report_export": [640, 655, 622, 610, 601, 590, 588, 579],
}
AGENTS = ("coordinator", "architect", "coder", "tester", "perf", "chaos", "healer")
FILES = (
    "src/auth/login.py", "src/auth/session.py", "src/search/index.py", "src/search/query.py", "src/api/routes.py",
    "tests/test_login.py", "tests/test_search.py", "docs/architecture.md", "chaos_experiments.toml", "service_topology.toml",
)  # fmt: skip
PATTERNS = {
    "api_user_registration": (0.92, 1000), "retry_on_503": (0.88, 640), "cache_stampede": (0.81, 410),
    "slow_first_query": (0.74, 220), "session_fixation": (0.66, 95), "flaky_clock": (0.52, 60),
}  # fmt: skip
FAULTS = {
    "db_failover": ("container_kill", "postgres_primary", 4200, 8500, 0.96, 1.0),
    "network_partition": ("network_partition", "cache", 1900, 5200, 0.88, 0.99),
    "disk_full": ("disk_full", "worker", None, 11800, 0.71, 0.97),
    "latency_spike": ("network_latency", "api", 350, 900, 0.985, 1.0),
}
REMEDIES = {
    "transient_network_error": ("retry_with_exponential_backoff", [True] * 9 + [False]),
    "pool_exhausted": ("raise_pool_size", [True, True, False, True]),
    "stale_lock": ("remove_lock", [True, False, False]),
}


class Teller:
    """Tells the program what happened, at a time of its own."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.at = END - timedelta(days=20)

    def later(self, minutes: float) -> None:
        """Time goes by."""
        self.at += timedelta(minutes=minutes)

    def call(self, *words: str, agent: str = "") -> None:
        """One call; the end of everything when it fails."""
        env = {**os.environ, "HOOKS_NOW": self.at.isoformat(), "CLAUDE_PROJECT_DIR": str(self.project)}
        if agent:
            env["HOOKS_AGENT"] = agent
        subprocess.run([PROGRAM, *words], env=env, cwd=self.project, check=True, stdout=subprocess.DEVNULL)

    def note(self, key: str, message: str, figures: dict[str, object], session: str, agent: str) -> None:
        """A notice with an entry."""
        words = ("--message", message, "--memory-key", key, "--metadata", json.dumps(figures), "--session-id", session)
        self.call("hooks", "notify", *words, agent=agent)


def play(project: Path) -> None:
    """Three weeks, a session for each commit, and one that is still open."""
    dice = random.Random(8)
    tell = Teller(project)
    for number, commit in enumerate(COMMITS):
        session = f"hyper-swarm-{number + 1:03}"
        tell.call("hooks", "pre-task", "--description", f"Review and measure commit {commit}", "--session-id", session,
                  "--task-id", f"review-{commit}", agent="coordinator")  # fmt: skip
        tell.note(
            "swarm/topology/hyper-advanced",
            "Topology for this run",
            {"agents": 5, "commit": commit},
            session,
            "coordinator",
        )
        tell.later(6)
        tell.call("hooks", "session-restore", "--session-id", session, agent="architect")
        tell.note(
            "swarm/orchestration/topology",
            "db, cache -> api -> worker",
            {"services": ["api", "db", "cache"]},
            session,
            "architect",
        )
        for path in dice.sample(FILES, dice.randint(2, 5)):
            tell.later(dice.randint(3, 20))
            who = "tester" if path.startswith("tests") else dice.choice(("coder", "coder", "architect"))
            tell.call("hooks", "post-edit", "--file", path, "--session-id", session, agent=who)
        tell.call("hooks", "session-restore", "--session-id", session, agent="perf")
        for test, p95 in LATENCIES.items():
            tell.later(dice.randint(2, 7))
            figures = {
                "git_commit": commit,
                "p50_ms": round(p95[number] * 0.38),
                "p95_ms": p95[number],
                "p99_ms": round(p95[number] * 1.9),
            }
            tell.note(f"swarm/performance/baselines/{test}", f"Baseline captured for {test}", figures, session, "perf")
        _learn(tell, number, session)
        tell.later(dice.randint(5, 25))
        failed = number == 4
        outcome = ("--success", "false") if failed else ("--success", "true")
        tell.call(
            "hooks",
            "post-task",
            "--task-id",
            f"review-{commit}",
            "--session-id",
            session,
            *outcome,
            agent="coordinator",
        )
        if number < len(COMMITS) - 1:
            tell.call("hooks", "session-end", "--session-id", session, agent="coordinator")
            tell.at = END - timedelta(days=19 - (number + 1) * 19 / 7, minutes=dice.randint(60, 300))
    _decisions(tell)


def _learn(tell: Teller, number: int, session: str) -> None:
    for place, (name, (confidence, traces)) in enumerate(PATTERNS.items()):
        if place <= number:
            figures: dict[str, object] = {
                "confidence": confidence,
                "trace_count": traces,
                "source": "production_traces",
                "success_rate": min(1, confidence + 0.05),
            }
            if place in (number, number - 3):
                tell.note(f"swarm/intelligence/patterns/{name}", f"Learned pattern: {name}", figures, session, "tester")
    fault = list(FAULTS)[number % len(FAULTS)]
    kind, target, failover, recovery, during, after = FAULTS[fault]
    figures = {"fault": kind, "target": target, "failover_time_ms": failover, "recovery_time_ms": recovery,
               "success_rate_during": during, "success_rate_after": after}  # fmt: skip
    figures = {name: value for name, value in figures.items() if value is not None}
    tell.later(9)
    tell.call("hooks", "session-restore", "--session-id", session, agent="chaos")
    tell.note(f"swarm/chaos/experiments/{fault}", f"Chaos experiment: {fault} completed", figures, session, "chaos")
    tell.call("hooks", "session-restore", "--session-id", session, agent="healer")
    for name, (remedy, runs) in REMEDIES.items():
        if number < len(runs):
            done = {
                "pattern": name,
                "remediation": remedy,
                "attempts": 3,
                "success": runs[number],
                "total_duration_ms": 350 + 40 * number,
            }
            tell.note(f"swarm/self_healing/remediations/{name}", f"Auto-remediated {name}", done, session, "healer")


def _decisions(tell: Teller) -> None:
    tell.at = END - timedelta(minutes=50)
    tell.call(
        "hooks",
        "pre-task",
        "--description",
        "Find out why search got slower",
        "--session-id",
        "hyper-perf-009",
        agent="perf",
    )
    for key, value in (
        ("decisions/cache", "Sessions go to Redis"),
        ("decisions/auth/tokens-expire", "After 15 minutes, refreshed by the gateway"),
        ("requirements/login", "p95 below 130 ms"),
        ("sparc/auth-service/specifications", "Login, logout, refresh"),
        ("sparc/auth-service/api_keys", "sealed once more"),
    ):
        tell.later(4)
        tell.call("memory", "store", key, value, agent="architect")
    tell.call("memory", "store", "scratch/note", "gone soon", "--ttl", "60")


if __name__ == "__main__":
    play(Path(sys.argv[1]).resolve())
