"""Which project a folder belongs to: real git repositories, worktrees and submodules, and hostile look-alikes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hooks_cli.environment import Environment
from hooks_cli.project.discovery import discover, fingerprint, plain_name, stem_of

GIT = [
    "git",
    "-c",
    "user.name=T",
    "-c",
    "user.email=t@example.org",
    "-c",
    "protocol.file.allow=always",
    "-c",
    "init.defaultBranch=main",
]


def git(folder: Path, *words: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    variables = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    variables["GIT_CONFIG_GLOBAL"] = variables["GIT_CONFIG_SYSTEM"] = os.devnull
    subprocess.run([*GIT, *words], cwd=folder, check=True, capture_output=True, env=variables)


def repository(folder: Path) -> Path:
    git(folder, "init")
    git(folder, "commit", "--allow-empty", "-m", "first")
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return Path(os.path.realpath(tmp_path))


def found(folder: Path, projects: str = "/nowhere") -> tuple[str, str, str]:
    project = discover(str(folder), projects)
    return project.root, project.home, project.reason


def test_a_folder_without_any_sign_is_its_own_project(place: Path) -> None:
    (place / "a/b").mkdir(parents=True)
    assert found(place / "a/b") == (str(place / "a/b"), str(place / "a/b"), "folder")


def test_the_git_root_from_anywhere_below(place: Path) -> None:
    top = repository(place / "repo")
    (top / "a/b").mkdir(parents=True)
    (top / "a/hooks.toml").write_text("")  # git comes first, however near the file is
    assert found(top / "a/b") == (str(top), str(top), "git")


def test_a_nested_repository_is_its_own_project(place: Path) -> None:
    repository(place / "outer")
    inner = repository(place / "outer/inner")
    assert found(inner)[1] == str(inner)


def test_an_empty_git_folder_is_no_repository(place: Path) -> None:
    top = repository(place / "repo")
    (top / "sub/.git").mkdir(parents=True)
    assert found(top / "sub")[1] == str(top)


@pytest.mark.parametrize("relative", [False, True])
def test_worktrees_share_the_home_of_the_main_one(place: Path, relative: bool) -> None:
    top = repository(place / "repo")
    git(top, "worktree", "add", "../side/tree")
    git(top, "worktree", "add", "inside")
    side = place / "side/tree"
    if relative:  # as `git worktree add --relative-paths` writes them
        (side / ".git").write_text("gitdir: ../../repo/.git/worktrees/tree\n")
        (top / ".git/worktrees/tree/gitdir").write_text("../../../../side/tree/.git\n")
    (side / "deep").mkdir()
    assert found(side / "deep") == (str(side), str(top), "worktree")
    assert found(top / "inside") == (str(top / "inside"), str(top), "worktree")
    variables = {"HOOKS_HOME": str(place / "h")}
    stores = {
        Environment(variables, str(folder)).places.store_path for folder in (top, side, side / "deep", top / "inside")
    }
    assert stores == {f"{place}/h/data/projects/{stem_of(str(top))}/memory.db"}


def test_worktrees_of_a_bare_repository_share_one(place: Path) -> None:
    repository(place / "seed")
    git(place, "clone", "--bare", "seed", "bare.git")
    for name in ("one", "two"):
        git(place / "bare.git", "worktree", "add", f"../{name}", "-b", name)
    homes = {found(place / name)[1] for name in ("one", "two", "bare.git", "bare.git/refs")}
    assert homes == {str(place / "bare.git")}


def test_the_layout_with_a_hidden_bare_repository(place: Path) -> None:
    repository(place / "seed")
    git(place / "proj", "clone", "--bare", "../seed", ".bare")
    (place / "proj/.git").write_text("gitdir: ./.bare\n")
    git(place / "proj", "worktree", "add", "topic")
    assert found(place / "proj/topic")[1] == found(place / "proj")[1] == str(place / "proj")


def test_inside_the_git_folder_it_is_the_same_project(place: Path) -> None:
    top = repository(place / "repo")
    git(top, "worktree", "add", "../tree")
    for inside in (".git", ".git/refs/heads", ".git/worktrees/tree"):
        assert found(top / inside)[:2] == (str(top), str(top))


def test_a_submodule_is_its_own_project_with_its_worktrees(place: Path) -> None:
    repository(place / "library")
    top = repository(place / "super")
    git(top, "submodule", "add", str(place / "library"), "lib")
    assert found(top / "lib") == (str(top / "lib"), str(top / "lib"), "git")
    git(top / "lib", "worktree", "add", str(place / "lib-topic"))
    assert found(place / "lib-topic")[1] == str(top / "lib")
    assert found(top / ".git/modules/lib")[1] == str(top / "lib")


def test_a_repository_with_its_git_folder_elsewhere(place: Path) -> None:
    git(place / "tree", "init", "--separate-git-dir", str(place / "elsewhere.git"))
    assert found(place / "tree")[1] == str(place / "tree")


def test_a_worktree_moved_by_hand_is_on_its_own_and_says_why(place: Path) -> None:
    top = repository(place / "repo")
    git(top, "worktree", "add", "../tree")
    (place / "tree").rename(place / "moved")
    project = discover(str(place / "moved"), "/nowhere")
    assert (project.home, "worktree repair" in project.note) == (str(place / "moved"), True)
    git(place / "moved", "worktree", "repair")
    assert found(place / "moved")[1] == str(top)


class TestHostile:
    """A `.git` file arrives with an unpacked archive. It must not open another project's memory."""

    @pytest.fixture
    def victim(self, place: Path) -> Path:
        top = repository(place / "victim")
        git(top, "worktree", "add", "../victim-tree")
        return top

    @pytest.fixture
    def evil(self, place: Path, victim: Path) -> Path:
        folder = place / "evil"
        folder.mkdir()
        return folder

    @pytest.mark.parametrize("target", [".git", ".git/worktrees/victim-tree", "", ".git/refs"])
    def test_naming_anothers_git_folder(self, victim: Path, evil: Path, target: str) -> None:
        (evil / ".git").write_text(f"gitdir: {victim / target}\n")
        assert found(evil)[1] == str(evil)

    def test_bringing_a_private_folder_that_names_anothers_repository(self, victim: Path, evil: Path) -> None:
        private = evil / "fake/worktrees/evil"
        private.mkdir(parents=True)
        (evil / ".git").write_text("gitdir: fake/worktrees/evil\n")
        (private / "gitdir").write_text(f"{evil}/.git\n")
        for common in (victim / ".git", Path("../../../../victim/.git")):
            (private / "commondir").write_text(f"{common}\n")
            assert found(evil)[1] == str(evil)
        (private / "commondir").write_text("../..\n")
        assert found(evil)[1] == str(evil)

    def test_a_link_into_anothers_worktrees(self, victim: Path, evil: Path) -> None:
        (evil / "private").symlink_to(victim / ".git/worktrees/victim-tree")
        (evil / ".git").write_text("gitdir: private\n")
        assert found(evil)[1] == str(evil)
        (evil / ".git").unlink()
        (evil / ".git").symlink_to(victim.parent / "victim-tree/.git")
        assert found(evil)[1] == str(evil)

    def test_a_config_that_claims_anothers_working_tree(self, victim: Path, evil: Path) -> None:
        git(evil, "init", "--bare", "own.git")
        git(evil / "own.git", "config", "core.worktree", str(victim))
        assert found(evil / "own.git")[1] == str(evil / "own.git")

    @pytest.mark.parametrize(
        "text", [b"", b"gitdir:", b"gitdir: ", b"gitdir: \0", b"nonsense", b"gitdir: .", b"gitdir: .git", b"\xff\xfe"]
    )
    def test_nonsense_is_read_as_if_it_was_not_there(self, victim: Path, text: bytes) -> None:
        folder = victim / "vendor"
        folder.mkdir()
        (folder / ".git").write_bytes(text)
        assert found(folder)[1] in (str(victim), str(folder))

    def test_an_endless_file_a_fifo_and_a_loop(self, evil: Path) -> None:
        (evil / ".git").symlink_to("/dev/zero")
        assert found(evil)[1] == str(evil)
        (evil / ".git").unlink()
        os.mkfifo(evil / ".git")
        assert found(evil)[1] == str(evil)
        (evil / ".git").unlink()
        (evil / ".git").symlink_to(".git")
        assert found(evil)[1] == str(evil)
        (evil / ".git").unlink()
        (evil / ".git").write_bytes(b"gitdir: " + b"a/" * 100_000)
        assert found(evil)[1] == str(evil)


