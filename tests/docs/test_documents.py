"""The documents made from the declarations are up to date, and say what there is."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from hooks_cli import errors
from hooks_cli.cli.catalogue import every_group, every_verb
from hooks_cli.cli.verb_words import USAGE_ACTIONS
from scripts.reference import compatibility
from scripts.reference import pages as reference_pages
from tests.conftest import ROOT, Run

PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md")
FOLDERS = {".", "tests", *(str(path.parent.relative_to(ROOT)) for path in (ROOT / "hooks_cli").rglob("*.py"))}
MADE = {
    "docs/reference.md": reference_pages.reference(every_group()),
    "docs/exit-codes.md": reference_pages.exit_codes(),
    "docs/compatibility.md": compatibility.page(USAGE_ACTIONS, every_verb()),
    **{f"docs/man/{name}": page for name, page in reference_pages.man_pages(every_group()).items()},
}


@pytest.mark.parametrize("name", MADE)
def test_it_is_not_stale(name: str) -> None:
    assert (ROOT / name).exists(), "run scripts/make-reference"
    assert (ROOT / name).read_text() == MADE[name], "run scripts/make-reference"


def test_no_manual_page_is_left_over() -> None:
    assert {f"docs/man/{path.name}" for path in (ROOT / "docs/man").iterdir()} == {n for n in MADE if "/man/" in n}


def test_the_reference_names_every_verb_and_option() -> None:
    reference = MADE["docs/reference.md"]
    for verb in every_verb():
        assert f"### {verb.title}\n" in reference
        for option in verb.options:
            assert all(flag in reference for flag in option.flags)


def test_what_a_page_names_is_there() -> None:
    """Links, and the paths in code spans (`scripts/bench --quick` names scripts/bench); a glob must fit something."""
    missing = []
    for page in (*PAGES, *sorted((ROOT / "docs").glob("*.md"))):
        text = page.read_text()
        for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text):
            if not (page.parent / link).exists():
                missing.append(f"{page.name}: {link}")
        for span in re.findall(r"`([^`\n]+)`", text):
            for path in re.findall(
                r"(?<![\w./$<*-])((?:hooks_cli|tests|scripts|schemas|docs|packaging)/[\w./*-]*[\w*])", span
            ):
                if not any(ROOT.glob(path)):
                    missing.append(f"{page.name}: {path}")
            for path in re.findall(
                r"(?<![\w./$<*-])[\w/]+\.py\b", span
            ):  # told from the root, from the package, or by name
                if path == "main.py" or any((ROOT / folder / path).exists() for folder in FOLDERS):
                    continue
                if not any(ROOT.joinpath("tests").rglob(path)) and not any(ROOT.joinpath("hooks_cli").rglob(path)):
                    missing.append(f"{page.name}: {path}")
    assert missing == []


def test_every_heading_that_is_linked_to_is_there() -> None:
    missing = []
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for file, anchor in re.findall(r"\]\(([^)#:\s]*)#([^)]+)\)", page.read_text()):
            headings = re.findall(r"^#+ (.+)$", ((page.parent / file) if file else page).read_text(), re.MULTILINE)
            if anchor not in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}:
                missing.append(f"{page.name}: {file}#{anchor}")
    assert missing == []


def test_every_exit_code_has_its_meaning() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.HooksError)]
    assert {kind.exit_code for kind in kinds} | {0} == set(reference_pages.MEANINGS)


def test_manual_pages_are_well_formed(tmp_path: Path) -> None:
    groff = shutil.which("groff") or shutil.which("mandoc")
    if groff is None:
        pytest.skip("neither groff nor mandoc is here")
    for name, page in reference_pages.man_pages(every_group()).items():
        if page.startswith(".so"):
            continue
        flags = ["-man", "-Kutf8", "-Tutf8", "-ww"] if groff.endswith("groff") else ["-Tlint", "-Wwarning"]
        done = subprocess.run([groff, *flags], input=page, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), name


def test_every_dependency_has_its_reason() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    text = (ROOT / "docs/dependencies.md").read_text()
    needed = [
        *project["dependencies"],
        *(need for extra in project.get("optional-dependencies", {}).values() for need in extra),
    ]
    for need in needed:
        name = need.split("[")[0].split(">")[0].split("=")[0].split("<")[0].split(";")[0].strip()
        if name != project["name"]:
            assert f"| `{name}` |" in text, f"{name} has no line in docs/dependencies.md"


def test_help_is_plain_where_there_is_no_terminal(run: Run) -> None:
    page = run("help", "completion", check=True).stdout
    assert page == run("completion", "--help", check=True).stdout
    assert "\x1b" not in page
    assert (
        run("help", "help", env={"FORCE_COLOR": "1", "COLUMNS": "40"}, check=True).stdout == run("help", "help").stdout
    )


def test_help_has_a_form_for_programs(run: Run) -> None:
    whole = json.loads(run("help", "--json", check=True).stdout)
    assert whole["total"] == len(whole["verbs"]) == len(list(every_verb()))
    one = json.loads(run("help", "completion", "--json", check=True).stdout)["verbs"][0]
    assert one["usage"] == "hooks-cli completion [SHELL] [OPTIONS]"
    lines = run("help", "--format", "ndjson", check=True).stdout.splitlines()
    assert [json.loads(line)["title"] for line in lines] == [verb["title"] for verb in whole["verbs"]]


def test_help_of_nothing_that_is(run: Run) -> None:
    for words in (["nonsense"], ["hooks", "nonsense"], ["help", "me", "please"]):
        done = run("help", *words)
        assert (done.returncode, done.stdout) == (64, "")
    assert "Did you mean: hooks-cli help memory store?" in run("help", "store").stderr


def test_help_is_coloured_on_a_terminal_unless_no_color(run: Run) -> None:
    script = shutil.which("script")
    if script is None:
        pytest.skip("script(1) is not here")
    from tests.conftest import PROGRAM

    line = [script, "-qec", f"'{PROGRAM}' help completion", "/dev/null"]
    coloured = subprocess.run(line, capture_output=True, text=True, env={"TERM": "xterm", "PATH": "/usr/bin:/bin"})
    assert "\x1b[" in coloured.stdout
    plain = subprocess.run(
        line, capture_output=True, text=True, env={"TERM": "xterm", "PATH": "/usr/bin:/bin", "NO_COLOR": "1"}
    )
    assert "\x1b[" not in plain.stdout


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_of_the_help_is_wider_than_the_terminal_but_what_is_typed(width: int) -> None:
    from hooks_cli.cli import help_page

    pages = [help_page.program_page(every_group(), width)]
    pages += [help_page.group_page(group, width) for group in every_group() if group.name]
    pages += [help_page.verb_page(verb, width) for verb in every_verb()]
    for page in pages:
        for style, line in page:
            if style != "example" and not line.startswith(("  hooks-cli ", "  also: ", "  -")):
                assert len(line) <= width, line
