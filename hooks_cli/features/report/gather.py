"""Gathers all data of `report` from one store. Reads only; each section takes one or two statements."""

from __future__ import annotations

import re

from hooks_cli.features.report import gather_files, gather_learning, gather_places
from hooks_cli.features.report.model import Activity, Collection, Going, Report, SessionRow, TaskRow
from hooks_cli.features.retention import collect, run
from hooks_cli.store.sqlite.maintenance.versions import count_versions
from hooks_cli.store.sqlite.reports import report_queries, statistics
from hooks_cli.text.units import DAY, HOUR, WEEK, to_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.retention.decide import Decision
    from hooks_cli.store.sqlite.store import EmbeddedStore

MOST_ROWS = 500
MOST_BUCKETS = 60
KINDS = ("edits", "notices", "tasks", "sessions", "other", "memory")
TOP_NAMESPACES = 6
# What differs between the reasons of versions that go or stay by the same rule: ages, numbers, commits.
_PARTICULARS = (
    (re.compile(r"(its time to live ran out) .+"), r"\1"),
    (re.compile(r".+ old, (more than .+?)(; baseline .+)?"), r"\1 old"),
    (re.compile(r"[\d,]+ newer versions, (\d+ are kept.*?)(; baseline .+)?"), r"newer versions, \1"),
    (re.compile(r"baseline \d+ of (\d+).*"), r"one of the newest \1 baselines of its commit"),
    (re.compile(r"(the newest baseline of its address) .+"), r"\1"),
    (re.compile(r"(a successful pattern) \(.+"), r"\1"),
)


def gather(store: EmbeddedStore, environment: Environment, since: int) -> Report:
    """What is to be told of everything since a time (ms, 0 for all). Raises what reading a store raises (74, 75)."""
    now = environment.now()
    span = report_queries.span_of(store, since)
    first, last = (now, now) if span is None else (max(since, span[0]), max(span[1], min(now, span[1] + DAY)))
    size = bucket_size(last - first)
    cut: dict[str, int] = {}
    baselines = gather_learning.baselines(store, since)
    entries = statistics.entry_figures(store, now)
    journal = statistics.journal_figures(store, since)
    sizes = statistics.size_figures(store)
    sessions = [SessionRow(*row) for row in report_queries.sessions(store, since, MOST_ROWS)]
    tasks = [TaskRow(*row) for row in report_queries.tasks(store, since, MOST_ROWS)]
    files, file_count, edit_count = gather_files.files(store, since, MOST_ROWS)
    session_count, task_count = report_queries.counts(store, since)
    for name, number in (("sessions", session_count), ("tasks", task_count), ("files", file_count)):
        if number > MOST_ROWS:
            cut[name] = number - MOST_ROWS
    figures = {
        "sessions": session_count,
        "tasks": task_count,
        "events": journal["events"] or 0,
        "entries": entries["entries"] or 0,
        "versions": entries["versions"] or 0,
        "sealed": entries["sealed"] or 0,
        "files": file_count,
        "edits": edit_count,
        "store_bytes": sizes["bytes"],
        "regressions": sum(series.regressed for series in baselines),
    }
    return Report(
        project=environment.project.name,
        at=now,
        since=since,
        revision=sizes["revision"],
        figures=figures,
        sessions=sessions,
        tasks=tasks,
        activity=activity(store, first, last, size),
        baselines=baselines,
        experiments=gather_learning.experiments(store, since),
        remediations=gather_learning.remediations(store, since),
        patterns=gather_learning.patterns(store, since),
        interactions=gather_places.interactions(store, environment, since),
        files=files,
        tree=gather_places.tree(store, now),
        growth=growth(store, first, last, size),
        collection=collection(store, environment, cut),
        cut=cut,
    )