def test_the_nearest_folder_with_settings_or_a_store(place: Path) -> None:
    deep = place / "a/b/c"
    deep.mkdir(parents=True)
    projects = place / "data/projects"
    (place / "a/hooks.toml").write_text("")
    assert found(deep, str(projects)) == (str(place / "a"), str(place / "a"), "hooks.toml")
    store = projects / stem_of(str(place / "a/b")) / "memory.db"
    store.parent.mkdir(parents=True)
    store.write_text("x")
    assert found(deep, str(projects)) == (str(place / "a/b"), str(place / "a/b"), "store")
    assert found(place / "a", str(projects))[2] == "hooks.toml"


def test_the_start_is_claude_project_dir_when_it_is_a_folder(place: Path) -> None:
    top = repository(place / "repo")
    (place / "link").symlink_to(top)
    (place / "other").mkdir()

    def root(named: str) -> str:
        return Environment({"CLAUDE_PROJECT_DIR": named, "HOOKS_HOME": str(place)}, str(place / "other")).project.root

    assert root(str(top)) == root(str(place / "link")) == root("../link") == str(top)
    assert root("") == root(str(place / "gone")) == root(str(top / ".git/HEAD")) == root("a\0b") == str(place / "other")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_may_not_be_read(place: Path) -> None:
    top = repository(place / "repo")
    (top / "locked/inner").mkdir(parents=True)
    (top / "locked").chmod(0)
    try:
        assert found(top / "locked/inner")[1] == str(top)
    finally:
        (top / "locked").chmod(0o700)


