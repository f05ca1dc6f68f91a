"""Twenty mutations of each of the document's two test files, refused each for its own reason; more are run in test_demo_services."""

from __future__ import annotations

from pathlib import Path

import pytest

from hooks_cli.features.test_runs.files.case_plan import InvalidTestFile, UnreadableTestFile
from tests.features.test_runs.test_test_file import SERVICES, pattern, read

FIRST = {
    "orchestration = true\n": ("orchestration = 1\n", "layers.orchestration: it is neither true nor false"),
    "chaos = true\n": ("chaos = false\n", "failover_time_ms: it needs the layer chaos"),
    "performance = true\n": ("performance = false\n", "p95_latency_ms: it needs the layer performance"),
    "self_healing = true\n": ("self_healing = false\n", "container_restarted: it needs the layer self_healing"),
    "intelligence = false": ("inteligence = false", "layers.inteligence: unknown key"),
    'topology = "mesh"': ("topology = 3", "orchestration.topology: it is not a text"),
    '["api", "db", "cache", "worker"]': ('["api", "dbx", "cache", "worker"]', "there is no [services.dbx]"),
    '"container_kill"': ('"container_kil"', "'container_kil' is not one of"),
    'target = "db"': ('target = "database"', "there is no service 'database'"),
    '"after_steady_state_30s"': ('"after_steady_state_soon"', "'after_steady_state_soon' is not a time"),
    "track_all_spans = true": ('track_all_spans = "yes"', "performance.track_all_spans: it is neither"),
    'baseline_name = "v1_0_1_stable"': ('baseline = "x"', "performance.baseline: unknown key"),
    "max_retries = 3": ("max_retries = -1", "self_healing.max_retries: it is not a whole number"),
    "auto_retry = true": ("autoretry = true", "self_healing.autoretry: unknown key"),
    'name = "resilient_api_test"': ('title = "x"', "scenario[1].title: unknown key"),
    'run = "curl http://api:8080/health"': ('run = ""', "scenario[1].run: it is missing"),
    'service_startup_order = ["db", "cache", "api", "worker"]': (
        'service_startup_order = ["db", "db"]',
        "it is not a list of different services",
    ),
    "failover_time_ms = { max = 5000 }": ("failover_time_ms = { most = 5000 }", "failover_time_ms.most: unknown key"),
    "recovery_time_ms = { max = 10000 }": ("recovery_time_ms = { max = -1 }", "it is not a number of at least 0"),
    "baseline_increase_max_percent = 50": ("baseline_max_percent = 50", "p95_latency_ms.baseline_max_percent: unknown"),
    "container_restarted = true": ('container_restarted = "db"', "container_restarted: it is neither true nor false"),
    "[chaos]": ("[chaos", "is not TOML"),
}
SECOND = {
    "[[test.stage_1]]": ("[[test.stage_one]]", "test.stage_one: unknown key"),
    "[[test.stage_2]]": ("[[test.step_2]]", "test.step_2: unknown key"),
    "[[test.stage_3]]": ("[[tests.stage_3]]", "tests: unknown key"),
    "[[test.stage_4]]": ("[[test.stage_03]]", "two stages have the same number"),
    "[[test.stage_5]]": ("[test.stage_5]", "it is not a list of tables"),
    'name = "basic_smoke_test"': ('name = ""', "test.stage_1[1].name: it is missing"),
    'name = "basic_with_performance"': ("name = 2", "test.stage_2[1].name: it is not a text"),
    'name = "basic_with_chaos"': ('nmae = "x"', "test.stage_3[1].nmae: unknown key"),
    "layers = []": ('layers = ["chaso"]', "'chaso' is not a layer"),
    'layers = ["performance"]': ('layers = "performance"', "test.stage_2[1].layers: it is not a list of texts"),
    "performance.track = true": ("performance.trace = true", "test.stage_2[1].performance.trace: unknown key"),
    'layers = ["performance", "chaos"]\n': ('layer = ["performance"]\n', "test.stage_3[1].layer: unknown key"),
    'chaos.fault = "network_latency"': ('chaos.fault = "network_lag"', "'network_lag' is not one of"),
    "chaos.delay_ms = 100": ("chaos.workers = 100", "network_latency has no such parameter"),
    "delay_ms = 100": ('delay_ms = "100ms"', "chaos.delay_ms: it is not a number"),
    "intelligence.learn_patterns = true": ("intelligence.learn_patterns = 1", "learn_patterns: it is neither"),
    "intelligence.generate_tests = true": ("intelligence.generate = true", "intelligence.generate: unknown key"),
    'run = "clnrm self-test --suite comprehensive"': ('cmd = "x"', "test.stage_5[1].cmd: unknown key"),
    '"intelligence", "chaos", "performance", "self_healing"]': ('"inteligence"]', "'inteligence' is not a layer"),
    "# Full configuration...": ("timeout = 'soon'", "'soon' is not a duration"),
    "# Stage 1": ("scenario = []\n# Stage 1", "either [[scenario]] or"),
}


def mutated(text: str, old: str, new: str) -> str:
    """The text with one place changed; it must be there."""
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize("old", FIRST)
def test_a_mutation_of_pattern_1_is_refused_for_its_reason(tmp_path: Path, old: str) -> None:
    new, reason = FIRST[old]
    with pytest.raises((InvalidTestFile, UnreadableTestFile)) as refused:
        read(tmp_path, mutated(pattern(1) + SERVICES, old, new))
    assert reason in str(refused.value)


@pytest.mark.parametrize("old", SECOND)
def test_a_mutation_of_pattern_2_is_refused_for_its_reason(tmp_path: Path, old: str) -> None:
    new, reason = SECOND[old]
    with pytest.raises(InvalidTestFile) as refused:
        read(tmp_path, mutated(pattern(2), old, new))
    assert reason in str(refused.value)


def test_there_are_twenty_of_each() -> None:
    assert min(len(FIRST), len(SECOND)) >= 20