def bucket_size(length: int) -> int:
    """How wide (ms) a bar of a chart over `length` ms is: an hour, some hours, a day or some weeks, so that at most 60 stand side by
    side.

    >>> bucket_size(DAY) == HOUR, bucket_size(30 * DAY) == DAY, bucket_size(400 * DAY) == WEEK
    (True, True, True)
    """
    for size in (HOUR, 6 * HOUR, DAY, WEEK):
        if length < MOST_BUCKETS * size:
            return size
    return WEEK * (1 + length // (MOST_BUCKETS * WEEK))


def _buckets(first: int, last: int, size: int) -> list[int]:
    return list(range(first // size * size, last + 1, size))


def activity(store: EmbeddedStore, first: int, last: int, size: int) -> Activity:
    """What happened in each span of `size` ms, by kind; spans without anything stand as 0."""
    buckets = _buckets(first, last, size)
    place = {at: n for n, at in enumerate(buckets)}
    kinds = {kind: [0] * len(buckets) for kind in KINDS}
    for at, kind, count in report_queries.activity(store, first, size):
        if at in place:
            kinds[kind][place[at]] += count
    return Activity(size, buckets, {kind: counts for kind, counts in kinds.items() if any(counts)})


def growth(store: EmbeddedStore, first: int, last: int, size: int) -> Activity:
    """How many versions there were at the end of each span, by first segment (the smallest ones together)."""
    buckets = _buckets(first, last, size)
    place = {at: n for n, at in enumerate(buckets)}
    written: dict[str, list[int]] = {}
    for at, top, count in report_queries.growth(store, first, size):
        counts = written.setdefault(top or "(none)", [0] * len(buckets))
        if at < 0:
            counts[0] += count
        elif at in place:
            counts[place[at]] += count
    names = sorted(written, key=lambda name: (-sum(written[name]), name))
    shown = {name: written[name] for name in names[:TOP_NAMESPACES]}
    rest = [written[name] for name in names[TOP_NAMESPACES:]]
    if rest:
        shown["(others)"] = [sum(column) for column in zip(*rest, strict=True)]
    for counts in shown.values():
        for n in range(1, len(counts)):
            counts[n] += counts[n - 1]
    return Activity(size, buckets, shown)


def collection(store: EmbeddedStore, environment: Environment, cut: dict[str, int]) -> Collection:
    """What `memory gc` would do now, and by which rules."""
    request = run.Request()
    reasons: dict[tuple[bool, str], tuple[int, int]] = {}
    shown: list[Decision] = []
    number = 0
    for decision in run.due(store, environment, request):
        number += 1
        key = (decision.keep, _kind(decision.reason))
        count, size = reasons.get(key, (0, 0))
        reasons[key] = (count + 1, size + decision.version.size)
        shown.append(decision)
        if len(shown) > 4 * MOST_ROWS:
            shown = _first(shown)
    if number > MOST_ROWS:
        cut["collection"] = number - MOST_ROWS
    versions = [
        Going(d.version.address, d.version.version, d.version.at, d.version.size, d.keep, d.reason)
        for d in _first(shown)
    ]
    not_due = count_versions(store) - number
    return Collection(_rules(environment), versions, reasons, not_due, run.due_events(store, environment, request))


def _first(decisions: list[Decision]) -> list[Decision]:
    """As many as are shown: first what goes, the oldest first."""
    return sorted(decisions, key=lambda d: (d.keep, d.version.at))[:MOST_ROWS]


def _kind(reason: str) -> str:
    """The rule behind a reason, without the particulars of one version.

    >>> _kind("120 days old, more than 90 days"), _kind("baseline 2 of 5 of commit abc")
    ('more than 90 days old', 'one of the newest 5 baselines of its commit')
    """
    for pattern, said in _PARTICULARS:
        found = pattern.fullmatch(reason)
        if found:
            return found.expand(said)
    return reason


def _rules(environment: Environment) -> list[str]:
    rules = collect.rules_of(environment)
    general = rules.general
    told = [f"Older than {to_words(general.max_age)} goes." if general.max_age else "Nothing goes for its age."]
    if general.patterns:
        told.append("Successful patterns stay.")
    if general.baselines:
        told.append(
            f"The newest baseline of each address and commit stays, and others until a commit has {general.baselines}."
        )
    if general.max_versions:
        told.append(f"At most {general.max_versions} versions of an address stay.")
    if rules.by_pattern:
        told.append(f"Rules of their own: {', '.join(rule.pattern for rule in rules.by_pattern)}.")
    told.append("Pinned entries stay.")
    return told
