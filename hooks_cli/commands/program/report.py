"""`report`: writes the memory as one HTML file."""

from __future__ import annotations

import json
import os

from hooks_cli.commands import store_access
from hooks_cli.commands.options import address_options, shared
from hooks_cli.errors import NotFound, UsageError
from hooks_cli.model.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

DEFAULT_NAME = "report.html"

VERB = Verb(
    "",
    "report",
    "Write a report with charts as one HTML file: sessions, baselines, experiments, agents, files, the tree, what GC would drop.",
    options=(
        shared.output(
            f"The file ({DEFAULT_NAME}), or - for standard output. An older report there is replaced, another file is not."
        ),
        shared.force("Replace another file too."),
        shared.since("Only what happened since then: 7d, yesterday, 2025-10-17."),
        Option("open", ("--open",), "Also show it in the browser.", "switch"),
    ),
    examples=("hooks-cli report", "hooks-cli report --since 7d --output week.html --open"),
    details=(
        "The file needs no network and no server. It can be read on a phone, by keyboard and by a screen reader, "
        "in light or dark mode. It contains addresses, names, file paths, task descriptions and the figures of "
        "metadata, but no values; sealed text is masked. The file is readable by you only (0600); it is not "
        "encrypted."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Write the file and print its path. Raises UsageError (64), NotFound (1) without a store, CannotCreate (73), DiskFull (74)."""
    from hooks_cli.features.report import gather
    from hooks_cli.features.report.html import page
    from hooks_cli.system.output_file import refuse_existing
    from hooks_cli.system.private_files import write_file

    to_stdout = call.text("output") == "-"
    place = "-" if to_stdout else os.path.join(environment.cwd, call.text("output") or DEFAULT_NAME)
    since = address_options.time_option(call, environment, "since") or 0
    if to_stdout and (call.format != "text" or call.flag("open")):
        raise UsageError("report: with --output - there is no file to open or to tell of in JSON.")
    if not to_stdout:
        refuse_existing(place, call.flag("force") or _is_report(place))
    store = store_access.for_reading(environment)
    if store is None:
        raise NotFound(
            "There is no store to report on yet.",
            hint=f"Store something first: hooks-cli memory store KEY VALUE. (Project: {environment.project.root})",
        )
    report = gather.gather(store, environment, since)
    store.close()
    text = page.render(report).encode("utf-8", "backslashreplace")
    if to_stdout:
        environment.out_bytes(text)
        return 0
    write_file(place, text)
    if call.format == "text":
        environment.out(f"Report written: {place}\n")
    else:
        body = {
            "schema_version": "1",
            "report": place,
            "bytes": len(text),
            "since": since or None,
            "figures": report.figures,
        }
        environment.out(json.dumps(body, ensure_ascii=False) + "\n")
    if call.flag("open"):
        environment.flush()
        _show(environment, place)
    return 0


def _is_report(place: str) -> bool:
    """Whether an older report lies there: that is replaced without asking."""
    from hooks_cli.features.report.html.page import GENERATOR

    try:
        with open(place, "rb") as file:
            return GENERATOR.encode() in file.read(4096)
    except OSError:
        return False


def _show(environment: Environment, place: str) -> None:
    import pathlib
    import webbrowser

    if not webbrowser.open(pathlib.Path(place).as_uri()):
        environment.err(f"hooks-cli: no browser was found; open it yourself: {place}")
