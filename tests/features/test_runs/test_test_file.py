"""Reading a test file: the document's blocks, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hooks_cli.features.test_runs.files import test_file
from hooks_cli.features.test_runs.files.case_plan import (
    EXPECTATIONS,
    LAYERS,
    FilePlan,
    InvalidTestFile,
    UnreadableTestFile,
)
from hooks_cli.features.test_runs.files.case_sections import CHAOS_KEYS, PERFORMANCE_KEYS, SCENARIO_KEYS
from hooks_cli.features.test_runs.files.service_sections import SERVICE_KEYS
from tests.conftest import Run

PATTERNS = Path(__file__).parents[2] / "fixtures" / "seeds" / "000_413c992c5540c949.patterns.md"
SERVICES = (Path(__file__).parents[2] / "demo_services" / "services.toml").read_text()
SMALL = '[[scenario]]\nname = "s"\nrun = "true"\n'


def pattern(number: int) -> str:
    """The TOML block of one of the document's patterns, as it stands there."""
    chapter = PATTERNS.read_text().partition(f"### Pattern {number}:")[2].partition("### Pattern")[0]
    match = re.search(r"```toml\n(.*?)```", chapter, re.DOTALL)
    assert match
    return match[1]


def read(tmp_path: Path, text: str) -> FilePlan:
    path = tmp_path / "test.toml"
    path.write_text(text)
    return test_file.read(str(path), str(tmp_path.resolve()))


def test_pattern_1_is_read_as_it_stands(tmp_path: Path) -> None:
    plan = read(tmp_path, pattern(1) + SERVICES)
    [case] = plan.cases
    assert (plan.name, plan.version, case.topology) == ("layered_advanced_test", "2.0.0", "mesh")
    assert case.layers == {"orchestration", "chaos", "performance", "self_healing"}
    assert case.fault is not None
    assert (case.fault.fault, case.fault.target, str(case.fault.timing)) == (
        "container_kill",
        "db",
        "after_steady_state_30s",
    )
    assert (case.retries, case.learn_from_failures, case.baseline) == (3, True, "v1_0_1_stable")
    assert [each.name for each in case.expectations] == list(EXPECTATIONS)


def test_pattern_1_needs_to_know_its_services(tmp_path: Path) -> None:
    with pytest.raises(InvalidTestFile, match=r"there is no \[services.api\]") as refused:
        read(tmp_path, pattern(1))
    assert refused.value.exit_code == 78


def test_pattern_2_has_five_stages(tmp_path: Path) -> None:
    plan = read(tmp_path, pattern(2))
    assert plan.stages == (1, 2, 3, 4, 5)
    third, fourth = plan.cases[2:4]
    assert third.fault is not None
    assert (third.fault.target, third.fault.parameter("delay_ms")) == ("", 100)
    assert fourth.not_built == ("intelligence.learn_patterns", "intelligence.generate_tests")
    assert plan.cases[4].layers == set(LAYERS)


@pytest.mark.parametrize(
    ("number", "named"),
    [(5, "intelligence.feedback_loop"), (7, "self_healing.adaptive_execution"), (8, "intelligence.persistence")],
)
def test_what_is_not_built_is_refused_by_name(run: Run, project: Path, number: int, named: str) -> None:
    (project / "t.toml").write_text(pattern(number))
    for verb in ("lint", "list", "run"):
        done = run("test", verb, "t.toml")
        assert done.returncode == 78
        assert named in done.stderr
        assert "not built" in done.stderr


KEYS = {
    "services.db": (SERVICE_KEYS, '[services.db]\nrun = "true"\n'),
    "scenario": (SCENARIO_KEYS, SMALL),
    "chaos": (CHAOS_KEYS, '[chaos]\nfault = "network_latency"\ndelay_ms = 1\n'),
    "performance": (PERFORMANCE_KEYS, "[performance]\n"),
    "layers": (LAYERS, "[layers]\n"),
    "expect": (tuple(EXPECTATIONS), "[[expect]]\n"),
    "": (test_file.TOP_KEYS, ""),
}


