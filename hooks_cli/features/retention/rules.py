"""The retention rules, general and by key pattern (`docs/retention.md`); `decide` applies them."""

from __future__ import annotations

from hooks_cli.text.globs import glob_matches, literal_length
from hooks_cli.text.units import DAY


class Limits:
    """The rules as they hold for one address; `pattern` is the glob that they come from, "" for the general ones."""

    __slots__ = ("baselines", "keep", "max_age", "max_versions", "pattern", "patterns")

    def __init__(
        self, pattern: str, max_age: int, max_versions: int, patterns: bool, baselines: int, keep: bool = False
    ) -> None:
        """`max_age` in milliseconds and `max_versions`: 0 switches the limit off. `keep`: nothing drops."""
        self.pattern = pattern
        self.max_age = max_age
        self.max_versions = max_versions
        self.patterns = patterns
        self.baselines = baselines
        self.keep = keep

    def kept_by(self, other: Limits) -> Limits:
        """The limits that keep whatever these or the other ones keep; the glob is the other's where that keeps more."""
        both = Limits(
            self.pattern,
            _longer(self.max_age, other.max_age),
            _longer(self.max_versions, other.max_versions),
            self.patterns or other.patterns,
            max(self.baselines, other.baselines),
            self.keep or other.keep,
        )
        if any(getattr(both, name) != getattr(self, name) for name in self.__slots__):
            both.pattern = other.pattern
        return both


def _longer(one: int, other: int) -> int:
    """The limit that keeps more; 0 is none."""
    return max(one, other) if one and other else 0


class Rules:
    """The keep rules; see `docs/retention.md`."""

    __slots__ = ("by_pattern", "event_age", "general", "keeping", "max_size", "spared")

    def __init__(
        self,
        max_age: int = 90 * DAY,
        patterns: bool = True,
        baselines: int = 5,
        max_versions: int = 0,
        max_size: int = 0,
    ) -> None:
        """`max_age` in milliseconds, `max_size` in bytes, each 0 for no limit; `patterns` is keep_successful_patterns,
        `baselines` keep_baselines_per_commit."""
        self.general = Limits("", max_age, max_versions, patterns, baselines)
        self.by_pattern: list[Limits] = []
        # Rules of a project that is not trusted: they only keep more than the others would.
        self.keeping: list[Limits] = []
        self.max_size = max_size
        # The age (ms) at which the journal's events are dropped, 0 for never.
        self.event_age = 0
        # Globs that one run leaves alone whatever the rules say of them (`--exclude`).
        self.spared: tuple[str, ...] = ()

    def add(
        self,
        pattern: str,
        *,
        max_age: int | None = None,
        max_versions: int | None = None,
        patterns: bool | None = None,
        baselines: int | None = None,
        keep: bool = False,
        only_keeps: bool = False,
    ) -> None:
        """What `[memory.gc.rules."PATTERN"]` says of the addresses that fit; None leaves a thing to the general rule.

        Where several fit, the most particular counts: the one with the longest text before its first wildcard, then the longest. One
        that `only_keeps` does not take the place of the others: where it fits, what it or the rule of the others keeps is kept.
        """
        general = self.general
        limits = Limits(
            pattern,
            general.max_age if max_age is None else max_age,
            general.max_versions if max_versions is None else max_versions,
            general.patterns if patterns is None else patterns,
            general.baselines if baselines is None else baselines,
            keep,
        )
        rules = self.keeping if only_keeps else self.by_pattern
        rules.append(limits)
        rules.sort(key=lambda rule: (-literal_length(rule.pattern), -len(rule.pattern), rule.pattern))

    def each(self) -> tuple[Limits, ...]:
        """All limits, the general ones first."""
        return (self.general, *self.by_pattern, *self.keeping)

    def shortest_age(self) -> int:
        """The shortest age at which any rule drops anything, or 0 when none does by age."""
        return min((rule.max_age for rule in (self.general, *self.by_pattern) if rule.max_age), default=0)

    def fewest_versions(self) -> int:
        """The smallest number of versions that any rule keeps, or 0 when none counts them."""
        return min((rule.max_versions for rule in (self.general, *self.by_pattern) if rule.max_versions), default=0)

    def spares(self, address: str) -> str:
        """The glob that leaves an address alone in this run, "" for none."""
        return next((glob for glob in self.spared if glob_matches(glob, address)), "")

    def for_address(self, address: str) -> Limits:
        """The limits that hold for one address."""
        found = _first(self.by_pattern, address) or self.general
        for rule in self.keeping:  # each of them: a narrow one must not hide a wide one that keeps more
            if glob_matches(rule.pattern, address):
                found = found.kept_by(rule)
        return found


def _first(rules: list[Limits], address: str) -> Limits | None:
    return next((rule for rule in rules if glob_matches(rule.pattern, address)), None)
