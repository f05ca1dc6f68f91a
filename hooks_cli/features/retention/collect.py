"""Garbage collection of entries: finds due versions, asks `decide`, deletes in transactions of milliseconds.

Each transaction deletes a little, commits and pauses, so that a hook never waits long for one. Nothing is remembered between two
transactions that a kill could lose: what was deleted is gone, what was not is found again by the next run.
"""

from __future__ import annotations

import time

from hooks_cli.features.retention import collect_journal
from hooks_cli.features.retention.outcome import Collected, Scope
from hooks_cli.features.retention.rules import Rules
from hooks_cli.store.sqlite.maintenance import journal as ageing
from hooks_cli.store.sqlite.maintenance import scrub, state
from hooks_cli.store.sqlite.maintenance import versions as maintenance_versions
from hooks_cli.text.units import DAY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hooks_cli.environment import Environment
    from hooks_cli.features.retention.decide import Decision
    from hooks_cli.model.version import Version
    from hooks_cli.store.sqlite.store import EmbeddedStore

# Heads read per batch; versions decided per batch.
SPAN = 2_000
GROUP = 200
# The versions of one address are deleted in parts of this size; this number of versions or bytes goes with one statement.
PART = 20
AT_ONCE = 50
BYTES_AT_ONCE = 128 * 1024
# A bounded run ranks at most this number of baselines; where there are more, it leaves them to the next whole run.
MOST_BASELINES = 2_000

AUTOMATIC_SECONDS = 0.2
# Automatic collection looks at what was written before the last day, and holds off when the newest of that is older than this.
SETTLED = DAY
LONGEST_ABSENCE = 30 * DAY


def rules_of(environment: Environment, max_age: int | None = None, *, without_project: bool = False) -> Rules:
    """The rules that the settings hold, with the defaults where they are silent; `max_age` (ms) in place of max_age_days.

    `without_project` leaves the file of a project that is not trusted out: the user's own rules alone.
    """
    settings = environment.settings
    if without_project and not settings.trusted:
        from hooks_cli.settings import files

        settings = files.read(environment.folders.user_config, "")
    rules = Rules(
        max_age=settings.number("memory.gc.max_age_days") * DAY if max_age is None else max_age,
        patterns=settings.flag("memory.gc.keep_successful_patterns"),
        baselines=settings.number("memory.gc.keep_baselines_per_commit"),
        max_versions=settings.number("memory.gc.max_versions"),
        max_size=settings.number("memory.max_size"),
    )
    days = settings.number("memory.gc.event_max_age_days") or settings.number("memory.gc.max_age_days")
    rules.event_age = days * DAY
    for pattern, row in settings.rows("memory.gc.rules").items():
        age, patterns = _number(row, "max_age_days"), row.get("keep_successful_patterns")
        rules.add(
            pattern,
            max_age=None if age is None else age * DAY,
            max_versions=_number(row, "max_versions"),
            patterns=patterns if isinstance(patterns, bool) else None,
            baselines=_number(row, "keep_baselines_per_commit"),
            keep=row.get("keep") is True,
            only_keeps=settings.is_projects_rule(pattern, row),
        )
    return rules


def _number(row: Mapping[str, object], name: str) -> int | None:
    value = row.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def decisions(
    store: EmbeddedStore, rules: Rules, now: int, scope: Scope, after: int = 0
) -> Iterator[tuple[int, int, list[Decision]]]:
    """(head up to which was looked, newest version ever, the decisions on all versions) of every address that may have something due.

    An item without decisions says that everything up to that head is looked through.
    """
    bounded = scope.deadline is not None
    baselines = maintenance_versions.baselines(store, MOST_BASELINES + 1 if bounded else -1)
    crowded = bounded and len(baselines) > MOST_BASELINES
    places: dict[int, int] | None = None
    shortest, fewest = rules.shortest_age(), rules.fewest_versions()
    cutoff = now - shortest if shortest else 0
    while not scope.over() and (upto := maintenance_versions.span_end(store, after, SPAN)):
        heads = maintenance_versions.due_heads(store, after, upto, scope.pattern, cutoff, now, fewest)
        for at in range(0, len(heads), GROUP):
            from hooks_cli.features.retention.decide import decide_address, is_baseline, rank_baselines

            if places is None:
                places = {} if crowded else rank_baselines(baselines, now)
            group = heads[at : at + GROUP]
            for last_version, versions in maintenance_versions.versions_of(store, group):
                if crowded and is_baseline(versions[0].address):
                    continue
                yield group[0] - 1, last_version, decide_address(versions, places, rules, now)
        after = upto
        yield after, 0, []


def explain(store: EmbeddedStore, rules: Rules, now: int, address: str) -> list[Decision]:
    """The decisions on all versions of one address; [] when there are none."""
    from hooks_cli.features.retention.decide import decide_address, rank_baselines

    versions = maintenance_versions.versions_at(store, address)
    return (
        decide_address(versions, rank_baselines(maintenance_versions.baselines(store), now), rules, now)
        if versions
        else []
    )


