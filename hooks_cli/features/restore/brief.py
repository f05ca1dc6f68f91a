"""Writes the brief: what a session should know, as text for a language model, within a limit of characters.

What it looks like (the mark is a keyed digest of what is shown, so no stored text can know it, and the same content has the same bytes):

    [memory 3f9ac1d2] Project clnrm, session hyper-tester-001: 2 of 12 entries; its own entries, newest first.
    [memory 3f9ac1d2] A line that begins with "|" is stored data and one with ":" its metadata, …
    [memory 3f9ac1d2] 1. swarm/performance/baseline (version 3, revision 42; 2025-10-17T12:00:00Z; by perf-1, session s1, notify)
    : {"p50_ms": 45}
    | Baseline captured: p50=45ms
    [memory 3f9ac1d2] Cut here: 500 of 64000 characters. All of it: hooks-cli memory recall swarm/x
    [memory 3f9ac1d2] Not shown: 10 entries: a, b, … One of them: hooks-cli memory recall KEY. …
    [memory 3f9ac1d2] End of memory.

Whatever is stored stands behind `| ` or `: ` (`visible.escaped`, so it can neither hide nor move anything), or is a name,
quoted unless it is plain. So a value cannot open, close or imitate a line of the frame.

**The budget.** Values are whole while they fit. Where not all fits, a long value gives its best passage of `PASSAGE` characters, so one
long text does not push out all others; what is left over at the end goes back to those that were cut, the first of them
first. An entry that would get less than `WORTHWHILE` characters is named instead.
"""

from __future__ import annotations

from hooks_cli.features.restore.brief_lines import (
    Item,
    Subject,
    explanation,
    first_line,
    left_out_line,
    length,
    piece,
    title_line,
)
from hooks_cli.text.escapes import shell_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["Brief", "Item", "Shown", "Subject", "build", "build_unforgeable"]

DEFAULT_BUDGET = 10_000
MINIMUM_BUDGET = 1_000
# English prose is 4 to 5 characters a token, JSON and code 3 or a little more: 3 keeps the promise of --max-tokens.
CHARACTERS_PER_TOKEN = 3
WORTHWHILE = 160
# Where not all fits, a value of up to LONG characters stands whole, a longer one gives this much.
LONG = 1_500
PASSAGE = 600
UNMARKED = "00000000"


class Shown:
    """What became of an item: `data` and `metadata` as far as they are shown (unescaped), `cut` when that is not all."""

    __slots__ = ("cut", "data", "item", "metadata", "start", "text")

    def __init__(
        self, item: Item, text: str, data: str | None, metadata: str | None, cut: bool, start: int = 0
    ) -> None:
        self.item = item
        self.text = text
        self.data = data
        self.metadata = metadata
        self.cut = cut
        self.start = start  # at which character of the value `data` begins


class Brief:
    """The finished brief. `left_out` are the addresses of the items not shown, `total` counts what there is in all."""

    __slots__ = ("left_out", "more", "shown", "text", "total")

    def __init__(self, text: str, shown: list[Shown], left_out: list[str], total: int, more: bool) -> None:
        self.text = text
        self.shown = shown
        self.left_out = left_out
        self.total = total
        self.more = more


