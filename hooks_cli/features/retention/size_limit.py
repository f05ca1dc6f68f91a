"""Enforces `[memory] max_size`. Deletes in this order, oldest first: superseded versions, journal events, current
versions. Pins and keep rules are never deleted.

In this order, each the oldest first: what no address says any more, the journal's events, what addresses say now. Pins and keep rules
hold (`features.retention.decide`); an address keeps its newest version as long as an older one of it is held.
"""

from __future__ import annotations

from hooks_cli.features.retention.decide import Decision, decide_address, rank_baselines
from hooks_cli.features.retention.outcome import Collected
from hooks_cli.features.retention.rules import Rules
from hooks_cli.store.sqlite.maintenance import journal
from hooks_cli.store.sqlite.maintenance import versions as maintenance_versions
from hooks_cli.store.sqlite.maintenance.throttled_writes import ThrottledWrite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from hooks_cli.model.version import Version
    from hooks_cli.store.sqlite.store import EmbeddedStore

WINDOW = 500
PART = 50
BYTES_AT_ONCE = 128 * 1024
# Where a store is too large, it is brought a little below the limit, so that the next write does not make it too large again.
TARGET_FILL = 0.98


def deletion_candidates(
    store: EmbeddedStore, rules: Rules, now: int, gone: set[tuple[str, int]]
) -> Iterator[tuple[bool, Version]]:
    """(whether it is what its address says now, the version) for everything that may go for size, in the order in which it goes.

    `gone` are (address, version) that are as good as deleted; what is yielded is added by the caller when it goes too.
    """
    places = rank_baselines(maintenance_versions.baselines(store), now)
    for is_standing, find in ((False, maintenance_versions.superseded), (True, maintenance_versions.standing)):
        after = 0
        while True:
            rows = find(store, after, WINDOW)
            if not rows:
                break
            after = rows[-1][0]
            wanted = {row[0] for row in rows}
            candidates: list[Decision] = []
            for _, versions in maintenance_versions.versions_of(store, sorted({row[1] for row in rows})):
                decided = decide_address(versions, places, rules, now)
                left = {d.version.version for d in decided if (d.version.address, d.version.version) not in gone}
                for decision in decided:
                    version = decision.version
                    alone = left == {version.version}
                    if version.revision in wanted and not decision.held and (alone or not is_standing):
                        candidates.append(decision)
            candidates.sort(key=lambda d: d.version.revision)
            for decision in candidates:
                version = decision.version
                if (version.address, version.version) not in gone:
                    yield is_standing, version


def excess_of(store: EmbeddedStore, rules: Rules) -> int:
    """How many bytes by the estimate must go until the store is no larger than `rules.max_size`; 0 or less when it fits.

    The words of a version, its places in indexes and half-empty pages go with it, which no estimate of one version has: so each is taken
    for its share of the whole file. Otherwise more would go than must.
    """
    used = maintenance_versions.used_bytes(store)
    share = max(1.0, used / max(maintenance_versions.estimated_bytes(store), 1))
    return int((used - rules.max_size * TARGET_FILL) / share) if used > rules.max_size else 0


def fit(store: EmbeddedStore, rules: Rules, now: int, result: Collected) -> None:
    """Delete until the store is no larger than `rules.max_size`; what is over it in the end stands in `result.excess`."""
    excess = excess_of(store, rules)
    gone: set[tuple[str, int]] = set()
    events_done = False
    going: list[Version] = []
    for is_standing, version in deletion_candidates(store, rules, now, gone):
        if is_standing and not events_done:
            excess = _drop(store, going, excess, result)
            going = []
            excess = _drop_events(store, excess, result)
            events_done = True
        if excess - sum(v.size for v in going) <= 0:
            break
        going.append(version)
        gone.add((version.address, version.version))
        if len(going) >= PART or sum(v.size for v in going) >= BYTES_AT_ONCE:
            excess = _drop(store, going, excess, result)
            going = []
    excess = _drop(store, going, excess, result)
    if not events_done and excess > 0:
        excess = _drop_events(store, excess, result)
    result.excess = max(0, excess)


def _drop(store: EmbeddedStore, going: list[Version], excess: int, result: Collected) -> int:
    """Delete these versions in one short transaction; the excess that is left."""
    if not going:
        return excess
    by_address: dict[str, list[Version]] = {}
    for version in going:
        by_address.setdefault(version.address, []).append(version)
    with ThrottledWrite(store) as tx:
        tx.next_revision()
        plans = [
            (maintenance_versions.newest_version(store, address), versions) for address, versions in by_address.items()
        ]
        for version in maintenance_versions.drop(tx, plans):
            result.add(version)
            excess -= version.size
        maintenance_versions.note_collected(tx, max(version.revision for version in going))
    return excess


def _drop_events(store: EmbeddedStore, excess: int, result: Collected) -> int:
    while excess > 0:
        revisions, size = journal.oldest_events(store, PART)
        if not revisions:
            break
        with ThrottledWrite(store) as tx:
            tx.next_revision()
            result.events += journal.drop_events(tx, revisions)
        excess -= size
    return excess
