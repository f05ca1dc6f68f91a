"""The settings: two files, one of them not trusted, and the cache in front of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooks_cli import config, config_cache, config_files
from hooks_cli.config import FIELDS, KEYS, PROJECT, STRICTER, TABLES, TIGHTEN, USER, Settings
from hooks_cli.environment import Environment
from hooks_cli.errors import ConfigError, PermissionRefused

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

    def settle(self) -> None:
        """Wait until the files are old enough to be cached."""
        while config_files.is_young(str(self.user), str(self.project)):
            time.sleep(0.01)

    def environment(self, settle: bool = True) -> Environment:
        if settle:
            self.settle()
        return Environment({"HOOKS_HOME": str(self.home)}, str(self.root))

    def read(self) -> Settings:
        return config_files.read(str(self.user), str(self.project))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(Path(os.path.realpath(tmp_path)))


# --- what the files say ------------------------------------------------------------------------------------------------


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
    assert found.has("memory.gc") and found.has("memory.gc.enabled") and not found.has("memory.gc.rules")
    assert found.number("memory.gc.max_age_days") == 90
    assert found.text("memory.security.encryption_key") == "${MEMORY_ENCRYPTION_KEY}"
    assert found.texts("memory.security.sensitive_keys") == ["api_keys", "credentials", "tokens"]


def test_an_empty_table_is_written_all_the_same(place: Place) -> None:
    place.write(project="[memory.gc]\n")
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
    with pytest.raises(PermissionRefused, match="somebody else can write it"):
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
    assert place.environment().store_path == f"{folder}/x/m.db"


# --- what a project may say --------------------------------------------------------------------------------------------

LOOSENING = {
    "memory.security.encrypt_at_rest": "false",
    "memory.security.scan": "false",
    "memory.security.allow_reveal": "true",
    "memory.security.encryption_key": "'${OTHER}'",
    "memory.security.key_file": "'k'",
    "memory.security.key_command": "['sh', '-c', 'curl evil']",
    "memory.max_size": "'2GB'",
    "memory.store": "'../other/memory.db'",
    "safety.mode": "'warn'",
    "agents.bob.memory_access": "'read-write'",
}


@pytest.mark.parametrize(("key", "value"), LOOSENING.items())
def test_a_project_cannot_loosen(place: Place, key: str, value: str) -> None:
    user = (
        '[memory]\nmax_size = "1GB"\n[safety]\nmode = "ask"\n[agents.bob]\nmemory_access = "read-only"\n'
        "[memory.security]\nencryption_key = '${MINE}'\n"
    )
    place.write(user=user)
    before = place.read().get(key)
    table, _, name = key.rpartition(".")
    place.write(user=user, project=f"[{table}]\n{name} = {value}\n")
    found = place.read()
    assert found.get(key) == before
    assert found.problem == ""
    [line] = found.warnings
    assert line.startswith(f"Ignored in {place.project}: {key} ")


TIGHTENING: dict[str, tuple[str, Any]] = {
    "memory.security.encrypt_at_rest": ("true", True),
    "memory.security.scan": ("true", True),
    "memory.security.allow_reveal": ("false", False),
    "memory.security.encryption_key": ("'${MEMORY_ENCRYPTION_KEY}'", "${MEMORY_ENCRYPTION_KEY}"),
    "memory.max_size": ("'1MB'", 1 << 20),
    "safety.mode": ("'deny'", "deny"),
    "agents.bob.memory_access": ("'read-only'", "read-only"),
}


@pytest.mark.parametrize(("key", "value"), TIGHTENING.items())
def test_a_project_can_tighten(place: Place, key: str, value: tuple[str, Any]) -> None:
    table, _, name = key.rpartition(".")
    loose = (
        "[memory]\nmax_size = '1GB'\n[memory.security]\nencrypt_at_rest = false\nscan = false\nallow_reveal = true\n"
    )
    place.write(user=loose, project=f"[{table}]\n{name} = {value[0]}\n")
    found = place.read()
    assert (found.get(key), found.warnings, found.origins[key]) == (value[1], [], PROJECT)


def test_every_key_that_may_be_tightened_is_tested() -> None:
    keys = {key for key, (_, _, trust) in KEYS.items() if trust == TIGHTEN}
    assert keys == {key for key in STRICTER if key in KEYS}
    assert keys <= LOOSENING.keys() and keys <= TIGHTENING.keys()
    assert {key for key, (_, _, trust) in KEYS.items() if trust in (config.NEVER, config.LITERAL)} <= LOOSENING.keys()


def test_sensitive_keys_are_only_extended(place: Place) -> None:
    place.write(user="[memory.security]\nsensitive_keys = ['a', 'b']\n")
    place.write(project="[memory.security]\nsensitive_keys = ['b', 'c']\n")
    found = place.read()
    key = "memory.security.sensitive_keys"
    assert (found.texts(key), found.origins[key], found.warnings) == (["a", "b", "c"], USER | PROJECT, [])
    place.user.unlink()
    assert place.read().texts(key) == ["api_keys", "credentials", "tokens", "b", "c"]


@pytest.mark.parametrize("source", ["encryption_key = '${MINE}'", "key_file = 'k'", "key_command = ['k']"])
def test_a_key_that_the_user_names_is_left_alone(place: Place, source: str) -> None:
    place.write(user=f"[memory.security]\n{source}\n")
    before = place.read().get("memory.security.encryption_key")
    place.write(project="[memory.security]\nencryption_key = '${MEMORY_ENCRYPTION_KEY}'\n")
    found = place.read()
    assert found.get("memory.security.encryption_key") == before
    assert "your own config.toml" in found.warnings[0]
    place.write(user="[memory.security]\nencryption_key = '${MEMORY_ENCRYPTION_KEY}'\n")
    assert place.read().warnings == []


def test_a_project_names_a_store_only_inside(place: Place) -> None:
    place.write(project="[memory]\nstore = 'data/memory.db'\n")
    assert place.environment().store_path == str(place.root / "data/memory.db")
    for outside in ("/tmp/x.db", "../x.db", "a/../../x.db", ".", "", ".git/hooks/post-commit", "a/.git/x"):
        place.write(project=f"[memory]\nstore = '{outside}'\n")
        assert place.environment().store_path.startswith(str(place.home)), outside


@pytest.mark.parametrize("target", ["..", ".git"])
def test_a_store_inside_that_a_link_leads_out_later_is_not_followed(
    place: Place, target: str, capfd: pytest.CaptureFixture[str]
) -> None:
    place.write(project="[memory]\nstore = 'data/memory.db'\n")
    assert place.environment().store_path == str(place.root / "data/memory.db")  # and it is in the cache now
    (place.root / "data").symlink_to(target)
    assert place.environment().store_path.startswith(str(place.home))
    assert "memory.store leads out of the project" in capfd.readouterr().err


def test_a_projects_schemas_lie_inside(place: Place) -> None:
    place.write(project="[schemas.patterns]\n'a/*' = 's/a.json'\n'b/*' = '/etc/passwd'\n'c/*' = '../x.json'\n")
    found = place.read()
    assert found.table("schemas.patterns") == {"a/*": str(place.root / "s/a.json")}
    assert len(found.warnings) == 2


def test_a_link_that_leads_out_of_the_project_is_not_read(place: Place) -> None:
    (place.root.parent / "secret.toml").write_text("[memory.gc]\n")
    place.project.symlink_to("../secret.toml")
    found = place.read()
    assert "symbolic link" in found.problem and not found.has("memory.gc")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_that_a_stranger_put_there_is_not_read(place: Place) -> None:
    place.write(project="[memory.gc]\nmax_age_days = 1\n")
    os.chown(place.project, 12345, 12345)
    found = place.read()
    assert found.number("memory.gc.max_age_days") == 90 and "belongs neither to you" in found.warnings[0]
    os.chown(place.root, 12345, 12345)
    assert place.read().number("memory.gc.max_age_days") == 1


HOSTILE = {
    "dots": "a" + ".a" * 100_000 + " = 1",
    "dotted lines": "\n".join("a." * 2000 + f"b{i} = 1" for i in range(60)),
    "just under the limit": "\n".join("a." * 100 + f"b{i} = 1" for i in range(1000)),
    "nested lists": "a = " + "[" * 200_000,
    "nested tables": "a = " + "{a = " * 40_000,
    "many tables": "\n".join(f"[t{i}]" for i in range(20_000)),
    "many rules": "\n".join(f"[memory.gc.rules.'{i}']\nmax_versions = 1" for i in range(4000)),
    "many fields": "[agents.a]\n" + "\n".join(f"f{i} = 1" for i in range(20_000)),
    "a great number": "a = " + "9" * 200_000,
    "too large": "#" * (256 * 1024 + 1),
    "not text": "\ud800",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_costs_little_and_does_nothing(place: Place, text: str) -> None:
    place.project.write_bytes(text.encode("utf-8", "surrogatepass"))
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)); "
        "resource.setrlimit(resource.RLIMIT_CPU, (20, 20))\n"
        "from hooks_cli import config_files\nfound = config_files.read('/nowhere', sys.argv[1])\n"
        "assert found.problem or found.warnings\nassert len(found.values) <= 1000 and len(found.warnings) <= 11\n"
        "assert all(len(line) < 500 for line in [found.problem, *found.warnings])\n"
    )
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, str(place.project)], env=variables, capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]


def test_a_fifo_is_not_waited_for(place: Place) -> None:
    os.mkfifo(place.project)
    assert "not a regular file" in place.read().problem
    os.mkfifo(place.user)
    with pytest.raises(ConfigError, match="not a regular file"):
        place.read()


def test_names_in_a_warning_cannot_steer_a_terminal(place: Place) -> None:
    place.write(project='"\\u001b[2J\\u202e\\n" = 1\n')
    [line] = place.read().warnings
    assert line.isprintable()


def test_a_broken_project_file_stops_a_memory_verb_and_not_a_hook(
    place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    place.write(project="[memory.gc]\nmax_age_days = 'x'\n[memory.security]\nsensitive_keys = ['mine']\n")
    for _ in range(2):  # from the file, and from the cache
        with pytest.raises(ConfigError) as caught:
            _ = place.environment().settings
        assert str(place.project) in str(caught.value) and "max_age_days" in str(caught.value)
        lenient = place.environment()
        lenient.lenient = True
        assert "mine" in lenient.settings.texts("memory.security.sensitive_keys")  # what could be read still tightens
        assert lenient.settings.number("memory.gc.max_age_days") == 90
        told = capfd.readouterr().err
        assert told.count("\n") == 1 and str(place.project) in told


PROJECT_KEYS = [*KEYS, "agents.b.memory_access", "agents.c.memory_access", "schemas.patterns.p"]


@settings(max_examples=300, deadline=None)
@given(
    user=st.dictionaries(st.sampled_from(PROJECT_KEYS), st.deferred(lambda: ANY), max_size=4),
    project=st.dictionaries(st.sampled_from(PROJECT_KEYS), st.deferred(lambda: ANY | PATHS), max_size=6),
)
def test_no_project_file_makes_anything_looser(
    tmp_path_factory: pytest.TempPathFactory, user: dict[str, Any], project: dict[str, Any]
) -> None:
    place = Place(tmp_path_factory.mktemp("trust"))
    place.write(user=_document(user))
    try:
        before = place.read()
    except ConfigError:
        return
    place.write(project=_document(project))
    after = place.read()  # never an error: the problem is kept for who asks
    for key, order in STRICTER.items():
        for name in [key] if key in KEYS else ["agents.b.memory_access", "agents.c.memory_access"]:
            if order == "less":
                assert (after.number(name) or 1 << 63) <= (before.number(name) or 1 << 63)
            else:
                rank = {value: place for place, value in enumerate(order)} | {"": 0}
                assert rank[after.get(name)] >= rank[before.get(name)], name  # type: ignore[index]
    for key in ("memory.security.key_file", "memory.security.key_command"):
        assert after.get(key) == before.get(key)
    key = "memory.security.encryption_key"
    assert after.get(key) in (before.get(key), "${MEMORY_ENCRYPTION_KEY}")
    assert set(after.texts("memory.security.sensitive_keys")) >= set(before.texts("memory.security.sensitive_keys"))
    inside = str(place.root) + "/"
    if after.origins.get("memory.store") == PROJECT:
        assert os.path.normpath(inside + after.text("memory.store")).startswith(inside)
    for key, origin in after.origins.items():
        if key.startswith("schemas.patterns.") and origin == PROJECT and after.values[key]:
            assert str(after.values[key]).startswith(inside)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("utf-8", "surrogateescape")))
@settings(max_examples=300, deadline=None)
def test_no_project_file_is_a_crash(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "hooks.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    found = config_files.read("/nowhere", str(path))
    read = config.parse_cache(config_cache.dump(found))
    assert read is not None and same(read, found)


# --- the cache ---------------------------------------------------------------------------------------------------------

TEXTS = st.text(st.characters(exclude_characters="\0"), max_size=20) | st.sampled_from(
    ["\\", "\\n", "\t", "\n", "\udcff", "end"]
)
VALUES = st.one_of(TEXTS, st.integers(0, 1 << 62), st.booleans(), st.lists(TEXTS, max_size=4))


@st.composite
def any_settings(draw: st.DrawFn) -> Settings:
    made = Settings()
    made.values = draw(st.dictionaries(TEXTS, VALUES, max_size=6))
    made.origins = {key: draw(st.integers(0, 3)) for key in made.values}
    made.tables = draw(st.sets(TEXTS, max_size=4))
    made.warnings = draw(st.lists(TEXTS, max_size=3))
    made.problem = draw(TEXTS)
    return made


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


@given(any_settings())
def test_what_the_cache_keeps_comes_back(made: Settings) -> None:
    read = config.parse_cache(config_cache.dump(made))
    assert read is not None and same(read, made)


@given(any_settings(), st.data())
def test_a_cache_that_is_cut_off_is_not_used(made: Settings, data: st.DataObject) -> None:
    whole = config_cache.dump(made)
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert config.parse_cache(whole[:cut]) is None
    assert config.parse_cache(whole[:cut] + b"\0" * (len(whole) - cut)) is None


@given(st.binary(max_size=200))
def test_a_cache_of_anything_is_no_crash(raw: bytes) -> None:
    config.parse_cache(raw)
    config.parse_cache(b"2\n" + raw + b"\nend\n")


def cache_file(place: Place) -> Path:
    [path] = (place.home / "cache/settings").iterdir()
    return path


def test_the_cache_is_private_and_used(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write(user=SEED, project="[restore]\nmax_chars = 5\n")
    first = place.environment().settings
    assert cache_file(place).stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr(config_files, "read", None)
    second = place.environment().settings
    assert same(first, second) and second.number("restore.max_chars") == 5


def test_each_change_of_a_file_is_noticed(place: Place) -> None:
    def age() -> int:
        return place.environment().settings.number("memory.gc.max_age_days")

    place.write(project="[memory.gc]\nmax_age_days = 1\n")
    assert (age(), age()) == (1, 1)
    before = place.project.stat()
    place.project.write_text("[memory.gc]\nmax_age_days = 2\n")  # in place, same size, and the old time put back
    os.utime(place.project, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert age() == 2
    place.write(user="[memory.gc]\nmax_age_days = 3\n")
    assert age() == 2
    place.project.unlink()
    assert (age(), age()) == (3, 3)
    other = place.user.with_name("new")
    other.write_text("[memory.gc]\nmax_age_days = 4\n")
    other.rename(place.user)
    assert age() == 4
    place.user.unlink()
    assert age() == 90


def test_a_file_just_written_is_not_cached(place: Place) -> None:
    place.write(project="")
    place.project.write_text("[memory.gc]\nmax_age_days = 1\n")
    for number in range(20):  # faster than the clock of the file system
        place.project.write_text(f"[memory.gc]\nmax_age_days = {number + 10}\n")
        assert place.environment(settle=False).settings.number("memory.gc.max_age_days") == number + 10


@pytest.mark.parametrize("mode", [0o644, 0o620, 0o602])
def test_a_cache_that_others_reach_is_not_used(place: Place, mode: int) -> None:
    place.write(project="[memory.gc]\nmax_age_days = 1\n")
    _ = place.environment().settings
    path = cache_file(place)
    path.write_bytes(path.read_bytes().replace(b"\ti1\n", b"\ti7\n"))
    assert place.environment().settings.number("memory.gc.max_age_days") == 7  # it was ours
    path.chmod(mode)
    assert place.environment().settings.number("memory.gc.max_age_days") == 1
    assert cache_file(place).stat().st_mode & 0o777 == 0o600  # and is again


def test_a_cache_of_another_version_or_project_is_not_used(place: Place) -> None:
    place.write(project="[memory.gc]\nmax_age_days = 1\n")
    _ = place.environment().settings
    path = cache_file(place)
    good = path.read_bytes()
    for old, new in ((b"0.1.0", b"0.0.9"), (b"hooks.toml", b"hoaks.toml"), (b"settings 1", b"settings 0")):
        assert old in good
        path.write_bytes(good.replace(old, new, 1).replace(b"\ti1\n", b"\ti7\n"))
        assert place.environment().settings.number("memory.gc.max_age_days") == 1


def test_without_a_place_for_the_cache_it_works(place: Place) -> None:
    place.write(project="[memory.gc]\nmax_age_days = 1\n")
    (place.home / "cache").write_text("a file in the way")
    assert place.environment().settings.number("memory.gc.max_age_days") == 1


def test_toml_is_not_imported_when_the_cache_is_warm(place: Place) -> None:
    place.write(user=SEED, project=SEED)
    place.settle()
    code = """
        import sys
        from hooks_cli.environment import Environment
        e = Environment.from_process()
        assert e.settings.has("memory.gc")
        print(*sorted({"tomllib", "re", "hooks_cli.config_files", "json", "typing"} & set(sys.modules)))
    """
    command = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n" + textwrap.dedent(code),
    ]

    def modules() -> str:
        variables = {"HOOKS_HOME": str(place.home)}
        return subprocess.run(
            command, env=variables, cwd=place.root, capture_output=True, check=True, text=True, timeout=60
        ).stdout

    assert "tomllib" in modules()
    assert modules() == "\n"


# --- declared, described, in the schema --------------------------------------------------------------------------------


def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ROOT / "schemas/config.schema.json").read_text())
    return loaded


def schema_at(key: str) -> dict[str, Any]:
    found = schema()
    for part in key.split("."):
        found = found["properties"][part]
    return found


def test_the_schema_declares_what_the_program_declares() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())

    def leaves(node: dict[str, Any], prefix: str = "") -> Iterator[str]:
        for name, child in node.get("properties", {}).items():
            if "properties" in child:
                yield from leaves(child, f"{prefix}{name}.")
                continue
            yield prefix + name

    assert set(leaves(schema())) == {*KEYS, *TABLES, *FIELDS}
    for key, (_, default, _) in KEYS.items():
        if default not in ("", ()):
            assert schema_at(key)["default"] == (list(default) if isinstance(default, tuple) else default), key
    for key, fields in FIELDS.items():
        assert set(schema_at(key)["additionalProperties"]["properties"]) == set(fields)
    assert schema_at("restore.roles")["default"] == {k: list(v) for k, v in TABLES["restore.roles"][1].items()}


ANY = st.one_of(
    st.integers(-3, 1000),
    st.booleans(),
    st.sampled_from(["", "x", "500MB", "7d", "1h30m", "warn", "strict", "deny", "read-only", "${A}", "10 kb"]),
    st.lists(st.sampled_from(["", "a", "b"]), max_size=2),
    st.just({}),
)
LEAVES = [*KEYS, "restore.roles.r", "schemas.patterns.p", "export.tables.t", "agents.b.memory_access"]
LEAVES += [f"memory.gc.rules.r.{field}" for field in FIELDS["memory.gc.rules"]] + [
    "memory.gc.typo",
    "typo",
    "agents.b.typo",
]


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(LEAVES), ANY, min_size=1, max_size=3))
def test_the_schema_accepts_what_the_program_accepts(
    tmp_path_factory: pytest.TempPathFactory, flat: dict[str, Any]
) -> None:
    path = tmp_path_factory.mktemp("c") / "config.toml"
    document: dict[str, Any] = {}
    for key, value in flat.items():
        node = document
        *parents, last = key.split(".")
        for part in parents:
            node = node.setdefault(part, {})
        node[last] = value
    path.write_text(_document(flat))
    try:
        found = config_files.read(str(path), "/nowhere")
        accepted = not found.warnings
    except ConfigError:
        accepted = False
    # The schema takes a text for a length of time by its first character only.
    valid = jsonschema.Draft202012Validator(schema()).is_valid(document)
    if valid and not accepted:
        assert any(key.endswith("ttl") for key in flat)
    else:
        assert valid == accepted


PATHS = st.sampled_from(
    ["/etc/passwd", "../x", "a/../../x", "a/b", ".", "./a", "a//b/.", "${MEMORY_ENCRYPTION_KEY}", "~/x"]
)


def _document(flat: dict[str, Any]) -> str:
    return "\n".join(f"{key} = {_toml(value)}" for key, value in flat.items())


def _toml(value: Any) -> str:
    return "{}" if value == {} else json.dumps(value)


def test_every_setting_is_described() -> None:
    page = (ROOT / "docs/configuration.md").read_text()
    for key in [*KEYS, *TABLES, *FIELDS]:
        table, _, name = key.rpartition(".")
        assert f"`{name}`" in page or f"[{key}" in page, key
        assert f"[{table or key}" in page, key
    for fields in FIELDS.values():
        for field in fields:
            assert f"`{field}" in page
    for variable in ("HOOKS_HOME", "HOOKS_STORE", "HOOKS_NOW", "CLAUDE_PROJECT_DIR", "XDG_CONFIG_HOME", "NO_COLOR"):
        assert variable in page