def test_the_fingerprint_is_fnv_1a() -> None:
    # http://www.isthe.com/chongo/tech/comp/fnv/ and draft-eastlake-fnv, appendix C
    assert fingerprint("") == "cbf29ce484222325"
    assert fingerprint("a") == "af63dc4c8601ec8c"
    assert fingerprint("foobar") == "85944171f73967e8"


@given(st.binary(min_size=1, max_size=300).filter(lambda b: b"\0" not in b))
def test_any_path_has_a_plain_stem(raw: bytes) -> None:
    path = os.fsdecode(b"/" + raw)
    stem = stem_of(path)
    assert stem.isascii() and set(stem) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert stem[0] not in ".-" and len(stem) <= 64 + 17
    assert stem == f"{plain_name(path)}-{fingerprint(path)}"


NAMES = st.sampled_from(["a", "b", "c d", "é", "x.y"])
TREES = st.lists(
    st.tuples(
        st.lists(NAMES, min_size=1, max_size=4), st.sampled_from(["folder", "git", "hooks.toml", "store", "junk"])
    ),
    max_size=6,
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(tree=TREES, start=st.lists(NAMES, max_size=5))
def test_the_order_holds_on_any_tree(tmp_path_factory: pytest.TempPathFactory, tree: object, start: list[str]) -> None:
    """The model: the innermost git root, else the innermost hooks.toml or store, else the start."""
    top = Path(os.path.realpath(tmp_path_factory.mktemp("tree")))
    projects = top.parent / f"{top.name}-projects"
    signs: dict[Path, set[str]] = {}
    for parts, kind in tree:  # type: ignore[attr-defined]
        folder = top.joinpath(*parts)
        folder.mkdir(parents=True, exist_ok=True)
        signs.setdefault(folder, set()).add(kind)
        if kind == "git":
            if (folder / ".git").is_file():
                (folder / ".git").unlink()
            (folder / ".git").mkdir(exist_ok=True)
            (folder / ".git/HEAD").write_text("ref: refs/heads/main\n")
        elif kind == "hooks.toml":
            (folder / "hooks.toml").write_text("")
        elif kind == "store":
            store = projects / stem_of(str(folder)) / "memory.db"
            store.parent.mkdir(parents=True, exist_ok=True)
            store.write_text("")
        elif kind == "junk" and not (folder / ".git").exists():
            (folder / ".git").write_text("junk")
    here = top.joinpath(*start)
    here.mkdir(parents=True, exist_ok=True)
    upwards = [here, *here.parents][: len(start) + 1]
    git_roots = [f for f in upwards if "git" in signs.get(f, ()) and (f / ".git").is_dir()]
    others = [f for f in upwards if {"hooks.toml", "store"} & signs.get(f, set())]
    expected = (git_roots or others or [here])[0]
    assert discover(str(here), str(projects)).home == str(expected)
