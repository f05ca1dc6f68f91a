"""The selection of `memory export` and other bulk readers: which entries of a store, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field

from hooks_cli.model import address as addresses


@dataclass(frozen=True, slots=True)
class Selection:
    """All conditions must hold. `pattern` is a glob ("*": all), times are ms since the epoch, `tags` must all be there.
    `facts` are (field, how, value) as `store.sqlite.rows.field_filters` has them.

    `versions` is head (what the addresses hold now) or all (their whole history, tombstones included).
    """

    pattern: str = "*"
    since: int | None = None
    until: int | None = None
    tags: tuple[str, ...] = ()
    session: str = ""
    agent: str = ""
    versions: str = "all"
    excluded: tuple[str, ...] = field(default=())
    facts: tuple[tuple[str, str, str], ...] = field(default=())

    @property
    def complete(self) -> bool:
        """Whether nothing is left out."""
        return (
            self.versions == "all"
            and not self.narrows_entries
            and not self.session
            and self.since is self.until is None
        )

    @property
    def narrows_entries(self) -> bool:
        """Whether it asks for something that sessions, tasks and events do not have."""
        return self.pattern != "*" or bool(self.tags or self.agent or self.excluded or self.facts)


def pattern_of(namespace: str, pattern: str) -> str:
    """The glob that a namespace and a pattern spell together.

    >>> pattern_of("dev/*", ""), pattern_of("", "a/*"), pattern_of("swarm", "perf*"), pattern_of("all", "")
    ('dev/*', 'a/*', 'swarm/perf*', '*')
    """
    if not pattern:
        return addresses.under(namespace) if namespace else "*"
    if namespace in ("", addresses.ALL_NAMESPACES, "*"):
        return pattern
    return addresses.join(namespace.removesuffix("*").rstrip("/"), pattern)
