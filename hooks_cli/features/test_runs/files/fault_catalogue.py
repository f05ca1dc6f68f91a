"""The faults that `[chaos] fault` may name: what each does, to what, and its parameters with their defaults."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One fault. `acts_on`: process (the service's processes), network (its proxy) or machine. `ends_target` says that the service stops;
    `needs_duration`, that `duration` must say how long it lasts. `parameters` holds defaults; None is one that must be given.
    """

    name: str
    acts_on: str
    text: str
    ends_target: bool = False
    needs_duration: bool = False
    parameters: tuple[tuple[str, float | None], ...] = ()


_KINDS = (
    FaultKind("process_kill", "process", "SIGKILL to every process of the service.", ends_target=True),
    FaultKind("container_kill", "process", "The same; for a container, `docker kill`.", ends_target=True),
    FaultKind(
        "container_stop",
        "process",
        "SIGTERM, and SIGKILL after 10 s; for a container, `docker stop`.",
        ends_target=True,
    ),
    FaultKind(
        "container_pause",
        "process",
        "SIGSTOP, and SIGCONT when `duration` is over; for a container, `docker pause`.",
        needs_duration=True,
    ),
    FaultKind(
        "network_latency",
        "network",
        "What is sent to the service arrives `delay_ms` later, give or take `jitter_ms`.",
        parameters=(("delay_ms", None), ("jitter_ms", 0.0)),
    ),
    FaultKind("network_partition", "network", "Connections stay open and nothing passes, in either direction."),
    FaultKind("network_down", "network", "Connections are cut, and new ones are refused."),
    FaultKind("connection_reset", "network", "Each connection is reset, and so is each new one."),
    FaultKind(
        "bandwidth", "network", "At most `kb_s` KiB a second pass in each direction.", parameters=(("kb_s", None),)
    ),
    FaultKind(
        "cpu_stress",
        "machine",
        "`workers` busy loops on this machine, whatever the target.",
        needs_duration=True,
        parameters=(("workers", 1.0),),
    ),
    FaultKind(
        "memory_stress",
        "machine",
        "`memory_mb` MiB of this machine's memory are held, whatever the target.",
        needs_duration=True,
        parameters=(("memory_mb", None),),
    ),
)
FAULTS = {kind.name: kind for kind in _KINDS}
PARAMETERS = frozenset(name for kind in _KINDS for name, _ in kind.parameters)
TIMINGS = ("at_start", "after_<duration>", "after_steady_state_<duration>", "between_scenarios")


def as_object() -> dict[str, object]:
    """The catalogue for programs, and for `swarm/chaos/fault_catalog`."""
    faults = [
        {
            "fault": kind.name,
            "acts_on": kind.acts_on,
            "text": kind.text,
            "needs_duration": kind.needs_duration,
            "parameters": dict(kind.parameters),
        }
        for kind in _KINDS
    ]
    return {"faults": faults, "timings": list(TIMINGS)}