def collect(
    store: EmbeddedStore,
    rules: Rules,
    now: int,
    scope: Scope,
    *,
    after: int = 0,
    told: Callable[[int], None] | None = None,
) -> Collected:
    """Delete the versions that are due in the scope.

    Starts after a head and notes in the result how far it came (`head`, 0 at the end); `told` hears it on the way.
    """
    result = Collected()
    pending: list[tuple[list[Version], int]] = []
    for head, last, decided in decisions(store, rules, now, scope, after):
        going = [d.version for d in decided if not d.keep]
        pending += [(part, last) for part in _parts(going)]
        if len(pending) >= GROUP or not decided:
            _drop_all(store, pending, now, scope, result)
            if pending:
                return result  # the time is up
        if not decided:
            result.head = head
            if told is not None:
                told(head)
    _drop_all(store, pending, now, scope, result)
    if not pending and result.head >= maintenance_versions.last_head(store):
        result.head = 0
    return result


def _parts(going: list[Version]) -> Iterator[list[Version]]:
    part: list[Version] = []
    size = 0
    for version in going:
        if part and (len(part) == PART or size + version.size > BYTES_AT_ONCE):
            yield part
            part, size = [], 0
        part.append(version)
        size += version.size
    if part:
        yield part


def _taken(pending: list[tuple[list[Version], int]]) -> list[tuple[int, list[Version]]]:
    """Take from the end of `pending` what goes with one statement."""
    taken: list[tuple[int, list[Version]]] = []
    number = size = 0
    while pending and (not taken or (number < AT_ONCE and size < BYTES_AT_ONCE)):
        going, last = pending.pop()
        taken.append((last, going))
        number += len(going)
        size += sum(version.size for version in going)
    return taken


def _drop_all(
    store: EmbeddedStore, pending: list[tuple[list[Version], int]], now: int, scope: Scope, result: Collected
) -> None:
    """Delete versions, given with the newest version of their address, in short transactions; what is done leaves `pending`."""
    if not pending:
        return
    from hooks_cli.features.retention.decide import is_expired
    from hooks_cli.store.sqlite.maintenance.throttled_writes import ThrottledWrite, should_commit
    from hooks_cli.system.failpoints import failpoint

    pending.reverse()
    while pending and not scope.over():
        newest = 0
        with ThrottledWrite(store) as tx:
            began = time.monotonic()
            tx.next_revision()
            while pending:
                for version in maintenance_versions.drop(tx, _taken(pending)):
                    result.add(version)
                    if not is_expired(version, now):
                        newest = max(newest, version.revision)
                if should_commit(store, began):
                    break
            if newest:
                maintenance_versions.note_collected(tx, newest)
            failpoint("gc-in-transaction")
        failpoint("gc-between-transactions")
    pending.reverse()


def automatic(store: EmbeddedStore, environment: Environment) -> Collected | None:
    """The bounded collection at session-end: None where `[memory.gc]` is not written or switched off.

    When nothing was written in the 30 days before the last one, it holds off (`held_off`, in days): then the clock is wrong, or nobody
    was here for long. Where what the project's file says of it has changed, that is told once (`told`), and nothing is taken.
    """
    settings = environment.settings
    if not settings.flag("memory.gc.enabled"):
        return None
    if not settings.has("memory.gc"):
        if "memory.gc" not in settings.held or not _is_news(store, environment):
            return None
        return Collected(
            told=f"automatic collection is off, because only {environment.project.config_path} asks for it. Allow it with: "
            "hooks-cli project trust"
        )
    now = environment.now()
    before = ageing.newest_write_before(store, now - SETTLED)
    if before is not None and now - before > LONGEST_ABSENCE:
        return Collected(held_off=(now - before) // DAY)
    if _is_news(store, environment):
        return Collected(
            told=f"what {environment.project.config_path} says of it has changed, so nothing was taken this time. What the next "
            "session-end takes: hooks-cli memory gc --dry-run"
        )
    return bounded(store, environment)


def _is_news(store: EmbeddedStore, environment: Environment) -> bool:
    """Whether the project's rules are others than at the last automatic collection; they are noted as known."""
    from hooks_cli.project.discovery import fingerprint
    from hooks_cli.settings.settings import PROJECT

    settings = environment.settings
    said = [
        f"{key} {settings.values[key]!r}"
        for key, origin in sorted(settings.origins.items())
        if origin & PROJECT and (key.startswith("memory.gc.") or key == "memory.max_size")
    ]
    if said or settings.held:
        said += [*settings.held, str(settings.trusted)]
    mark = int(fingerprint("\n".join(said)), 16) >> 2 if said else 0
    if state.get(store, state.PROJECT_RULES) == mark:
        return False
    with store.writing() as tx:
        state.put(tx, state.PROJECT_RULES, mark)
    return True


def bounded(store: EmbeddedStore, environment: Environment) -> Collected:
    """Collect for 200 ms at most, from where the last bounded run stopped."""
    scope = Scope(deadline=time.monotonic() + AUTOMATIC_SECONDS)
    now = environment.now()
    after = state.get(store, state.COLLECTED_TO)
    rules = rules_of(environment)
    result = collect(store, rules, now, scope, after=after)
    if rules.event_age and not scope.over():
        collect_journal.collect(store, now - rules.event_age, scope, result)
    if result.head != after:
        with store.writing() as tx:
            state.put(tx, state.COLLECTED_TO, result.head)
    if not scope.over() and scrub.words_are_stale(store):
        scrub.merge_words(store, scope.deadline)
    if not scope.over():
        result.pages = scrub.give_back(store, scope.deadline)
    return result
