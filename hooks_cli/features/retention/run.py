"""A full garbage collection as `memory gc` runs it: deletes what is due, shrinks the file, completes interrupted
work.
"""

from __future__ import annotations

from hooks_cli.features.retention import collect as gc
from hooks_cli.features.retention import collect_journal
from hooks_cli.features.retention.outcome import Collected, Scope
from hooks_cli.features.retention.rules import Rules
from hooks_cli.store.sqlite.maintenance import journal as maintenance_journal
from hooks_cli.store.sqlite.maintenance import scrub, state, versions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from hooks_cli.environment import Environment
    from hooks_cli.features.attribution import Caller
    from hooks_cli.features.retention.decide import Decision
    from hooks_cli.output.progress import Progress
    from hooks_cli.store.sqlite.store import EmbeddedStore

# The file shrinks less than what was counted, since versions share pages: a size limit is approached in this many rounds at most.
ROUNDS = 6


class Request:
    """What a run is asked for. `max_age` in ms (None: as the settings have it); `aggressive` takes every version that its address no
    longer says; `expired_only` nothing but what has expired; `defrag_only` nothing at all, it only makes the file smaller. What fits one of
    the globs in `spared` is left alone in any case.
    """

    __slots__ = ("aggressive", "defrag_only", "expired_only", "max_age", "pattern", "spared")

    def __init__(
        self,
        pattern: str = "*",
        *,
        spared: tuple[str, ...] = (),
        max_age: int | None = None,
        aggressive: bool = False,
        expired_only: bool = False,
        defrag_only: bool = False,
    ) -> None:
        self.pattern = pattern
        self.spared = spared
        self.max_age = max_age
        self.aggressive = aggressive
        self.expired_only = expired_only
        self.defrag_only = defrag_only

    def rules(self, environment: Environment, size: int = 0) -> Rules:
        """The rules of the settings, changed as the request asks. `size` is what the store takes, in bytes.

        Where that is more than the user's max_size, the file of a project that is not trusted does not count: what it keeps would cost
        other entries their place.
        """
        rules = gc.rules_of(environment, self.max_age)
        if rules.max_size and size > rules.max_size:
            rules = gc.rules_of(environment, self.max_age, without_project=True)
        rules.spared = self.spared
        if self.expired_only:
            rules.max_size = 0
        for limits in rules.each():
            if self.expired_only:
                limits.max_age = limits.max_versions = 0
            elif self.aggressive:
                limits.max_versions = 1
        return rules


def plan(store: EmbeddedStore, environment: Environment, request: Request) -> tuple[list[Decision], int, int]:
    """What a run would do: the decisions on everything that is due, how many versions are not, and how many events would go."""
    found = list(due(store, environment, request))
    return found, versions.count_versions(store) - len(found), due_events(store, environment, request)


def due(store: EmbeddedStore, environment: Environment, request: Request) -> Iterator[Decision]:
    """The decisions on everything that is due, one after the other; only a size limit has to hold them all."""
    if request.defrag_only:
        return
    now = environment.now()
    rules = request.rules(environment, versions.used_bytes(store))
    found: list[Decision] = []
    for _, _, decided in gc.decisions(store, rules, now, Scope(request.pattern)):
        for decision in decided:
            if decision.due:
                if rules.max_size:
                    found.append(decision)
                yield decision
    yield from _for_size(store, rules, now, request, found)


def due_events(store: EmbeddedStore, environment: Environment, request: Request) -> int:
    """How many events would go."""
    if request.defrag_only or not _everything(request):
        return 0
    rules = request.rules(environment, versions.used_bytes(store))
    return maintenance_journal.count_events(store, _event_cutoff(environment, request, rules))


def _for_size(store: EmbeddedStore, rules: Rules, now: int, request: Request, found: list[Decision]) -> list[Decision]:
    """The decisions that `max_size` adds to a plan (events, which would go in between, are counted as if all stayed)."""
    if not rules.max_size or not _everything(request):
        return []
    from hooks_cli.features.retention import size_limit
    from hooks_cli.features.retention.decide import Decision

    going = [d.version for d in found if not d.keep]
    excess = size_limit.excess_of(store, rules) - sum(version.size for version in going)
    gone = {(version.address, version.version) for version in going}
    added: list[Decision] = []
    if excess <= 0:
        return added
    for _, version in size_limit.deletion_candidates(store, rules, now, gone):
        if excess <= 0:
            break
        gone.add((version.address, version.version))
        added.append(Decision(version, False, "the store is larger than max_size", due=True))
        excess -= version.size
    return added


# The longest time that a collection spends on the present form of the word index in a store of version 0.1: 100,000 entries and more.
INDEX_SECONDS = 60.0


def run(
    store: EmbeddedStore, environment: Environment, request: Request, who: Caller, progress: Progress | None = None
) -> Collected:
    """Collect, and give the space back. The journal keeps what was taken, in figures."""
    if progress is not None and progress.shown:
        progress.total = versions.last_head(store)
    result = Collected()
    now = environment.now()
    pages = scrub.page_count(store)
    if not request.defrag_only:
        rules = request.rules(environment, versions.used_bytes(store))
        scope = Scope(request.pattern)
        result = gc.collect(store, rules, now, scope, told=None if progress is None else progress.reach)
        cutoff = _event_cutoff(environment, request, rules)
        if _everything(request) and cutoff:
            collect_journal.collect(store, cutoff, scope, result)
        if rules.max_size and _everything(request):
            _fit(store, rules, now, result)
    if progress is not None:
        progress.stage("Making the file smaller")
    if state.get(store, state.WORD_INDEX) < state.WORD_INDEX_VERSION:
        from hooks_cli.store.sqlite.search import index_form

        index_form.advance(store, INDEX_SECONDS)
    if request.aggressive or request.defrag_only or scrub.words_are_stale(store):
        result.words_left = not scrub.merge_words(store)
    scrub.scrub(store)
    scrub.give_back(store)
    result.pages = pages - scrub.page_count(store)
    if result.versions or result.events:
        from hooks_cli.store.sqlite.rows import journal

        with store.writing() as tx:
            by = who.in_transaction(tx, environment, "gc")
            journal.record(
                tx,
                "gc",
                result.figures(),
                revision=tx.next_revision(),
                session=by.session,
                attribution=by.how,
                agent=by.agent,
            )
    scrub.settle_log(store)
    return result


def _fit(store: EmbeddedStore, rules: Rules, now: int, result: Collected) -> None:
    if versions.used_bytes(store) > rules.max_size:
        scrub.merge_words(store)  # the words of what age has taken must not cost anything else its place
    for _ in range(ROUNDS):
        if versions.used_bytes(store) <= rules.max_size:
            result.excess = 0
            return
        from hooks_cli.features.retention import size_limit

        before = result.versions + result.events
        size_limit.fit(store, rules, now, result)
        scrub.merge_words(store)
        result.excess = max(0, versions.used_bytes(store) - rules.max_size)
        if result.versions + result.events == before:
            return


def _everything(request: Request) -> bool:
    return request.pattern == "*" and not request.expired_only and not request.defrag_only


def _event_cutoff(environment: Environment, request: Request, rules: Rules) -> int:
    """The time (ms) before which events go; 0 when they do not age."""
    age = rules.event_age if request.max_age is None else request.max_age
    return environment.now() - age if age else 0


def used_bytes(store: EmbeddedStore) -> int:
    """What the store takes without its free pages, in bytes."""
    return versions.used_bytes(store)


def free_pages(store: EmbeddedStore) -> int:
    """How many pages of the store's file hold nothing."""
    return scrub.free_pages(store)
