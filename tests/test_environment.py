"""The environment: where the user's folders are, what time it is, and that bytes come out as they went in."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import platformdirs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks_cli import environment as environment_module
from hooks_cli.environment import Environment
from hooks_cli.errors import CannotCreate, ConfigError, PermissionRefused
from hooks_cli.project.note import prepare_store_folder
from hooks_cli.system.private_files import make_folder, read_file, write_file
from tests.conftest import ROOT


def python(code: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    """Run code in a fresh interpreter that sees this tree."""
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}  # type: ignore[dict-item]
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=variables,
        timeout=60,
        **({"capture_output": True} | options),  # type: ignore[call-overload]
    )


# --- where -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("home", ["/home/jo", "/", None, "", "relative"])
@pytest.mark.parametrize("xdg", [None, "", "/x/y", "not/absolute", "/x/y/"])
def test_the_users_folders_are_those_of_platformdirs(
    monkeypatch: pytest.MonkeyPatch, home: str | None, xdg: str | None
) -> None:
    for name, value in {"HOME": home, "XDG_DATA_HOME": xdg, "XDG_CONFIG_HOME": xdg, "XDG_CACHE_HOME": xdg}.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    ours = Environment(dict(os.environ), "/")
    theirs = platformdirs.PlatformDirs("hooks-cli", appauthor=False)
    assert (ours.folders.data, ours.folders.config, ours.folders.cache) == (
        theirs.user_data_dir,
        theirs.user_config_dir,
        theirs.user_cache_dir,
    )


def test_the_folders_on_macos(monkeypatch: pytest.MonkeyPatch) -> None:
    from platformdirs.macos import MacOS

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setenv("HOME", "/Users/jo")
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    ours, theirs = Environment({"HOME": "/Users/jo"}, "/"), MacOS("hooks-cli", appauthor=False)
    assert (ours.folders.data, ours.folders.config, ours.folders.cache) == (
        theirs.user_data_dir,
        theirs.user_config_dir,
        theirs.user_cache_dir,
    )


def test_hooks_home_moves_all_of_it(tmp_path: Path) -> None:
    ours = Environment({"HOOKS_HOME": "x/../h", "XDG_DATA_HOME": "/elsewhere"}, str(tmp_path))
    assert [ours.folders.data, ours.folders.config, ours.folders.cache] == [
        f"{tmp_path}/h/{k}" for k in ("data", "config", "cache")
    ]
    assert ours.places.key_path.startswith(f"{tmp_path}/h/config/keys/{ours.project.name}-")


def test_nobody_without_a_home_is_an_error_and_not_a_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    import pwd

    def nobody(uid: int) -> object:
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    with pytest.raises(ConfigError, match="HOME is not set"):
        _ = Environment({}, "/").folders.data
    assert Environment({"HOOKS_HOME": "/h"}, "/").folders.data == "/h/data"


def test_hooks_store_names_the_file_and_the_key_follows_it(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (tmp_path / "link").symlink_to(real)
    variables = {"HOOKS_HOME": str(tmp_path / "h"), "HOOKS_STORE": "link/team.db"}
    first = Environment(variables, str(tmp_path))
    second = Environment({**variables, "HOOKS_STORE": str(real / "team.db")}, "/")
    assert first.places.store_path == second.places.store_path == str(real / "team.db")
    assert first.places.key_path == second.places.key_path
    assert os.path.basename(first.places.key_path).startswith("team.db-")
    with pytest.raises(ConfigError, match="names the folder"):
        _ = Environment({**variables, "HOOKS_STORE": str(real)}, "/").places.store_path
    with pytest.raises(ConfigError, match="NUL"):
        _ = Environment({**variables, "HOOKS_STORE": "a\0b"}, "/").places.store_path


def test_another_projects_environment(tmp_path: Path) -> None:
    variables = {"HOOKS_HOME": str(tmp_path / "h"), "HOOKS_STORE": str(tmp_path / "x.db"), "HOOKS_NOW": "5"}
    here = Environment(variables, str(tmp_path))
    other = here.in_project("name-0123456789abcdef", "/gone")
    assert other.places.store_path == f"{tmp_path}/h/data/projects/name-0123456789abcdef/memory.db"
    assert other.places.key_path == f"{tmp_path}/h/config/keys/name-0123456789abcdef.key"
    assert (other.project.name, other.project.root, other.now()) == ("name", "/gone", 5)
    assert here.places.store_path == str(tmp_path / "x.db")


def test_a_path_that_is_not_utf_8(tmp_path: Path) -> None:
    folder = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")
    os.mkdir(folder)
    ours = Environment({"HOOKS_HOME": folder}, folder)
    assert (ours.project.root, ours.project.name) == (folder, "caf_")
    prepare_store_folder(ours)
    assert Path(ours.places.project_dir, "project").read_bytes().endswith(b" " + os.fsencode(folder) + b"\n")


def test_a_current_folder_that_was_removed(tmp_path: Path) -> None:
    code = """
        import os
        os.mkdir('gone'); os.chdir('gone'); os.rmdir(os.getcwd())
        from hooks_cli.environment import Environment
        from hooks_cli.errors import ConfigError
        print(Environment({"PWD": "/some/place", "HOOKS_HOME": "/h"}).project.root)
        if os.path.exists('/proc/self'):
            print(Environment({"HOOKS_HOME": "/h"}).project.root)
        from hooks_cli.system import user_folders
        user_folders.removed_folder = lambda: ""
        try:
            Environment({"HOOKS_HOME": "/h"}).project.root
        except ConfigError as error:
            print(error.exit_code)
    """
    done = python(code, cwd=tmp_path)
    first, *rest = done.stdout.split()
    assert (first, rest[-1]) == (b"/some/place", b"78"), done.stderr
    if os.path.exists("/proc/self/cwd"):
        assert rest[0] == os.fsencode(os.path.realpath(tmp_path / "gone"))


def test_folders_and_files_are_private(tmp_path: Path) -> None:
    ours = Environment({"HOOKS_HOME": str(tmp_path / "deep/er")}, str(tmp_path))
    os.umask(os.umask(0o000))
    prepare_store_folder(ours)
    for folder in (tmp_path / "deep", tmp_path / "deep/er/data/projects", Path(ours.places.project_dir)):
        assert folder.stat().st_mode & 0o777 == 0o700, folder
    assert Path(ours.places.project_dir, "project").stat().st_mode & 0o777 == 0o600
    prepare_store_folder(ours)
    assert os.listdir(ours.places.project_dir) == ["project"]


def test_what_cannot_be_made_names_the_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "dangling").symlink_to(tmp_path / "gone/away")
    for path in (tmp_path / "file", tmp_path / "file/x", tmp_path / "dangling"):
        with pytest.raises(CannotCreate) as caught:
            make_folder(str(path))
        assert str(path) in str(caught.value)
    with pytest.raises((CannotCreate, PermissionRefused)) as refused:
        write_file("/proc/version", b"x")
    assert "/proc/version" in str(refused.value)
    with pytest.raises((CannotCreate, PermissionRefused)):
        make_folder("/proc/1/nothing/here")


def test_without_permission_it_says_so_with_the_path(tmp_path: Path) -> None:
    """In a child that is not root: an unwritable data directory is 77, an unreadable settings file too."""
    code = f"""
        import os, sys, tempfile
        sys.path.insert(0, {str(ROOT)!r})
        from hooks_cli.settings import files as config_files; from hooks_cli.project import note as project_note
        from hooks_cli.environment import Environment
        from hooks_cli.errors import HooksError
        with tempfile.TemporaryDirectory() as top:
            os.chmod(top, 0o755)
            os.makedirs(top + "/h/config")
            open(top + "/h/config/config.toml", "w").close()
            os.chmod(top + "/h/config/config.toml", 0)
            os.chmod(top + "/h", 0o555)
            child = os.fork()
            if child == 0:
                if os.geteuid() == 0:
                    os.setgid(65534), os.setuid(65534)
                codes = []
                for variables in ({{"HOOKS_HOME": top + "/h", "HOOKS_STORE": top + "/h/x/m.db"}}, {{"HOOKS_HOME": top + "/h"}}):
                    try:
                        project_note.prepare_store_folder(Environment(variables, top))
                    except HooksError as error:
                        codes.append(error.exit_code if top + "/h" in str(error) else str(error))
                os._exit(0 if codes == [77, 77] else print(codes, flush=True) or 1)
            os.chmod(top + "/h", 0o755) if os.waitpid(child, 0)[1] == 0 else sys.exit("the child failed")
    """
    done = python(code)
    assert done.returncode == 0, done


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "f"
    write_file(str(path), b"one")
    before = path.stat().st_ino
    write_file(str(path), b"x" * 3_000_000, durable=False)
    assert path.read_bytes() == b"x" * 3_000_000 and path.stat().st_ino != before
    assert os.listdir(tmp_path) == ["f"]
    assert read_file(str(path), 10) is None and read_file(str(tmp_path), 10) is None
    assert read_file(str(path), 3_000_000) == path.read_bytes()


# --- when --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_time", "expected"),
    [
        ("0", 0),
        ("1760702400000", 1760702400000),
        ("2025-10-17T12:00:00Z", 1760702400000),
        ("2025-10-17T12:00:00", 1760702400000),
        ("2025-10-17T14:00:00.250+02:00", 1760702400250),
        ("2025-10-17", 1760659200000),
        ("1969-12-31T23:59:59.999Z", -1),
    ],
)
def test_the_clock_can_be_stopped(given_time: str, expected: int) -> None:
    assert Environment({"HOOKS_NOW": given_time}, "/").now() == expected


@pytest.mark.parametrize("text", ["yesterday", "-1", "12:00", "٣", "2025-13-01"])
def test_a_clock_that_makes_no_sense_is_78(text: str) -> None:
    with pytest.raises(ConfigError, match="HOOKS_NOW"):
        Environment({"HOOKS_NOW": text}, "/").now()


# --- in and out --------------------------------------------------------------------------------------------------------

OUT = """
    import sys
    from hooks_cli.environment import Environment
    e = Environment({}, "/")
    """


@given(st.binary(max_size=300))
def test_bytes_that_a_file_name_smuggled_in_come_out_as_they_were(raw: bytes) -> None:
    read, write = os.pipe()
    keep = os.dup(1)
    try:
        os.dup2(write, 1)
        ours = Environment({}, "/")
        ours.out(raw.decode("utf-8", "surrogateescape"))
        ours.flush()
    finally:
        os.dup2(keep, 1)
        os.close(keep)
        os.close(write)
    with os.fdopen(read, "rb") as pipe:
        assert pipe.read() == raw


def test_output_does_not_depend_on_the_locale() -> None:
    done = python(
        OUT + 'e.out("h\\xe4llo \\u20ac\\n"); e.out("\\ud800"); e.flush()', env={"LC_ALL": "C", "PYTHONUTF8": "0"}
    )
    assert done.stdout == "hällo €\n\\ud800".encode()


def test_much_output_in_order() -> None:
    done = python(OUT + 'for i in range(50000): e.out(f"{i}\\n")\ne.flush()'.replace("\n", "\n    "))
    assert done.stdout.split() == [str(i).encode() for i in range(50000)]


def test_a_reader_that_went_away_is_no_error() -> None:
    code = OUT + 'for i in range(200000): e.out("line\\n")\n    e.flush()\n    e.err("still here")'
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert child.stdout is not None and child.stderr is not None
    assert child.stdout.readline() == b"line\n"
    child.stdout.close()
    assert child.stderr.read() == b"still here\n"
    child.stderr.close()
    assert child.wait(60) == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_under_the_output_is_74() -> None:
    code = OUT + (
        'e.out("x")\n    from hooks_cli.errors import OutputFailed\n'
        "    try:\n        e.flush()\n    except OutputFailed as error:\n        sys.exit(error.exit_code)"
    )
    with open("/dev/full", "wb") as full:
        assert python(code, capture_output=False, stdout=full).returncode == 74


def test_errors_cannot_steer_a_terminal() -> None:
    done = python(OUT + r'e.err("a\x1b[2J\u202eb\t\U000e0001\udcffé\r")')
    assert done.stderr.decode() == "a\\u001b[2J\\u202eb\t\\udb40\\udc01\\udcffé\\u000d\n"


def test_standard_input_exactly_and_not_more() -> None:
    raw = bytes(range(256)) * 5000
    code = OUT + "e.out_bytes(e.read_stdin(2_000_000)); e.flush()"
    assert python(code, input=raw).stdout == raw
    code = OUT + (
        "from hooks_cli.errors import TooLarge\n    try:\n        e.read_stdin(1000)\n"
        "    except TooLarge as error:\n        e.err(str(error)); sys.exit(error.exit_code)"
    )
    done = python(code, input=raw)
    assert (done.returncode, b"more than 1000" in done.stderr) == (65, True)


def test_a_silent_pipe_is_not_waited_for() -> None:
    code = OUT + "e.out(repr(e.read_stdin(100, patience_ms=20))); e.flush()"
    read, write = os.pipe()
    try:
        assert python(code, stdin=read).stdout == b"b''"
        os.write(write, b"now")
        os.close(write)
        assert python(code, stdin=read).stdout == b"b'now'"
    finally:
        os.close(read)
    assert python(code, stdin=subprocess.DEVNULL).stdout == b"b''"


def test_colour_is_for_terminals_that_want_it() -> None:
    code = "from hooks_cli.environment import Environment\nimport os\nprint(int(Environment(dict(os.environ)).streams.colour))"
    assert python(code, env={"TERM": "xterm"}).stdout == b"0\n"  # a pipe
    import pty

    def on_terminal(**variables: str) -> bool:
        ours, theirs = pty.openpty()
        base = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
        environ = {**base, "PYTHONPATH": str(ROOT), **variables}
        subprocess.run([sys.executable, "-c", code], stdout=theirs, env=environ, check=True, timeout=60)
        os.close(theirs)
        said = os.read(ours, 10)
        os.close(ours)
        return said.startswith(b"1")

    assert on_terminal(TERM="xterm") and on_terminal(TERM="xterm", NO_COLOR="")
    assert not on_terminal(TERM="xterm", NO_COLOR="1") and not on_terminal(TERM="dumb")


def test_little_is_imported() -> None:
    """The hot path's rule: nothing but small modules of our own over a bare interpreter."""
    code = """
        import sys
        before = set(sys.modules)
        from hooks_cli.environment import Environment
        e = Environment.from_process()
        e.places.store_path; e.places.key_path; e.settings.get("memory.gc.enabled"); e.now()
        e.out("x"); e.flush(); e.err("y"); e.streams.colour
        print("\\n" + "\\n".join(n for n in sorted(set(sys.modules) - before) if not n.startswith("hooks_cli")))
    """
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n" + textwrap.dedent(code)],
        capture_output=True,
        env={"HOOKS_HOME": "/nowhere"},
        timeout=60,
    )
    allowed = {"__future__", "errno", "os", "stat", "_stat", "posixpath", "os.path", "genericpath", "_collections_abc"}
    assert set(done.stdout.decode().split()[1:]) <= allowed, done


def test_the_environment_has_at_most_15_methods_and_hands_nothing_over_untyped() -> None:
    source = Path(environment_module.__file__).read_text()
    cls = next(n for n in ast.parse(source).body if isinstance(n, ast.ClassDef) and n.name == "Environment")
    assert len([n for n in cls.body if isinstance(n, ast.FunctionDef)]) <= 15
    assert not cls.bases
    assert [
        ast.unparse(n) for n in ast.walk(cls) if isinstance(n, ast.AnnAssign) and "object" in ast.unparse(n.annotation)
    ] == []
