"""Limits retention settings of an untrusted project: they may only keep more than the user's own.

A key is compared with what the user's file says, and where that is silent with the default; a field of `memory.gc.rules."GLOB"` with
the user's rule for the same glob, then with the user's general rule. Rules for different globs that fit one address meet later, in
`features.retention.rules` and `features.entries.write`.
"""

from __future__ import annotations

from hooks_cli.settings.settings import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.settings.settings import Value

# Fields of which 0 keeps most, and otherwise more keeps more; of keep_baselines_per_commit 0 keeps least.
BOUNDS = ("max_age_days", "max_versions", "ttl")
EVENT_AGE = "memory.gc.event_max_age_days"
RULES = "memory.gc.rules."


class Own:
    """The user's settings as they were before the project's file was read."""

    def __init__(self, settings: Settings) -> None:
        self._settings = Settings()
        self._settings.values = dict(settings.values)
        self._settings.tables = set(settings.tables)

    def keeps(self, key: str, value: Value) -> bool:
        """Whether a project's value of `key` keeps everything that the user's does."""
        own = self._settings.get
        if key == EVENT_AGE:
            # 0 stands for max_age_days, which is then at least as long as the user's.
            age = own("memory.gc.max_age_days")
            return _lasts(value or age, own(EVENT_AGE) or age)
        field = key.rpartition(".")[2]
        before = self._settings.values.get(key)
        if before is None:
            before = False if field == "keep" else own(f"memory.gc.{field}")
        if field in BOUNDS:
            return _lasts(value, before)
        if field == "keep_baselines_per_commit":
            return int(str(value)) >= int(str(before))
        if field == "enabled":
            return value is False or before is True
        return value is True or before is False  # keep, keep_successful_patterns

    def has(self, name: str) -> bool:
        """Whether the user's file has this table or key."""
        return self._settings.has(name)

    def says(self, key: str, value: Value) -> bool:
        """Whether the user's value of `key` is this one."""
        return self._settings.get(key) == value


def _lasts(value: Value, before: Value) -> bool:
    return value == 0 or (before != 0 and int(str(value)) >= int(str(before)))
