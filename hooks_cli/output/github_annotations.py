"""Prints annotations as GitHub workflow commands, which show at a file's line in a pull request."""

from __future__ import annotations

LEVELS = ("error", "warning", "notice")


def annotation(level: str, message: str, file: str = "", line: int = 0, title: str = "") -> str:
    """One annotation as a line.

    >>> annotation("error", "50% lost\\nagain", "rules.toml", 3, "a, b")
    '::error file=rules.toml,line=3,title=a%2C b::50%25 lost%0Aagain\\n'
    """
    about = {"file": file, "line": str(line) if line else "", "title": title}
    told = ",".join(f"{name}={_property(value)}" for name, value in about.items() if value)
    return f"::{level}{' ' if told else ''}{told}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
