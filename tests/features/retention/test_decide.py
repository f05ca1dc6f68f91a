"""What garbage collection keeps: the tables of docs/retention.md, its worked example, and what must hold for any history."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks_cli.features.retention.decide import Decision, decide_address, is_baseline, is_expired, rank_baselines
from hooks_cli.features.retention.rules import Rules
from hooks_cli.model.version import Version
from hooks_cli.text.units import DAY
from tests.retention_model import decide

NOW = 1_800_000_000_000
AGES = (1, 89, 90, 91, 400)
TOMBSTONE, DESTROYED = 2, 3


def kept(decisions: list[Decision]) -> set[tuple[str, int]]:
    return {(d.version.address, d.version.version) for d in decisions if d.keep}


# --- the table of the document -----------------------------------------------------------------------------------------
def aged(age: int, address: str = "notes/plain", **more: object) -> list[Version]:
    return [Version(address, 1, 1, NOW - age * DAY, **more)]  # type: ignore[arg-type]


def deleted(age: int, address: str, fields: dict[str, object] | None = None) -> list[Version]:
    at = NOW - age * DAY
    return [
        Version(address, 1, 1, at, newest=False, fields=fields),
        Version(address, 2, 2, at, kind=TOMBSTONE),
    ]


def thirty_days(age: int, **more: object) -> list[Version]:
    return aged(age, expires=NOW - age * DAY + 30 * DAY, **more)


PATTERN = "swarm/intelligence/patterns/api"
TABLE = {
    "text note": (aged, "kkkdd"),
    "json note": (lambda age: aged(age, kind=1), "kkkdd"),
    "deleted note": (lambda age: deleted(age, "notes/plain"), "kkkdd"),
    "destroyed": (lambda age: aged(age, kind=DESTROYED), "kkkdd"),
    "pinned": (lambda age: aged(age, pinned=True), "kkkkk"),
    "ttl": (thirty_days, "kdddd"),
    "pinned ttl": (lambda age: thirty_days(age, pinned=True), "kkkkk"),
    "confident": (lambda age: aged(age, PATTERN, fields={"confidence": 0.92}), "kkkkk"),
    "rate": (lambda age: aged(age, PATTERN, fields={"success_rate": 0.8}), "kkkkk"),
    "per cent": (lambda age: aged(age, PATTERN, fields={"success_rate": 92}), "kkkkk"),
    "remediation": (
        lambda age: aged(age, "swarm/self_healing/remediations/transient", fields={"success": True}),
        "kkkkk",
    ),
    "by its field": (lambda age: aged(age, "x/y", fields={"pattern": "transient", "success": True}), "kkkkk"),
    "failed": (lambda age: aged(age, PATTERN, fields={"success": False, "confidence": 0.95}), "kkkdd"),
    "unsure": (lambda age: aged(age, PATTERN, fields={"confidence": 0.79}), "kkkdd"),
    "in words": (lambda age: aged(age, PATTERN, fields={"confidence": "high"}), "kkkdd"),
    "per cent, unsure": (lambda age: aged(age, PATTERN, fields={"success_rate": 50}), "kkkdd"),
    "no fields": (lambda age: aged(age, PATTERN), "kkkdd"),
    "no pattern": (lambda age: aged(age, "notes/plain", fields={"success": True, "confidence": 1}), "kkkdd"),
    "deleted pattern": (lambda age: deleted(age, PATTERN, {"success": True}), "kkkdd"),
    "pattern with ttl": (lambda age: thirty_days(age, address=PATTERN, fields={"success": True}), "kdddd"),
}


@pytest.mark.parametrize("name", TABLE)
def test_table(name: str) -> None:
    make, expected = TABLE[name]
    found = ""
    for age in AGES:
        keeps = {d.keep for d in decide(make(age), Rules(), NOW)}
        assert len(keeps) == 1
        found += "k" if keeps == {True} else "d"
    assert found == expected


@pytest.mark.parametrize(("age", "stays"), [(1, True), (89, True), (90, True), (91, False), (400, False)])
def test_replaced_version(age: int, stays: bool) -> None:
    versions = [Version("notes/plain", 1, 1, NOW - age * DAY, newest=False), Version("notes/plain", 2, 2, NOW)]
    assert kept(decide(versions, Rules(), NOW)) == {("notes/plain", 2)} | ({("notes/plain", 1)} if stays else set())


def baselines(ages: list[int]) -> list[Version]:
    """Eight for each of three commits, in turn to four addresses; `ages` of the eight, the oldest first."""
    versions: dict[str, list[Version]] = {}
    revision = 0
    for commit in ("aaa", "bbb", "ccc"):
        for turn, age in enumerate(ages):
            revision += 1
            held = versions.setdefault(f"swarm/performance/baselines/scenario_{turn % 4}", [])
            for older in held:
                older.newest = False
            address = f"swarm/performance/baselines/scenario_{turn % 4}"
            fields: dict[str, object] = {"git_commit": commit}
            held.append(Version(address, len(held) + 1, revision, NOW - age * DAY, fields=fields))
    return [version for held in versions.values() for version in held]


def test_baselines_old() -> None:
    found = {
        d.version.revision for d in decide(baselines([400, 399, 350, 300, 200, 120, 92, 91]), Rules(), NOW) if d.keep
    }
    assert found == {4, 5, 6, 7, 8, 12, 13, 14, 15, 16, 20, 21, 22, 23, 24}


def test_another_address_does_not_push_out_a_baseline() -> None:
    """The only baseline of a host stays, however many other metrics of the commit came after it; above five, nothing else does."""
    fields: dict[str, object] = {"git_commit": "aaa"}
    versions = [Version("perf/baselines/host-1", 1, 1, NOW - 400 * DAY, fields=fields)]
    for n in range(7):
        for version in (1, 2):
            revision = 2 + 2 * n + version - 1
            at = NOW - (399 - n) * DAY
            versions.append(Version(f"perf/baselines/m{n}", version, revision, at, newest=version == 2, fields=fields))
    found = kept(decide(versions, Rules(), NOW))
    assert found == {("perf/baselines/host-1", 1), *((f"perf/baselines/m{n}", 2) for n in range(7))}


def test_baselines_young() -> None:
    assert all(d.keep for d in decide(baselines([90] * 8), Rules(), NOW))
    found = [d.version.revision for d in decide(baselines([200, 91, 90, 90, 89, 3, 2, 1]), Rules(), NOW) if not d.keep]
    assert sorted(found) == [1, 2, 9, 10, 17, 18]


def example() -> list[Version]:
    commit: dict[str, object] = {"git_commit": "abc"}
    place = "swarm/performance/baselines/"

    def day(number: int) -> int:
        return NOW - (400 - number) * DAY

    return [
        Version(place + "api", 1, 1, day(0), newest=False, fields=commit),
        Version(place + "api", 2, 2, day(1), newest=False, fields=commit),
        Version(place + "web", 1, 3, day(2), newest=False, fields=commit),
        Version(place + "api", 3, 4, day(3), newest=False, fields=commit),
        Version(place + "web", 2, 5, day(4), newest=False, fields=commit),
        Version(place + "db", 1, 6, day(5), newest=False, fields=commit),
        Version("notes/release", 1, 7, day(5)),
        Version(place + "web", 3, 8, day(6)),
        Version(place + "db", 2, 9, day(7), kind=TOMBSTONE),
        Version(place + "api", 4, 10, day(395), fields=commit),
    ]


def test_worked_example() -> None:
    decisions = decide(example(), Rules(), NOW)
    assert [d.version.revision for d in decisions if d.keep] == [2, 3, 4, 5, 8, 10]
    reasons = {d.version.revision: d.reason for d in decisions}
    assert reasons[2] == "baseline 5 of 5 of commit abc"
    assert reasons[1] == "400 days old, more than 90 days; baseline 6 of its commit, 5 are kept"
    assert reasons[8] == "the newest baseline of its address without a commit"
    assert reasons[5] == "the newest baseline of its address of commit abc"
    assert reasons[10] == "5 days old"


def test_worked_example_line_7() -> None:
    versions = example()
    for version in versions:
        if version.address.endswith("web"):
            version.address = "swarm/intelligence/patterns/web"
            version.fields = {"confidence": 0.1}
            version.pinned = False
    # An older version is held by something else than the newest: here a young one, as a clock that was set back leaves it.
    versions[4].at = NOW
    decisions = {d.version.revision: d for d in decide(versions, Rules(), NOW)}
    assert decisions[8].keep and decisions[8].reason.startswith("the newest version of an address")
    assert not decisions[3].keep


# --- limits and rules --------------------------------------------------------------------------------------------------
def chain(address: str, count: int, age: int = 1, size: int = 10, first: int = 1) -> list[Version]:
    at = NOW - age * DAY
    return [Version(address, n, first + n - 1, at, newest=n == count, size=size) for n in range(1, count + 1)]


def test_max_versions() -> None:
    assert kept(decide(chain("a", 9), Rules(max_versions=4), NOW)) == {("a", n) for n in (6, 7, 8, 9)}
    rescued = decide(chain("perf/baseline", 9), Rules(max_versions=2), NOW)
    assert kept(rescued) == {("perf/baseline", n) for n in (5, 6, 7, 8, 9)}


def test_rules_by_pattern() -> None:
    rules = Rules()
    rules.add("logs/*", max_age=7 * DAY)
    rules.add("logs/audit/*", keep=True)
    rules.add("tmp/*", max_age=0, max_versions=1)
    rules.add("perf/baseline/*", baselines=1)
    rules.add("perf/pattern/*", patterns=False)
    versions = [*chain("logs/a", 1, age=8), *chain("logs/audit/b", 1, age=999), *chain("tmp/x", 3, age=999)]
    assert kept(decide(versions, rules, NOW)) == {("logs/audit/b", 1), ("tmp/x", 3)}
    versions = [*chain("perf/baseline/x", 3, age=91), *chain("perf/pattern/x", 1, age=91, first=9)]
    versions[-1].fields["success"] = True
    assert kept(decide(versions, rules, NOW)) == {("perf/baseline/x", 3)}
    assert rules.shortest_age() == 7 * DAY and rules.fewest_versions() == 1


def test_max_size_takes_replaced_ones_first() -> None:
    versions = [*chain("a", 3), *chain("b", 1, first=10), *chain("c", 2, first=20)]
    assert kept(decide(versions, Rules(max_size=30), NOW)) == {("a", 3), ("b", 1), ("c", 2)}
    assert kept(decide(versions, Rules(max_size=50), NOW, overhead=30)) == {("b", 1), ("c", 2)}
    versions[0].pinned = versions[1].pinned = versions[2].pinned = True
    assert kept(decide(versions, Rules(max_size=1), NOW)) == {("a", 1), ("a", 2), ("a", 3)}


def test_words() -> None:
    for address in (
        "swarm/performance/baseline",
        "swarm/performance/baselines/x",
        "perf/api-baseline",
        "a_baseline.v2",
    ):
        assert is_baseline(address)
    for address in ("baselined/x", "docs/baselining", "swarm/performance"):
        assert not is_baseline(address)


# --- what holds for any history ----------------------------------------------------------------------------------------
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "success": st.booleans(),
        "confidence": st.sampled_from([0.1, 0.8, 95, "high"]),
        "git_commit": st.sampled_from(["a", "b"]),
        "pattern": st.just("p"),
    },
)
ADDRESSES = ("perf/baseline/x", "perf/baseline/y", "learned/patterns/p", "notes/n", "logs/l")


@st.composite
def histories(draw: st.DrawFn) -> list[Version]:
    versions: list[Version] = []
    last: dict[str, Version] = {}
    pinned = draw(st.sets(st.sampled_from(ADDRESSES), max_size=1))
    for revision in range(1, draw(st.integers(1, 25)) + 1):
        address = draw(st.sampled_from(ADDRESSES))
        before = last.get(address)
        at = NOW - draw(st.integers(0, 200)) * DAY
        version = Version(
            address,
            before.version + 1 if before else 1,
            revision,
            at,
            kind=draw(st.sampled_from([0, 0, 1, TOMBSTONE, DESTROYED])),
            pinned=address in pinned,
            expires=draw(st.sampled_from([0, 0, 0, at + DAY, NOW + DAY])),
            size=draw(st.integers(1, 100)),
            fields=draw(FIELDS),
        )
        if before:
            before.newest = False
        last[address] = version
        versions.append(version)
    # Some are gone already, collected in earlier runs.
    return [v for v in versions if draw(st.integers(0, 5))] or versions


@st.composite
def all_rules(draw: st.DrawFn) -> Rules:
    rules = Rules(
        max_age=draw(st.sampled_from([0, 30 * DAY, 90 * DAY])),
        patterns=draw(st.booleans()),
        baselines=draw(st.integers(0, 3)),
        max_versions=draw(st.integers(0, 3)),
    )
    for pattern in draw(st.lists(st.sampled_from(["*", "perf/*", "logs/?", "*/n"]), max_size=2)):
        rules.add(
            pattern,
            max_age=draw(st.sampled_from([None, 0, 10 * DAY])),
            max_versions=draw(st.sampled_from([None, 0, 1])),
            patterns=draw(st.sampled_from([None, False, True])),
            baselines=draw(st.sampled_from([None, 0, 1])),
            keep=draw(st.booleans()),
        )
    return rules


RULES = all_rules()


@given(histories(), RULES, st.integers(0, 300))
def test_dropping_is_monotone_in_age(versions: list[Version], rules: Rules, days: int) -> None:
    now, later = kept(decide(versions, rules, NOW)), kept(decide(versions, rules, NOW + days * DAY))
    assert later <= now


@given(histories(), RULES)
def test_running_again_keeps_all(versions: list[Version], rules: Rules) -> None:
    stays = [d.version for d in decide(versions, rules, NOW) if d.keep]
    assert all(d.keep for d in decide(stays, rules, NOW))


@given(histories(), RULES, st.integers(0, 500))
def test_running_again_with_a_size_keeps_all(versions: list[Version], rules: Rules, size: int) -> None:
    rules.max_size = size
    stays = [d.version for d in decide(versions, rules, NOW) if d.keep]
    assert all(d.keep for d in decide(stays, rules, NOW))


@given(histories(), RULES, st.integers(0, 500))
def test_pins_never_drop(versions: list[Version], rules: Rules, size: int) -> None:
    rules.max_size = size
    assert all(d.keep for d in decide(versions, rules, NOW) if d.version.pinned)


@given(histories(), RULES, st.integers(0, 500))
def test_an_address_says_the_same_or_nothing(versions: list[Version], rules: Rules, size: int) -> None:
    rules.max_size = size
    decisions = decide(versions, rules, NOW)
    addresses = {d.version.address for d in decisions if d.keep}
    for decision in decisions:
        version = decision.version
        if version.newest and version.address in addresses and not is_expired(version, NOW):
            assert decision.keep


@given(histories(), RULES)
def test_one_address_after_another_decides_alike(versions: list[Version], rules: Rules) -> None:
    places = rank_baselines([v for v in versions if is_baseline(v.address)], NOW)
    pieces: set[tuple[str, int]] = set()
    for address in {v.address for v in versions}:
        pieces |= kept(decide_address([v for v in versions if v.address == address], places, rules, NOW))
    assert pieces == kept(decide(versions, rules, NOW))


@given(histories(), RULES)
def test_every_decision_has_a_reason(versions: list[Version], rules: Rules) -> None:
    decisions = decide(versions, rules, NOW)
    assert [d.version for d in decisions] == versions
    assert all(d.reason for d in decisions)
