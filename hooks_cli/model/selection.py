"""What of a store is meant: the choices of `memory export` (and of everything that reads entries in bulk), as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field

from hooks_cli.model import address as addresses


@dataclass(frozen=True, slots=True)
class Selection:
    """All conditions must hold. `pattern` is a glob ("*": all), times are ms since the epoch, `tags` must all be there.
    `facts` are (field, how, value) as `store.fact_sql` has them.

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


def left_alone(words: list[str]) -> tuple[str, ...]:
    """The globs that `--exclude` and its other spellings name, also several with commas: a name without a wildcard is that address, and
    all that lies in the namespace of that name.

    >>> left_alone(["prod", "dev/*/temp, logs/"]), left_alone(["all"])
    (('prod', 'prod/*', 'dev/*/temp', 'logs', 'logs/*'), ('all', 'all/*'))
    """
    globs: list[str] = []
    for word in (part.strip() for text in words for part in text.split(",")):
        name = word.rstrip("/")
        if name:
            globs += [word] if addresses.is_glob(word) else [name, f"{name}/*"]
    return tuple(globs)


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
