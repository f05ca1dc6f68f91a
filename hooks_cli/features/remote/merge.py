"""Merges a project's own memory into the shared one that it joins: exports it before, imports it as new versions
after.
"""

from __future__ import annotations

import os
from contextlib import closing

from hooks_cli.environment import Environment
from hooks_cli.features.transfer import export as transfer_export
from hooks_cli.features.transfer import export_parts, imports
from hooks_cli.features.transfer.importers.detect import open_source
from hooks_cli.model.selection import Selection
from hooks_cli.store.sqlite.store import open_store
from hooks_cli.system.private_files import remove_quietly


def export(environment: Environment) -> str:
    """Write all that this project's memory holds to a private file beside it (0600); its path."""
    path = f"{environment.places.store_path}.merge-{os.getpid()}.ndjson"
    request = transfer_export.Request(
        "ndjson", path, "", export_parts.Choices(Selection(versions="all")), force=True, progress="off"
    )
    transfer_export.export(environment, request)
    return path


def take_in(environment: Environment, path: str) -> int:
    """Import that file into the joined memory, and remove it; how many versions came in."""
    store = open_store(environment, create=False)
    try:
        with closing(open_source(path, None, environment.now(), None)) as source:
            done = imports.import_source(
                store, environment, source, imports.Choices(strategy="overwrite"), lambda count: None
            )
    finally:
        remove_quietly(path)
        store.close()
    for refused in done.refused:
        environment.err(f"hooks-cli: not merged: {refused.what}: {refused.why}")
    return done.counts["added"] + done.counts["renamed"] + done.counts["brought_back"]
