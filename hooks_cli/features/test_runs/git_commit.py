"""Reads the commit that a working tree has checked out from git's files, without running git."""

from __future__ import annotations

import os
import re

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def current_commit(root: str) -> str:
    """The commit of HEAD in the working tree `root`; "" when there is none or it cannot be told."""
    folder = os.path.join(root, ".git")
    if os.path.isfile(folder):  # a linked working tree
        folder = os.path.join(root, _contents(folder).removeprefix("gitdir:").strip())
    common = _contents(os.path.join(folder, "commondir")).strip()
    shared = os.path.join(folder, common) if common else folder
    head = _contents(os.path.join(folder, "HEAD")).strip()
    if not head.startswith("ref: "):
        return head if _COMMIT.fullmatch(head) else ""
    name = head.removeprefix("ref: ")
    if not name.startswith("refs/") or ".." in name:
        return ""
    for place in (folder, shared):
        commit = _contents(os.path.join(place, name)).strip()
        if _COMMIT.fullmatch(commit):
            return commit
    for line in _contents(os.path.join(shared, "packed-refs")).splitlines():
        commit, _, packed = line.partition(" ")
        if packed == name and _COMMIT.fullmatch(commit):
            return commit
    return ""


def _contents(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(1 << 22)
    except OSError:
        return ""
