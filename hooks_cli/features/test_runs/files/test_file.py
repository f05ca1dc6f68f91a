"""Reads a test file (TOML) into a plan, and refuses what is unknown, contradictory or outside the project."""

from __future__ import annotations

import hashlib
import tomllib
from typing import Any

from hooks_cli.errors import InputMissing
from hooks_cli.features.test_runs.files import case_sections, service_sections
from hooks_cli.features.test_runs.files.case_plan import LAYERS, CasePlan, FilePlan, InvalidTestFile, UnreadableTestFile
from hooks_cli.features.test_runs.files.sections import Section
from hooks_cli.features.traces.rules import rule_file

LARGEST_FILE = 1 << 20
# The first three belong to this page, the others to the rules that `trace check` reads from the same file.
TOP_KEYS = (
    "meta", "layers", "orchestration", "services", "chaos", "performance", "intelligence", "self_healing", "scenario",
    "expect", "test", "validation", "trace",
)  # fmt: skip
META_KEYS = ("name", "version", "description", "author", "tags")
# Parts of the document that no run acts on yet: they are refused by name, so that users do not rely on them.
REFUSED = {
    ("intelligence", "feedback_loop"): "learning from runs (feedback loops) is not built",
    ("intelligence", "persistence"): "learning across runs is not built; what a run finds is kept in the memory",
    ("self_healing", "adaptive_execution"): "rules that adapt a running test are not built",
}


def read(file_path: str, project: str, path: str = "") -> FilePlan:
    """The plan of a test file; `project` is the folder that no path in it may leave (a real path), `path` its name in messages.

    Raises InputMissing (66), UnreadableTestFile (65) for what is not TOML, InvalidTestFile (78) with the key that is wrong.
    """
    path = path or file_path
    try:
        with open(file_path, "rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise InputMissing(path=path, reason=error.strerror or str(error)) from None
    if len(data) > LARGEST_FILE:
        raise UnreadableTestFile(path=path, reason=f"it is larger than {LARGEST_FILE} bytes")
    try:
        document = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableTestFile(path=path, reason=str(error)) from None
    return plan_of(path, project, document, data)


def plan_of(path: str, project: str, document: dict[str, Any], data: bytes) -> FilePlan:
    """The plan of a parsed document; `data` is the text that it was parsed from. Raises ConfigError (78)."""
    for (section, key), reason in REFUSED.items():
        if isinstance(document.get(section), dict) and key in document[section]:
            hint = f"Take [{section}.{key}] out of the file."
            raise InvalidTestFile(path=path, where=f"{section}.{key}", reason=reason, hint=hint)
    top = Section(path, "", document, TOP_KEYS)
    meta = top.inner("meta", META_KEYS)
    name = meta.text("name") or path.rpartition("/")[2].removesuffix(".toml")
    orchestration = top.inner("orchestration", ("topology", "services", "temporal"))
    services = service_sections.read(top, orchestration, project)
    if top.has("test") and top.has("scenario"):
        top.fail("scenario", "a file has either [[scenario]] or [[test.stage_N]]")
    cases = _staged(top, services, project) if top.has("test") else (_whole(top, name, services, project),)
    return FilePlan(
        path,
        name,
        meta.text("version"),
        meta.text("description"),
        tuple(cases),
        hashlib.sha256(data).hexdigest(),
        rule_file.parse(data, path)
        if "temporal" in orchestration.table or top.has("validation") or top.has("trace")
        else None,
    )


def _whole(top: Section, name: str, services: service_sections.Services, project: str) -> CasePlan:
    configured = frozenset(layer for layer in LAYERS if top.has(layer))
    switches = top.inner("layers", LAYERS)
    on = frozenset(layer for layer in LAYERS if switches.switch(layer)) if top.has("layers") else configured
    return case_sections.whole(top, name, on, configured, services, project)


def _staged(top: Section, services: service_sections.Services, project: str) -> list[CasePlan]:
    tests = top.table["test"]
    if not isinstance(tests, dict) or not tests:
        top.fail("test", "it has no [[test.stage_N]]")
    numbers = {}
    for key in tests:
        digits = key.removeprefix("stage_")
        if digits == key or not (digits.isascii() and digits.isdigit()):
            top.fail(f"test.{key}", "unknown key", "Stages are [[test.stage_1]], [[test.stage_2]] and so on.")
        numbers[int(digits)] = key
    if len(numbers) != len(tests):
        top.fail("test", "two stages have the same number")
    stages = Section(top.path, "test", tests, tuple(tests))
    cases = []
    for number in sorted(numbers):
        for item in stages.items(numbers[number], case_sections.STAGE_KEYS):
            cases.append(case_sections.staged(item, number, services, project))
    return cases
