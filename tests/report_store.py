"""A project in which everything that the report shows has happened, or in which all is hostile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.conftest import Run

NOW = "2025-10-17T12:00:00Z"


HOSTILE = (
    "<script>window.pwned=1</script>",
    "</style><script>window.pwned=2</script>",
    "javascript:window.pwned=3",
    '"><img src=x onerror=window.pwned=4>',
    "]]></script><svg onload=window.pwned=5>",
    "<!-- --><b>&lt;bold&gt;</b>",
)


def tell(run: Run, *words: str, at: str = NOW, agent: str = "") -> None:
    env = {"HOOKS_NOW": at, **({"HOOKS_AGENT": agent} if agent else {})}
    run(*words, env=env, check=True)


def notify(run: Run, key: str, figures: dict[str, object], **more: Any) -> None:
    tell(
        run,
        "hooks",
        "notify",
        "--message",
        f"about {key}",
        "--memory-key",
        key,
        "--metadata",
        json.dumps(figures),
        "--session-id",
        "s-1",
        **more,
    )


def fill(run: Run, project: Path) -> None:
    """A project in which everything that the report shows has happened."""
    tell(
        run,
        "hooks",
        "pre-task",
        "--description",
        "Measure the login",
        "--session-id",
        "s-1",
        "--task-id",
        "t-1",
        at="2025-10-10T12:00:00Z",
        agent="lead",
    )
    for day, commit, p95 in ((11, "aaaaaaa", 100), (12, "bbbbbbb", 114), (13, "ccccccc", 140)):
        figures: dict[str, object] = {"git_commit": commit, "p50_ms": 40, "p95_ms": p95, "p99_ms": 200}
        notify(run, "swarm/performance/baselines/login", figures, at=f"2025-10-{day}T12:00:00Z", agent="perf")
    notify(
        run,
        "swarm/chaos/experiments/db_failover",
        {"fault": "container_kill", "target": "db", "success_rate_during": 0.96, "success_rate_after": 1.0},
        agent="chaos",
    )
    notify(
        run,
        "swarm/self_healing/remediations/net",
        {"pattern": "transient", "remediation": "retry", "success": True},
        agent="healer",
    )
    notify(
        run,
        "swarm/self_healing/remediations/net",
        {"pattern": "transient", "remediation": "retry", "success": False},
        agent="healer",
    )
    notify(run, "swarm/intelligence/patterns/register", {"confidence": 0.92, "trace_count": 1000}, agent="tester")
    tell(run, "hooks", "post-edit", "--file", "src/login.py", "--session-id", "s-1", agent="coder")
    tell(run, "hooks", "session-restore", "--session-id", "s-1", agent="reader")
    tell(run, "memory", "store", "scratch/old", "gone", "--ttl", "1", at="2025-10-14T12:00:00Z")
    tell(run, "hooks", "post-task", "--task-id", "t-1", "--session-id", "s-1", "--success", "true", agent="lead")


def report(run: Run, project: Path, *words: str) -> str:
    done = run("report", *words, env={"HOOKS_NOW": NOW}, check=True)
    assert done.stdout == f"Report written: {project}/report.html\n"
    return (project / "report.html").read_text()


def hostile(run: Run) -> None:
    for number, text in enumerate(HOSTILE):
        name = text.replace("/", "|")
        figures: dict[str, object] = dict.fromkeys(
            ("git_commit", "fault", "target", "pattern", "remediation", "source", "test_name"), text
        )
        figures |= {"p95_ms": 10 + 10 * number, "success": True, "confidence": 0.5, "success_rate_during": 0.5}
        who = {"agent": name}
        tell(run, "hooks", "pre-task", "--description", text, "--session-id", name, "--task-id", text, **who)
        tell(run, "hooks", "post-edit", "--file", text, "--session-id", name, **who)
        for family in ("baselines", "chaos", "remediations", "patterns"):
            tell(
                run,
                "hooks",
                "notify",
                "--message",
                text,
                "--memory-key",
                f"{name}/{family}/{name}",
                "--metadata",
                json.dumps(figures),
                "--session-id",
                name,
                **who,
            )
        tell(run, "memory", "store", f"{HOSTILE[0].replace('/', '|')}/shared", text, **who)
        tell(run, "memory", "store", f"old/{name}", text, "--ttl", "1", at="2025-10-14T12:00:00Z")
