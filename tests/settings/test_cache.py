"""The cache in front of the settings files."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks_cli import __version__
from hooks_cli.settings import cache, files, settings
from hooks_cli.settings.settings import Settings
from tests.settings_place import ROOT, SEED, Place, same


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(Path(os.path.realpath(tmp_path)))


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
    made.trusted = draw(st.booleans())
    made.held = draw(st.lists(TEXTS, max_size=3))
    return made


@given(any_settings())
def test_what_the_cache_keeps_comes_back(made: Settings) -> None:
    read = settings.parse_cache(cache.dump(made))
    assert read is not None and same(read, made)


@given(any_settings(), st.data())
def test_a_cache_that_is_cut_off_is_not_used(made: Settings, data: st.DataObject) -> None:
    whole = cache.dump(made)
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert settings.parse_cache(whole[:cut]) is None
    assert settings.parse_cache(whole[:cut] + b"\0" * (len(whole) - cut)) is None


@given(st.binary(max_size=200))
def test_a_cache_of_anything_is_no_crash(raw: bytes) -> None:
    settings.parse_cache(raw)
    settings.parse_cache(b"2\n" + raw + b"\nend\n")


def cache_file(place: Place) -> Path:
    [path] = (place.home / "cache/settings").iterdir()
    return path


def test_the_cache_is_private_and_used(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write(user=SEED, project="[restore]\nmax_chars = 5\n")
    first = place.environment().settings
    assert cache_file(place).stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr(files, "read", None)
    second = place.environment().settings
    assert same(first, second) and second.number("restore.max_chars") == 5


def test_each_change_of_a_file_is_noticed(place: Place) -> None:
    def age() -> int:
        return place.environment().settings.number("memory.gc.max_age_days")

    place.write(project="[memory.gc]\nmax_age_days = 100\n")
    assert (age(), age()) == (100, 100)
    before = place.project.stat()
    place.project.write_text("[memory.gc]\nmax_age_days = 200\n")  # in place, same size, and the old time put back
    os.utime(place.project, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert age() == 200
    place.write(user="[memory.gc]\nmax_age_days = 101\n")
    assert age() == 200
    place.project.unlink()
    assert (age(), age()) == (101, 101)
    other = place.user.with_name("new")
    other.write_text("[memory.gc]\nmax_age_days = 400\n")
    other.rename(place.user)
    assert age() == 400
    place.user.unlink()
    assert age() == 90


def test_a_file_just_written_is_not_cached(place: Place) -> None:
    place.write(project="")
    place.project.write_text("[memory.gc]\nmax_age_days = 100\n")
    for number in range(20):  # faster than the clock of the file system
        place.project.write_text(f"[memory.gc]\nmax_age_days = {number + 110}\n")
        assert place.environment(settle=False).settings.number("memory.gc.max_age_days") == number + 110


@pytest.mark.parametrize("mode", [0o644, 0o620, 0o602])
def test_a_cache_that_others_reach_is_not_used(place: Place, mode: int) -> None:
    place.write(project="[memory.gc]\nmax_age_days = 100\n")
    _ = place.environment().settings
    path = cache_file(place)
    path.write_bytes(path.read_bytes().replace(b"\ti100\n", b"\ti700\n"))
    assert place.environment().settings.number("memory.gc.max_age_days") == 700  # it was ours
    path.chmod(mode)
    assert place.environment().settings.number("memory.gc.max_age_days") == 100
    assert cache_file(place).stat().st_mode & 0o777 == 0o600  # and is again


def test_a_cache_of_another_version_or_project_is_not_used(place: Place) -> None:
    place.write(project="[memory.gc]\nmax_age_days = 100\n")
    _ = place.environment().settings
    path = cache_file(place)
    good = path.read_bytes()
    for old, new in ((__version__.encode(), b"0.0.9"), (b"hooks.toml", b"hoaks.toml"), (b"settings 2", b"settings 0")):
        assert old in good
        path.write_bytes(good.replace(old, new, 1).replace(b"\ti100\n", b"\ti700\n"))
        assert place.environment().settings.number("memory.gc.max_age_days") == 100


def test_without_a_place_for_the_cache_it_works(place: Place) -> None:
    place.write(project="[memory.gc]\nmax_age_days = 100\n")
    (place.home / "cache").write_text("a file in the way")
    assert place.environment().settings.number("memory.gc.max_age_days") == 100


def test_toml_is_not_imported_when_the_cache_is_warm(place: Place) -> None:
    place.write(user=SEED, project=SEED)
    place.settle()
    code = """
        import sys
        from hooks_cli.environment import Environment
        e = Environment.from_process()
        assert e.settings.has("memory.gc")
        print(*sorted({"tomllib", "re", "hooks_cli.settings.files", "json", "typing"} & set(sys.modules)))
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