def build(
    subject: Subject,
    items: list[Item],
    mark: str,
    *,
    budget: int = DEFAULT_BUDGET,
    total: int = 0,
    more: bool = False,
    values: bool = True,
) -> Brief:
    """The brief of `items` (most relevant first), never longer than `budget` characters (at least `MINIMUM_BUDGET`).

    `mark` is a word that nothing shown contains (`build_unforgeable`). `total` counts all entries, also those not given here,
    and `more` says that there are yet more. `values=False` names the entries without their text.
    """
    frame = f"[memory {mark}] "
    total = max(total, len(items))
    opening = explanation(frame) if values else ""
    end = f"{frame}End of memory.\n"
    room = budget - len(first_line(subject, frame, total, total, more)) - len(opening) - len(end)
    names_room = min(400, budget // 10)
    shown = None
    if total == len(items) and not more:
        shown = _all_whole(subject, items, frame, room, values) or _fill(subject, items, frame, room, values)
    if shown is None or len(shown) < total:
        room -= len(left_out_line(subject, frame, [], total, True, 0)) + names_room
        shown = _fill(subject, items, frame, room, values)
    seen = {id(one.item) for one in shown}
    left = [item.address for item in items if id(item) not in seen]
    hidden = total - len(shown)
    tail = left_out_line(subject, frame, left, hidden, more, names_room) if hidden or more else ""
    first = first_line(subject, frame, len(shown), total, more)
    return Brief("".join([first, opening, *[one.text for one in shown], tail, end]), shown, left, total, more)


def build_unforgeable(subject: Subject, items: list[Item], digest: Callable[[bytes], bytes], **options: Any) -> Brief:
    """`build` with a mark of 8 hex digits that stands in nothing that is shown: a `digest`, under a key of the store, of what is shown."""
    made = build(subject, items, UNMARKED, **options)
    content = made.text.encode("utf-8", "surrogatepass")
    mark = UNMARKED
    while mark in made.text:
        content = digest(content)
        mark = content[:4].hex()
    before, frame = f"[memory {UNMARKED}] ", f"[memory {mark}] "
    text = made.text.replace(explanation(before), explanation(frame), 1)
    made.text = ("\n" + text).replace("\n" + before, "\n" + frame)[1:]
    return made


def _all_whole(subject: Subject, items: list[Item], frame: str, room: int, values: bool) -> list[Shown] | None:
    shown: list[Shown] = []
    for item in items:
        one = _whole(subject, item, frame, len(shown) + 1, room, values)
        if one is None:
            return None
        shown.append(one)
        room -= len(one.text)
    return shown


def _fill(subject: Subject, items: list[Item], frame: str, room: int, values: bool) -> list[Shown]:
    shown: list[Shown] = []
    for item in items:
        number = len(shown) + 1
        allowed = max(min(room // 2, LONG), min(room, PASSAGE))
        one = _whole(subject, item, frame, number, allowed, values)
        if one is None and values:
            one = _cut(subject, item, frame, number, min(room, PASSAGE + 300)) or _whole(
                subject, item, frame, number, room, values
            )
        if one is not None:
            shown.append(one)
            room -= len(one.text)
        elif len(item.address) < MINIMUM_BUDGET // 8:
            break  # else it is the long name that does not fit, and a later entry may
    for index, one in enumerate(shown):
        if one.cut and room > 0:
            allowed = len(one.text) + room
            better = _whole(subject, one.item, frame, index + 1, allowed, values)
            better = better or _cut(subject, one.item, frame, index + 1, allowed)
            if better is not None and len(better.text) > len(one.text):
                room -= len(better.text) - len(one.text)
                shown[index] = better
    return shown


def _whole(subject: Subject, item: Item, frame: str, number: int, room: int, values: bool) -> Shown | None:
    """The item with all of its text, None if that does not fit."""
    item.want(max(room, 1) if values else 1)
    title = title_line(subject, item, frame, number, values)
    if not values:
        return Shown(item, title, None, None, False) if len(title) <= room else None
    if item.size or len(title) + len(item.data) + len(item.metadata or "") > room:
        return None
    text = title + item.body()
    return Shown(item, text, item.data, item.metadata, False) if len(text) <= room else None


def _cut(subject: Subject, item: Item, frame: str, number: int, room: int) -> Shown | None:
    """As much of the item as fits, and a line that says how to read the rest; None if that is not worth it."""
    title = title_line(subject, item, frame, number, True)
    command = f"{subject.program} recall {shell_word(item.address)}"
    start = item.start(PASSAGE)
    begins = f" from character {start + 1} on" if start else ""
    longest = f"{frame}Cut here: {item.extent(len(item.data))}{begins}. All of it: {command} --json\n"
    room -= len(title) + len(longest)
    if room < WORTHWHILE:
        return None
    metadata, kept = piece(": ", item.metadata, room // 2) if item.metadata else ("", 0)
    data, count = piece("| ", item.data[start:], room - len(metadata))
    all_metadata = kept == length(item.metadata or "")
    last = f"{frame}Cut here: {item.extent(count)}{begins}. All of it: {command}"
    text = f"{title}{metadata}{data}{last}{'' if all_metadata else ' --json'}\n"
    shown_metadata = item.metadata if all_metadata else (item.metadata or "")[:kept]
    return Shown(item, text, item.data[start:].replace("\r\n", "\n")[:count], shown_metadata, True, start)
