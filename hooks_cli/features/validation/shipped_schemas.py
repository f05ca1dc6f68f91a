"""Finds the JSON Schemas that come with the program (`schemas/`, or `hooks_cli/schemas` when installed)."""

from __future__ import annotations

import json
import os
from typing import Any

import hooks_cli

_HERE = os.path.abspath(hooks_cli.__path__[0])
_FOLDERS = (os.path.join(_HERE, "schemas"), os.path.join(os.path.dirname(_HERE), "schemas"))


def shipped(name: str) -> dict[str, Any] | None:
    """The schema of that name (`envelope`, `metadata-chaos` …), None when there is none."""
    if not name.replace("-", "_").isidentifier():
        return None
    for folder in _FOLDERS:
        path = os.path.join(folder, f"{name}.schema.json")
        if os.path.isfile(path):
            with open(path, encoding="utf-8") as file:
                found: dict[str, Any] = json.load(file)
                return found
    return None


def names() -> list[str]:
    """The names of all that are there."""
    for folder in _FOLDERS:
        if os.path.isdir(folder):
            return sorted(
                name.removesuffix(".schema.json") for name in os.listdir(folder) if name.endswith(".schema.json")
            )
    return []
