"""Decides which versions are kept and which are deleted, with the reason of each. A pure function.

`decide(versions, rules, now)` is the whole of it; `docs/retention.md` says the same in words, with an example worked by hand. Age
drops, the keep rules (`retention_rules`) rescue, and a pin stands above all. Nothing here reads a clock or a store.

A garbage collector that has no time to see the whole store uses the pieces: `rank_baselines` over the baselines alone, then
`decide_address` for one address after another. Both ways decide alike (a property test holds them together).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from math import inf

from hooks_cli.model.version import Version
from hooks_cli.text.units import to_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hooks_cli.features.retention.rules import Limits, Rules

TOMBSTONE = 2
SUCCESS = 0.8
# The place of the newest baseline of an address and commit; other places count from 1.
FIRST = -1
BASELINE_WORDS = ("baseline", "baselines")
PATTERN_WORDS = ("pattern", "patterns", "remediation", "remediations")


class Decision:
    """`keep` or not, and why, for one version.

    `due`: age, number or lifetime would drop it. `held`: a pin or a keep rule protects it, whether or not it is due. `closing`: it
    is due, and stays only because an older version of its address does.
    """

    __slots__ = ("closing", "due", "held", "keep", "reason", "version")

    def __init__(self, version: Version, keep: bool, reason: str, *, due: bool, held: bool = False) -> None:
        self.version = version
        self.keep = keep
        self.reason = reason
        self.due = due
        self.held = held
        self.closing = False


# --- what counts -------------------------------------------------------------------------------------------------------
def _has_word(address: str, words: tuple[str, ...]) -> bool:
    for separator in "-./":
        address = address.replace(separator, "_")
    return any(word in words for word in address.split("_"))


def is_baseline(address: str) -> bool:
    """Whether an address is a performance baseline: a word of it is `baseline` or `baselines`.

    >>> is_baseline("swarm/performance/baselines/api"), is_baseline("perf/api-baseline"), is_baseline("docs/baselined")
    (True, True, False)
    """
    return _has_word(address, BASELINE_WORDS)


def is_pattern(version: Version) -> bool:
    """Whether a version is a learned pattern: a word of its address says so, or it has a text field `pattern`."""
    return _has_word(version.address, PATTERN_WORDS) or isinstance(version.fields.get("pattern"), str)


def _number(value: object) -> float | None:
    """A share between 0 and 1; more than 1 is read as per cent. Text and booleans are not numbers."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value / 100 if value > 1 else float(value)


def success_of(version: Version) -> str:
    """What makes a pattern a success, in words for the reason, or "" when it is none.

    `success` must not be false, and `success` is true or `success_rate` or `confidence` is 0.8 or more.
    """
    success = version.fields.get("success")
    if success is False:
        return ""
    if success is True:
        return "success is true"
    for name in ("success_rate", "confidence"):
        number = _number(version.fields.get(name))
        if number is not None and number >= SUCCESS:
            return f"{name} {version.fields[name]}"
    return ""


def commit_of(version: Version) -> str:
    """The commit that a baseline belongs to; baselines without one form a group of their own."""
    commit = version.fields.get("git_commit")
    return commit if isinstance(commit, str) else ""


def is_expired(version: Version, now: int) -> bool:
    """Whether a time to live has run out."""
    return 0 < version.expires <= now


# --- the decision ------------------------------------------------------------------------------------------------------
def live_addresses(versions: Iterable[Version], now: int) -> set[str]:
    """The addresses that hold an entry now: their newest version is there, no tombstone and not expired."""
    return {v.address for v in versions if v.newest and v.kind != TOMBSTONE and not is_expired(v, now)}


