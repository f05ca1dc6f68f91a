"""A user's settings file and a project's, and settings of every kind, for the tests of the settings."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from hooks_cli.environment import Environment
from hooks_cli.project import trust as project_trust
from hooks_cli.settings import files
from hooks_cli.settings.settings import Settings

ROOT = Path(__file__).parent.parent
SEED = """\
[memory.gc]
enabled = true
max_age_days = 90
keep_successful_patterns = true
keep_baselines_per_commit = 5

[memory.security]
encrypt_at_rest = true
encryption_key = "${MEMORY_ENCRYPTION_KEY}"
sensitive_keys = ["api_keys", "credentials", "tokens"]
"""


class Place:
    """A user's configuration and a project, and what the program makes of them."""

    def __init__(self, top: Path) -> None:
        self.home = top / "home"
        self.user = self.home / "config/config.toml"
        self.root = top / "project"
        self.project = self.root / "hooks.toml"
        self.user.parent.mkdir(parents=True)
        (self.root / ".git").mkdir(parents=True)
        (self.root / ".git/HEAD").write_text("ref: refs/heads/main\n")

    def write(self, user: str | None = None, project: str | None = None) -> None:
        for path, text in ((self.user, user), (self.project, project)):
            if text is not None:
                path.write_text(text)

    def trust(self) -> None:
        """Trust the project, as `project trust` does."""
        environment = self.environment(settle=False)
        project_trust.trust(environment.folders.trust_note(environment.project.stem), environment.project.home)

    def settle(self) -> None:
        """Wait until the files are old enough to be cached."""
        while files.is_young(str(self.user), str(self.project)):
            time.sleep(0.01)

    def environment(self, settle: bool = True) -> Environment:
        if settle:
            self.settle()
        return Environment({"HOOKS_HOME": str(self.home)}, str(self.root))

    def read(self) -> Settings:
        return files.read(str(self.user), str(self.project))


ANY = st.one_of(
    st.integers(-3, 1000),
    st.booleans(),
    st.sampled_from(["", "x", "500MB", "7d", "1h30m", "warn", "strict", "deny", "read-only", "${A}", "10 kb"]),
    st.lists(st.sampled_from(["", "a", "b"]), max_size=2),
    st.just({}),
)
PATHS = st.sampled_from(
    ["/etc/passwd", "../x", "a/../../x", "a/b", ".", "./a", "a//b/.", "${MEMORY_ENCRYPTION_KEY}", "~/x"]
)


def same(one: Settings, other: Settings) -> bool:
    return all(
        [(type(a), a) for a in _flat(getattr(one, n))] == [(type(a), a) for a in _flat(getattr(other, n))]
        for n in Settings.__slots__
    )


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = [item for pair in sorted(value.items()) for item in pair]
    if isinstance(value, list | set):
        for item in sorted(value) if isinstance(value, set) else value:
            yield from _flat(item)
        yield "."
    else:
        yield value


def document(flat: dict[str, Any]) -> str:
    return "\n".join(f"{key} = {toml(value)}" for key, value in flat.items())


def toml(value: Any) -> str:
    return "{}" if value == {} else json.dumps(value)
