"""Report sections on the memory: the address tree with its growth, and what garbage collection would delete."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from hooks_cli.features.report.html import drawings
from hooks_cli.features.report.html.elements import Child, element
from hooks_cli.features.report.html.parts import Row, badge, empty, figure, many, moment, section, size, table
from hooks_cli.features.report.model import Branch, Going, Report

# Branches that stand open when the page is opened.
OPEN_DEPTH = 1


def memory(report: Report) -> Element:
    """The tree of addresses and how it grew."""
    figures = report.figures
    lede = f"{many(figures['entries'], 'entry', 'entries')}, {many(figures['versions'], 'version', 'versions')}."
    if figures["sealed"]:
        lede += f" {many(figures['sealed'], 'of them is', 'of them are')} sealed."
    lede += " Values are not part of the report."
    if not report.tree.below:
        return section("memory", "Memory", lede, empty("Store something:", 'claude-flow memory store KEY "VALUE"'))
    content: list[Child] = []
    shown = report.growth
    if shown.kinds:
        names = ", ".join(shown.kinds)
        chart = drawings.growth(shown, f"Areas: versions kept, over time, by namespace ({names}).")
        heads = ["When", *shown.kinds]
        rows = [
            Row([drawings.span_label(at, shown.span), *[counts[n] for counts in shown.kinds.values()]])
            for n, at in enumerate(shown.buckets)
        ]
        content.append(
            figure("Versions kept, by namespace", chart, table("Growth", heads, rows, numbers=range(1, len(heads))))
        )
    tree = element(
        "ul",
        *[_branch(branch, 0) for branch in report.tree.below.values()],
        class_="tree",
        aria_label="The tree of addresses",
    )
    more = _more(report.tree)
    return section("memory", "Memory", lede, *content, element("h3", "The tree of addresses"), tree, more)


def _branch(branch: Branch, depth: int) -> Element:
    name = branch.name
    while len(branch.below) == 1 and not branch.address and not branch.cut:
        [branch] = branch.below.values()  # a folder of one thing is shown with it
        name = f"{name}/{branch.name}"
    line: list[Child] = [element("span", name, class_="name"), _sums(branch)]
    if not branch.below:
        return element("li", element("span", *line, class_="leaf"))
    inner = element("ul", *[_branch(below, depth + 1) for below in branch.below.values()], _more(branch))
    return element("li", element("details", element("summary", *line), inner, open=depth < OPEN_DEPTH))


def _sums(branch: Branch) -> Element:
    words = [] if branch.address and branch.entries == 1 else [many(branch.entries, "entry", "entries")]
    words += [many(branch.versions, "version", "versions"), size(branch.size)]
    return element("span", " · ".join(words), " · ", moment(branch.newest), class_="sums")


def _more(branch: Branch) -> Element | None:
    return element("li", f"and {branch.cut:,} more", class_="note") if branch.cut else None


def collection(report: Report) -> Element:
    """What would go, what a rule keeps, and why."""
    shown = report.collection
    going = sum(count for (keep, _), (count, _) in shown.reasons.items() if not keep)
    room = sum(taken for (keep, _), (_, taken) in shown.reasons.items() if not keep)
    lede = " ".join(shown.rules)
    said = f"Now it would drop {many(going, 'version', 'versions')} ({size(room)}) and {many(shown.events, 'event', 'events')}; "
    said += f"{many(shown.not_due, 'version is', 'versions are')} not due."
    content: list[Child] = [element("p", said)]
    if shown.reasons:
        rows = [
            Row([reason, badge("stays", "good") if keep else badge("goes", "warn"), count, size(taken)])
            for (keep, reason), (count, taken) in sorted(shown.reasons.items())
        ]
        content.append(table("Reasons", ["Reason", "Decision", "Versions", "Size"], rows, numbers=(2, 3)))
        heads = ["Address", "Version", "Written", "Size", "Decision", "Reason"]
        content.append(
            table("Versions that are due", heads, [_going(row) for row in shown.versions], numbers=(1, 3), filters=True)
        )
    if "collection" in report.cut:
        content.append(
            element(
                "p",
                f"{report.cut['collection']:,} more are not shown; memory gc --dry-run lists them all.",
                class_="note",
            )
        )
    return section("collection", "Garbage collection", lede, *content)


def _going(row: Going) -> Row:
    decision = badge("stays", "good") if row.keep else badge("goes", "warn")
    return Row(
        [element("span", row.address, class_="path"), row.version, moment(row.at), size(row.size), decision, row.reason]
    )