def rank_baselines(versions: Sequence[Version], now: int) -> dict[int, int]:
    """revision -> place among the baselines of its commit, for all baselines of live addresses.

    The newest baseline of each address has the place FIRST: it stays whatever the other addresses have. The others follow by
    age, so that `place` says how many of the commit stay before this one, itself included. Worked example, newest first: api v3, web
    v2, api v2, web v1 have the places FIRST, FIRST, 3, 4.

    Only a newer baseline that lives at least as long takes a place away: one that ends tomorrow must not cost the commit one that
    would have stayed.
    """
    live = live_addresses(versions, now)
    ends = {v.address: v.expires for v in versions if v.newest}  # with its newest version, an address stops being live
    candidates = [
        v
        for v in versions
        if v.kind < TOMBSTONE and v.address in live and is_baseline(v.address) and not is_expired(v, now)
    ]
    candidates.sort(key=lambda v: -v.revision)
    places: dict[int, int] = {}
    taken: dict[str, list[float]] = {}  # of each commit, when those that hold a place end
    latest: dict[tuple[str, str], float] = {}  # of each commit and address, the latest end so far
    others: list[tuple[Version, float]] = []
    for version in candidates:
        commit = commit_of(version)
        until = min(version.expires or inf, ends[version.address] or inf)
        if until > latest.get((commit, version.address), 0):
            latest[commit, version.address] = until
            places[version.revision] = FIRST
            insort(taken.setdefault(commit, []), until)
        else:
            others.append((version, until))
    for version, until in others:
        lifetimes = taken[commit_of(version)]
        places[version.revision] = 1 + len(lifetimes) - bisect_left(lifetimes, until)
        insort(lifetimes, until)
    return places


def decide_address(versions: Sequence[Version], places: dict[int, int], rules: Rules, now: int) -> list[Decision]:
    """The decisions on all versions of one address; `places` is what `rank_baselines` gave."""
    limits = rules.for_address(versions[0].address)
    spared = rules.spares(versions[0].address)
    live = bool(live_addresses(versions, now))
    last = max(v.version for v in versions)
    decisions = []
    for version in versions:
        age = now - version.at
        old = bool(limits.max_age) and age > limits.max_age
        many = bool(limits.max_versions) and version.version <= last - limits.max_versions
        expired = is_expired(version, now)
        due = old or many or expired
        if version.pinned:
            decision = Decision(version, True, "pinned", due=due, held=True)
        elif spared:
            decision = Decision(version, True, f"left alone by --exclude {spared}", due=due, held=True)
        elif limits.keep:
            decision = Decision(version, True, f"the rule for {limits.pattern} keeps it", due=due, held=True)
        elif expired:
            ago = to_words(now - version.expires)
            decision = Decision(version, False, f"its time to live ran out {ago} ago", due=True)
        else:
            rescue = _rescue(version, live, places.get(version.revision, 0), limits)
            if not due:
                decision = Decision(version, True, f"{to_words(max(age, 0))} old", due=False, held=bool(rescue))
            elif rescue:
                decision = Decision(version, True, rescue, due=True, held=True)
            else:
                why = _why(version, age if old else 0, last, live, places.get(version.revision, 0), limits)
                decision = Decision(version, False, why, due=True)
        decisions.append(decision)
    if any(d.keep for d in decisions):
        for decision in decisions:
            if decision.version.newest and not decision.keep and not is_expired(decision.version, now):
                decision.keep, decision.closing = True, True
                decision.reason = "the newest version of an address of which older ones are kept"
    return decisions


def _rescue(version: Version, live: bool, place: int, limits: Limits) -> str:
    """Which keep rule holds a version, in words, or ""."""
    if limits.baselines and (place == FIRST or 0 < place <= limits.baselines):
        which = "the newest baseline of its address" if place == FIRST else f"baseline {place} of {limits.baselines}"
        commit = commit_of(version)
        return f"{which} of commit {commit}" if commit else f"{which} without a commit"
    if limits.patterns and live and version.newest and is_pattern(version) and success_of(version):
        return f"a successful pattern ({success_of(version)})"
    return ""


def _why(version: Version, age: int, last: int, live: bool, place: int, limits: Limits) -> str:
    """Why a version goes; `age` is 0 when it goes for the number of newer ones."""
    if age:
        why = f"{to_words(age)} old, more than {to_words(limits.max_age)}"
    else:
        why = f"{last - version.version} newer versions, {limits.max_versions} are kept"
    if limits.pattern:
        why += f" (the rule for {limits.pattern})"
    if place == FIRST:
        why += "; no baselines are kept"
    elif place:
        why += f"; baseline {place} of its commit, {limits.baselines} are kept"
    elif is_pattern(version) and version.newest and live:
        why += "; a pattern, but not a successful one"
    return why
