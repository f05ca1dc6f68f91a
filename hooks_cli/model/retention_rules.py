"""The rules of retention, general and by address, as `docs/retention.md` describes them; `retention` decides by them."""

from __future__ import annotations

from hooks_cli.model.globs import glob_matches, literal_length
from hooks_cli.model.times import DAY


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


class Rules:
    """The keep rules; see `docs/retention.md`."""

    __slots__ = ("by_pattern", "general", "max_size", "spared")

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
        self.max_size = max_size
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
    ) -> None:
        """What `[memory.gc.rules."PATTERN"]` says of the addresses that fit; None leaves a thing to the general rule.

        Where several fit, the most particular counts: the one with the longest text before its first wildcard, then the longest.
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
        self.by_pattern.append(limits)
        self.by_pattern.sort(key=lambda rule: (-literal_length(rule.pattern), -len(rule.pattern), rule.pattern))

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
        for rule in self.by_pattern:
            if glob_matches(rule.pattern, address):
                return rule
        return self.general
