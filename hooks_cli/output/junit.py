"""Writes JUnit XML for build servers: suites of cases with failures, skips and output."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MOST_MESSAGES = 20  # in one failure


class Case:
    """One test case. `failures` are its messages; `skipped` says why it was not run; `told` is what it printed."""

    def __init__(
        self,
        name: str,
        failures: Sequence[str] = (),
        skipped: str = "",
        told: Sequence[str] = (),
        seconds: float | None = None,
        failure_count: int | None = None,
    ) -> None:
        self.name = name
        self.failures = failures
        self.skipped = skipped
        self.told = told
        self.seconds = seconds
        self.failure_count = len(failures) if failure_count is None else failure_count


class Suite:
    """Cases under one name."""

    def __init__(self, name: str, cases: Sequence[Case]) -> None:
        self.name = name
        self.cases = cases


def document(title: str, suites: Iterable[Suite]) -> str:
    """The suites as one XML document; one `failure` for a case, with at most 20 messages."""
    suites = [suite for suite in suites if suite.cases]
    every = [case for suite in suites for case in suite.cases]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {_attributes(title, every)}>"]
    for suite in suites:
        lines.append(f"  <testsuite {_attributes(suite.name, suite.cases)}>")
        for case in suite.cases:
            lines += _case(suite.name, case)
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _attributes(name: str, cases: Sequence[Case]) -> str:
    failures = sum(bool(case.failures) for case in cases)
    skipped = sum(bool(case.skipped) for case in cases)
    return f'name="{escaped(name)}" tests="{len(cases)}" failures="{failures}" errors="0" skipped="{skipped}"'


def _case(suite: str, case: Case) -> list[str]:
    time = "" if case.seconds is None else f' time="{case.seconds:.3f}"'
    head = f'    <testcase classname="{escaped(suite)}" name="{escaped(case.name)}"{time}'
    inside = []
    if case.failures:
        shown = list(case.failures[:MOST_MESSAGES])
        more = case.failure_count - len(shown)
        if more > 0:
            shown.append(f"and {more:,} more")
        text = escaped("\n".join(shown))
        inside.append(f'      <failure message="{escaped(case.failures[0])}">{text}</failure>')
    elif case.skipped:
        inside.append(f'      <skipped message="{escaped(case.skipped)}"/>')
    if case.told:
        inside.append(f"      <system-out>{escaped(chr(10).join(case.told))}</system-out>")
    return [head + ">", *inside, "    </testcase>"] if inside else [head + "/>"]


def escaped(text: str) -> str:
    """Text for XML 1.0, in an attribute or between tags; characters that XML cannot hold become U+FFFD.

    >>> escaped('a < "b" & \\x00')
    'a &lt; &quot;b&quot; &amp; \\ufffd'
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return "".join(c if _allowed(ord(c)) else "\ufffd" for c in text)


def _allowed(code: int) -> bool:
    return code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
