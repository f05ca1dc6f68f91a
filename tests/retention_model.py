"""The rules of garbage collection applied to all versions at once, as the property tests know them."""

from __future__ import annotations

from collections.abc import Iterable

from hooks_cli.features.retention.decide import Decision, decide_address, rank_baselines
from hooks_cli.features.retention.rules import Rules
from hooks_cli.model.version import Version
from hooks_cli.text.units import size_in_words


def decide(versions: Iterable[Version], rules: Rules, now: int, overhead: int = 0) -> list[Decision]:
    """Keep or drop for each version, in the order given, with the reason.

    `overhead` is what the store takes beside these versions, in bytes; it counts towards `rules.max_size`.
    """
    everything = list(versions)
    places = rank_baselines(everything, now)
    by_address: dict[str, list[Version]] = {}
    for version in everything:
        by_address.setdefault(version.address, []).append(version)
    decided: dict[tuple[str, int], Decision] = {}
    for group in by_address.values():
        for decision in decide_address(group, places, rules, now):
            decided[decision.version.address, decision.version.version] = decision
    decisions = [decided[v.address, v.version] for v in everything]
    if rules.max_size:
        total = overhead + sum(d.version.size for d in decisions if d.keep)
        apply_size(decisions, rules, total - rules.max_size)
    return decisions


def apply_size(decisions: Iterable[Decision], rules: Rules, excess: int) -> int:
    """Turn kept ones into dropped ones until `excess` bytes are gone; what is left of the excess (0 or less: it fits).

    First what an address no longer says, the oldest first, then what addresses say now, the oldest first. What is pinned or held
    by a keep rule stays, and so does the newest version of an address of which an older one stays.
    """
    kept = [d for d in decisions if d.keep]
    left: dict[str, int] = {}
    for decision in kept:
        left[decision.version.address] = left.get(decision.version.address, 0) + 1
    reason = f"the store is larger than {size_in_words(rules.max_size)}, and this is the oldest that may go"
    for decision in sorted(kept, key=lambda d: (d.version.newest, d.version.revision)):
        version = decision.version
        alone = left[version.address] == 1
        if decision.held or (version.newest and not alone) or (excess <= 0 and not (decision.closing and alone)):
            continue
        decision.keep, decision.reason = False, reason
        left[version.address] -= 1
        excess -= version.size
    return excess