@pytest.mark.parametrize("where", KEYS)
def test_a_key_with_one_letter_changed_is_refused_with_the_right_one(tmp_path: Path, where: str) -> None:
    keys, text = KEYS[where]
    for key in keys:
        wrong = key[:-1] + ("x" if key[-1] != "x" else "y")
        if where in ("scenario",):
            broken = f"{text}{wrong} = 1\n"
        elif where == "":
            broken = f"{wrong} = 1\n{SMALL}"
        else:
            broken = f"{text}{wrong} = 1\n{SMALL}"
        with pytest.raises(InvalidTestFile, match="unknown key") as refused:
            read(tmp_path, broken)
        assert refused.value.exit_code == 78
        assert wrong in str(refused.value)
        if len(key) > 3:
            assert key in refused.value.hint_text


WRONG = {
    "no scenario": ("[services.a]\nrun = 'x'\n", "scenario"),
    "a cycle": ("[services.a]\nrun='x'\nafter=['b']\n[services.b]\nrun='x'\nafter=['a']\n" + SMALL, "waits for"),
    "a folder outside": (SMALL + "cwd = '..'\n", "leads out"),
    "an absolute folder": (SMALL + "cwd = '/'\n", "leads out"),
    "no such folder": (SMALL + "cwd = 'nowhere'\n", "no folder"),
    "a fault nobody knows": ("[chaos]\nfault = 'network_latancy'\n" + SMALL, "network_latency"),
    "a fault without its parameter": ("[chaos]\nfault = 'network_latency'\n" + SMALL, "chaos.delay_ms"),
    "another fault's parameter": ("[chaos]\nfault = 'network_down'\nkb_s = 1\n" + SMALL, "no such parameter"),
    "a pause without an end": ("[services.a]\nrun='x'\n[chaos]\nfault='container_pause'\ntarget='a'\n" + SMALL, "duration"),
    "a target nobody knows": ("[chaos]\nfault = 'process_kill'\ntarget = 'db'\n" + SMALL, "no service 'db'"),
    "a kill of something external": (
        "[services.a]\nexternal='127.0.0.1:1'\n[chaos]\nfault='process_kill'\ntarget='a'\n" + SMALL,
        "external",
    ),
    "a time nobody knows": ("[chaos]\nfault='network_down'\ntiming='later'\n" + SMALL, "after_steady_state"),
    "between one scenario": ("[chaos]\nfault='network_down'\ntiming='between_scenarios'\n" + SMALL, "one scenario"),
    "an expectation without its layer": (
        "[layers]\nchaos = false\n" + SMALL + "[[expect]]\nfailover_time_ms={max=1}\n",
        "needs the layer chaos",
    ),
    "an expectation of nothing": ("[layers]\nchaos = true\n" + SMALL + "[[expect]]\nfailover_time_ms={}\n", "none of"),
    "a fault in a layer that is off": ("[layers]\nchaos = false\n[chaos]\nfault='x'\n" + SMALL, "chaos.fault"),
    "a pattern that is none": (SMALL + "stdout_matches = '('\n", "regular expression"),
    "both scenario and stages": (SMALL + "[[test.stage_1]]\nname='a'\nrun='true'\n", "either"),
    "a stage without number": ("[[test.first]]\nname='a'\nrun='true'\n", "stage_1"),
    "an image with an option's name": ("[services.a]\nimage='--privileged'\n" + SMALL, "not the name"),
    "a service of nothing": ("[services.a]\n" + SMALL, "neither run"),
    "two ways to be ready": ("[services.a]\nrun='x'\nready={cmd='x',log='x'}\n" + SMALL, "one of"),
    "a port that is none": ("[services.a]\nrun='x'\nport=70000\n" + SMALL, "65535"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_contradicts_itself_is_refused(tmp_path: Path, what: str) -> None:
    text, said = WRONG[what]
    with pytest.raises(InvalidTestFile) as refused:
        read(tmp_path, text)
    assert said in f"{refused.value} {refused.value.hint_text}"


def test_a_link_that_leads_out_of_the_project_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/")
    with pytest.raises(InvalidTestFile, match="leads out"):
        read(tmp_path, SMALL + "cwd = 'link'\n")


def test_what_is_not_toml_is_65(tmp_path: Path) -> None:
    for text in ("[[", "a = \x00"):
        with pytest.raises(UnreadableTestFile) as refused:
            read(tmp_path, text)
        assert refused.value.exit_code == 65
