"""What a project's hooks.toml may say: it arrives with a cloned repository and is not trusted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooks_cli.errors import ConfigError
from hooks_cli.settings import cache, files
from hooks_cli.settings import settings as settings_keys
from hooks_cli.settings.settings import KEYS, PROJECT, STRICTER, TIGHTEN, USER
from tests.settings_place import ANY, PATHS, ROOT, Place, document, same


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(Path(os.path.realpath(tmp_path)))


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
    "restore.max_chars": ("500", 500),
    "schemas.mode": ("'strict'", "strict"),
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
    keys = {key for key, (_, _, trust) in KEYS.items() if trust in (TIGHTEN, settings_keys.TRUSTED)}
    assert keys == {key for key in STRICTER if key in KEYS}
    keys.discard("memory.max_size")  # only a trusted project's counts: test_trust.py
    assert keys <= TIGHTENING.keys() and keys - {*settings_keys.LOOSENED_BY_TRUST} <= LOOSENING.keys()
    assert {
        key for key, (_, _, trust) in KEYS.items() if trust in (settings_keys.NEVER, settings_keys.LITERAL)
    } <= LOOSENING.keys()


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
    place.trust()
    place.write(project="[memory]\nstore = 'data/memory.db'\n")
    assert place.environment().places.store_path == str(place.root / "data/memory.db")
    for outside in ("/tmp/x.db", "../x.db", "a/../../x.db", ".", "", ".git/hooks/post-commit", "a/.git/x"):
        place.write(project=f"[memory]\nstore = '{outside}'\n")
        assert place.environment().places.store_path.startswith(str(place.home)), outside


@pytest.mark.parametrize("target", ["..", ".git"])
def test_a_store_inside_that_a_link_leads_out_later_is_not_followed(
    place: Place, target: str, capfd: pytest.CaptureFixture[str]
) -> None:
    place.trust()
    place.write(project="[memory]\nstore = 'data/memory.db'\n")
    assert place.environment().places.store_path == str(place.root / "data/memory.db")  # and it is in the cache now
    (place.root / "data").symlink_to(target)
    assert place.environment().places.store_path.startswith(str(place.home))
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
    place.write(project="[memory.gc]\nmax_age_days = 100\n")
    os.chown(place.project, 12345, 12345)
    found = place.read()
    assert found.number("memory.gc.max_age_days") == 90 and "belongs neither to you" in found.warnings[0]
    os.chown(place.root, 12345, 12345)
    assert place.read().number("memory.gc.max_age_days") == 100


HOSTILE = {
    "dots": "a" + ".a" * 100_000 + " = 1",
    "dotted lines": "\n".join("a." * 2000 + f"b{i} = 1" for i in range(60)),
    "just under the limit": "\n".join("a." * 100 + f"b{i} = 1" for i in range(1000)),
    "nested lists": "a = " + "[" * 200_000,
    "nested tables": "a = " + "{a = " * 40_000,
    "many tables": "\n".join(f"[t{i}]" for i in range(20_000)),
    "many rules": "\n".join(f"[memory.gc.rules.'{i}']\nmax_versions = 1" for i in range(4000)),
    "many fields": "[agents.a]\n" + "\n".join(f"f{i} = 1" for i in range(20_000)),
    "a long glob": f'[schemas.patterns]\n"*[{"b" * 250_000}]x" = "s.json"',
    "many globs": "[schemas.patterns]\n" + "\n".join(f'"*{i}[{"b" * 250}]x" = "s.json"' for i in range(900)),
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
        "from hooks_cli.settings import files as config_files\nfound = config_files.read('/nowhere', sys.argv[1])\n"
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
    user=st.dictionaries(st.sampled_from(PROJECT_KEYS), ANY, max_size=4),
    project=st.dictionaries(st.sampled_from(PROJECT_KEYS), ANY | PATHS, max_size=6),
)
def test_no_project_file_makes_anything_looser(
    tmp_path_factory: pytest.TempPathFactory, user: dict[str, Any], project: dict[str, Any]
) -> None:
    place = Place(tmp_path_factory.mktemp("trust"))
    place.write(user=document(user))
    try:
        before = place.read()
    except ConfigError:
        return
    place.write(project=document(project))
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
    found = files.read("/nowhere", str(path))
    read = settings_keys.parse_cache(cache.dump(found))
    assert read is not None and same(read, found)
