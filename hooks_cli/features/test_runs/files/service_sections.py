"""Reads `[services.NAME]` and `[orchestration]`."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from hooks_cli.features.test_runs.files.case_plan import RESTART_POLICIES, ReadyCheck, ServicePlan
from hooks_cli.features.test_runs.files.sections import Section

SERVICE_KEYS = ("run", "image", "external", "ready", "port", "restart", "after", "env", "inherit", "cwd")
READY_KINDS = ("tcp", "http", "log", "cmd")
NAME = re.compile(r"[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?")
_HOST_PORT = re.compile(r"(?:[a-z]+://)?(\[[0-9a-f:]+\]|[A-Za-z0-9._-]+):(\d{1,5})/?")


@dataclass(frozen=True, slots=True)
class Services:
    """All services of a file, those that `[orchestration]` lists (all without a list), and its topology."""

    every: tuple[ServicePlan, ...]
    listed: tuple[str, ...]
    topology: str


def read(top: Section, orchestration: Section, project: str) -> Services:
    """The services of a file. Raises InvalidTestFile (78)."""
    table = top.table.get("services", {})
    if not isinstance(table, dict):
        top.fail("services", "it is not a table of tables: write [services.NAME]")
    every = tuple(_service(top, name, table[name], project) for name in table)
    names = {service.name for service in every}
    listed = orchestration.texts("services") or tuple(service.name for service in every)
    for name in listed:
        if name not in names:
            hint = f'Say how it is started: [services.{name}] run = "…"'
            orchestration.fail("services", f"there is no [services.{name}]", hint)
    _check_order(top, every)
    return Services(every, listed, orchestration.text("topology"))


def host_and_port(text: str) -> tuple[str, int] | None:
    """The host and the port of `external`; None when the text has not both.

    >>> host_and_port("http://127.0.0.1:8080"), host_and_port("db:5432"), host_and_port("db")
    (('127.0.0.1', 8080), ('db', 5432), None)
    """
    match = _HOST_PORT.fullmatch(text)
    if match is None or not 0 < int(match[2]) < 65536:
        return None
    return match[1].strip("[]"), int(match[2])


def folder_inside(section: Section, key: str, project: str) -> str:
    """The folder that `key` names, relative to the project and inside it when links are followed; the project itself without it."""
    named = section.text(key)
    place = os.path.realpath(os.path.join(project, named))
    if place != project and not place.startswith(project.rstrip("/") + "/"):
        section.fail(key, f"{named!r} leads out of the project")
    if not os.path.isdir(place):
        section.fail(key, f"there is no folder {named!r} in the project")
    return place


def _service(top: Section, name: str, table: object, project: str) -> ServicePlan:
    section = Section(top.path, f"services.{name}", table, SERVICE_KEYS)
    if not NAME.fullmatch(name):
        section.fail("", "a service's name is of small letters, digits, '.', '_' and '-'")
    run, image, external = section.text("run"), section.text("image"), section.text("external")
    if external and (run or image):
        section.fail("external", "an external service is not started: it has neither run nor image")
    if not (run or image or external):
        section.fail("", "it has neither run, image nor external")
    if image and (image.startswith("-") or any(c.isspace() for c in image)):
        section.fail("image", f"{image!r} is not the name of an image")
    if external and host_and_port(external) is None:
        section.fail("external", f"{external!r} has no host and port", 'Write it as "http://127.0.0.1:8080".')
    port = section.integer("port", 0, 0, 65535) if section.has("port") else None
    if image and port == 0:
        section.fail("port", "an image's port is the one that its program listens on")
    return ServicePlan(
        name,
        run,
        image,
        external,
        _ready(section, port is not None or bool(external)),
        port,
        section.choice("restart", RESTART_POLICIES, "no"),
        section.texts("after"),
        section.pairs("env"),
        section.texts("inherit"),
        folder_inside(section, "cwd", project),
    )


def _ready(section: Section, has_port: bool) -> ReadyCheck:
    if not section.has("ready"):
        return ReadyCheck("tcp" if has_port else "started")
    ready = section.inner("ready", (*READY_KINDS, "timeout"))
    kinds = [kind for kind in READY_KINDS if ready.has(kind)]
    if len(kinds) != 1:
        section.fail("ready", f"it must have one of {', '.join(READY_KINDS)}")
    kind, timeout = kinds[0], ready.seconds("timeout", 30.0)
    if kind in ("tcp", "http") and not has_port:
        section.fail(f"ready.{kind}", "the service has no port")
    if kind == "tcp":
        if ready.table["tcp"] is not True:
            ready.fail("tcp", "it can only be true: the port is the service's own")
        return ReadyCheck("tcp", "", timeout)
    value = ready.pattern("log") if kind == "log" else ready.required(kind)
    if kind == "http" and not value.startswith("/"):
        ready.fail("http", f"{value!r} is not a path", 'Write it as "/health".')
    return ReadyCheck(kind, value, timeout)


def _check_order(top: Section, services: tuple[ServicePlan, ...]) -> None:
    names = {service.name for service in services}
    for service in services:
        for other in service.after:
            if other not in names:
                top.fail(f"services.{service.name}.after", f"there is no [services.{other}]")
    try:
        TopologicalSorter({service.name: service.after for service in services}).prepare()
    except CycleError as error:
        top.fail("services", "each waits for the other: " + " → ".join(reversed(error.args[1])))
