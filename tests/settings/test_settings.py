"""The settings files: what they may say, and what a mistake in them is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hooks_cli.errors import ConfigError, PermissionRefused
from hooks_cli.settings.settings import KEYS
from tests.settings_place import SEED, Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(Path(os.path.realpath(tmp_path)))


def test_without_files_all_is_as_declared(place: Place) -> None:
    found = place.environment().settings
    for key, (_, default, _) in KEYS.items():
        assert found.get(key) == (list(default) if isinstance(default, tuple) else default)
    assert found.table("restore.roles")["tester"] == ["swarm/intelligence/patterns/*"]
    assert found.rows("agents") == {} and not found.has("memory.gc") and found.get("agents.bob.memory_access") == ""
    with pytest.raises(KeyError):
        found.get("memory.gc.no_such_thing")
    assert not (place.home / "cache").exists()


@pytest.mark.parametrize("where", ["user", "project"])
def test_the_tables_of_the_seed_are_taken_as_they_are(place: Place, where: str) -> None:
    place.write(**{where: SEED})
    found = place.read()
    assert (found.problem, found.warnings) == ("", [])
    assert found.has("memory.gc") is (where == "user") and found.held == ([] if where == "user" else ["memory.gc"])
    assert found.has("memory.gc.enabled") and not found.has("memory.gc.rules")
    assert found.number("memory.gc.max_age_days") == 90
    assert found.text("memory.security.encryption_key") == "${MEMORY_ENCRYPTION_KEY}"
    assert found.texts("memory.security.sensitive_keys") == ["api_keys", "credentials", "tokens"]


def test_an_empty_table_is_written_all_the_same(place: Place) -> None:
    place.write(user="[memory.gc]\n")
    assert place.environment().settings.has("memory.gc")


def test_the_users_own_names_may_hold_dots(place: Place) -> None:
    place.write(
        user='[memory.gc.rules."a.b/*.c"]\nttl = "1h30m"\nkeep = true\n[agents."x.y"]\nmemory_access = "read-only"\n'
        '[restore.roles]\n"team.red" = ["r/*"]\ncoder = []\n[export.tables]\n"a.b/*" = "t"\n'
    )
    found = place.read()
    assert found.rows("memory.gc.rules") == {"a.b/*.c": {"ttl": 5400, "keep": True}}
    assert found.get("agents.x.y.memory_access") == "read-only"
    assert found.table("restore.roles")["team.red"] == ["r/*"] and found.table("restore.roles")["coder"] == []
    assert found.table("export.tables") == {"a.b/*": "t"}


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("500", 500),
        ('"500MB"', 500 << 20),
        ('"2 GiB"', 2 << 30),
        ('"64k"', 64 << 10),
        ('"7"', 7),
        ('" 1t "', 1 << 40),
    ],
)
def test_sizes(place: Place, text: str, size: int) -> None:
    place.write(user=f"[memory]\nmax_size = {text}\n")
    assert place.read().number("memory.max_size") == size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[memory.gc]\nmax_age_days = 'old'", "memory.gc.max_age_days must be a whole number"),
        ("[memory.gc]\nmax_age_days = -1", "must be a whole number of 0 or more, not -1"),
        ("[memory.gc]\nmax_age_days = 1.5", "must be a whole number of 0 or more, not 1.5"),
        ("[memory.gc]\nmax_age_days = true", "must be a whole number"),
        ("[memory.gc]\nenabled = 1", "memory.gc.enabled must be true or false, not 1"),
        ("[memory]\nmax_size = 'big'", 'memory.max_size must be a number of bytes, or a text such as "500MB", not big'),
        ("[memory.gc]\nttl = 'soon'", 'memory.gc.ttl must be a number of seconds, or a text such as "90d"'),
        ("[memory.security]\nsensitive_keys = 'x'", "must be a list of texts"),
        ("[memory.security]\nsensitive_keys = ['']", "must be a list of texts"),
        ("[memory.security]\nkey_command = 'pass show'", "key_command must be a list of texts"),
        ("[memory.security]\nencryption_key = 'abc'", "a key does not belong in a settings file"),
        ("[memory.security]\nencryption_key = '${A}${B}'", "must name a variable"),
        ("[schemas]\nmode = 'loud'", 'schemas.mode must be "off" or "warn" or "strict", not loud'),
        ("[agents.bob]\nmemory_access = 'none'", 'agents.bob.memory_access must be "read-write" or "read-only"'),
        ("agents = 3", "agents must be a table, not 3"),
        ("[agents]\nbob = 'read-only'", "agents.bob must be a table"),
        ("memory = 3", "memory must be a table"),
        ("[restore]\nroles = 3", "restore.roles must be a table"),
        ("[memory]\nversion = 2", "memory.version must be a text, not 2"),
        ("a = [", "not valid TOML"),
        ("x = 1\n\ny = = 2", "line 3, column 5"),
    ],
)
def test_a_mistake_in_the_users_file_is_78_and_says_what_is_expected(place: Place, text: str, expected: str) -> None:
    place.write(user=text)
    with pytest.raises(ConfigError) as caught:
        place.read()
    assert caught.value.exit_code == 78
    assert expected in str(caught.value) and str(place.user) in str(caught.value)


def test_an_unknown_setting_is_one_line_with_a_suggestion(place: Place) -> None:
    place.write(
        user="[memory.gc]\nmax_age_day = 3\n[memorie]\nx = 1\n[agents.bob]\naccess = 1\n[memory]\nsensitive_keys = []\n"
    )
    lines = place.read().warnings
    assert sorted(line.split(": ", 1)[1] for line in lines) == [
        "agents.bob.access is not a setting (did you mean memory_access?).",
        "memorie is not a setting (did you mean memory?).",
        "memory.gc.max_age_day is not a setting (did you mean max_age_days?).",
        "memory.sensitive_keys is not a setting (did you mean memory.security.sensitive_keys?).",
    ]
    assert all(str(place.user) in line for line in lines)


def test_a_file_that_others_can_write_is_refused(place: Place) -> None:
    place.write(user=SEED)
    place.user.chmod(0o646)
    with pytest.raises(PermissionRefused, match="another user can write them"):
        place.read()
    place.user.chmod(0o664)  # user private groups are common
    place.read()


def test_a_users_paths_start_at_the_file_and_know_the_home(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/jo")
    place.write(
        user='[memory]\nstore = "x/m.db"\n[memory.security]\nkey_file = "~/k"\n[schemas.patterns]\n"a/*" = "s.json"\n'
    )
    found = place.read()
    folder = str(place.user.parent)
    assert found.text("memory.store") == f"{folder}/x/m.db" and found.text("memory.security.key_file") == "/home/jo/k"
    assert found.table("schemas.patterns") == {"a/*": f"{folder}/s.json"}
    assert place.environment().places.store_path == f"{folder}/x/m.db"
