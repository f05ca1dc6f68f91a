"""Finds, adds and removes this program's hook handlers in an agent's settings file.

Two shapes are in use. `NESTED` (Claude Code, Codex, Gemini CLI): each event has groups, a group has a `matcher` and its `hooks`.
`FLAT` (Cursor, Copilot CLI): each event has its handlers. A handler is ours when its command runs `hooks event` of this program,
whatever path or options it was written with; it is kept while it is what we would write today and replaced when it is not.
"""

from __future__ import annotations

import shlex

from hooks_cli.errors import DataError
from hooks_cli.features.agents.json_edit import Place, add, find, remove
from hooks_cli.features.agents.json_tree import Node, parse
from hooks_cli.system.installed_program import PROGRAM_NAMES

NESTED, FLAT = "nested", "flat"
COMMAND_FIELDS = ("command", "bash")


class UnexpectedShape(DataError):
    """{path}: {where} is not {expected}, as the agent wants it. Nothing was changed."""

    hint = "Mend the file first, and run it again."


class Hook:
    """One handler that should be there: for which `event`, with which `matcher` ("" for none), and the `handler` object itself."""

    __slots__ = ("event", "handler", "matcher")

    def __init__(self, event: str, handler: dict[str, object], matcher: str = "") -> None:
        self.event = event
        self.handler = handler
        self.matcher = matcher


def is_ours(handler: object) -> bool:
    """Whether a handler runs this program's `hooks event`."""
    if not isinstance(handler, dict):
        return False
    for field in COMMAND_FIELDS:
        command = handler.get(field)
        if not isinstance(command, str):
            continue
        try:
            words = shlex.split(command)
        except ValueError:
            continue
        for at in range(len(words) - 2):
            name = words[at].rsplit("/", 1)[-1]
            if name in PROGRAM_NAMES and words[at + 1] in ("hook", "hooks") and words[at + 2] == "event":
                return True
    return False


def with_hooks(text: str, hooks: list[Hook], shape: str, path: str) -> str:
    """The settings with exactly these handlers of ours in them; text that has them already comes back as it is."""
    if not text.strip().removeprefix("\ufeff"):
        text = '{\n  "version": 1,\n  "hooks": {}\n}\n' if shape == FLAT else '{\n  "hooks": {}\n}\n'
    wanted = list(hooks)
    for place, hook in reversed(_ours(text, shape, path)):
        same = next((w for w in wanted if _same(w, hook)), None)
        if same is not None:
            wanted.remove(same)
        else:
            text = _take(text, place, shape, path)
    if not wanted:
        return text
    there = find(parse(text, path), ("hooks",))
    if there is not None and there.kind == "scalar" and there.value is None:
        text, there = remove(text, ("hooks",), path), None
    if there is None:
        text = add(text, (), "hooks", {}, path)
    if shape == FLAT and find(parse(text, path), ("version",)) is None:
        text = add(text, (), "version", 1, path)
    for hook in hooks:
        if hook not in wanted:
            continue
        new: dict[str, object] = hook.handler
        if shape == NESTED:
            new = ({"matcher": hook.matcher} if hook.matcher else {}) | {"hooks": [hook.handler]}
        if find(parse(text, path), ("hooks", hook.event)) is None:
            text = add(text, ("hooks",), hook.event, [new], path)
        else:
            text = add(text, ("hooks", hook.event), "", new, path)
    return text


def without_hooks(text: str, shape: str, path: str) -> str:
    """The settings without any handler of ours, and without the groups, events and tables that held nothing else."""
    for place, _ in reversed(_ours(text, shape, path)):
        text = _take(text, place, shape, path)
    return text


def is_empty(text: str, path: str) -> bool:
    """Whether nothing is left in the settings but what we would have begun them with."""
    value = parse(text, path).value
    return isinstance(value, dict) and not (set(value) - {"version", "hooks"}) and not value.get("hooks")


def _same(wanted: Hook, there: Hook) -> bool:
    return (wanted.event, wanted.matcher, wanted.handler) == (there.event, there.matcher, there.handler)


def _ours(text: str, shape: str, path: str) -> list[tuple[Place, Hook]]:
    """Every handler of ours with its place, in the order of the text. Raises UnexpectedShape (65)."""
    root = parse(text, path)
    _expect(root, "object", "the whole", path)
    hooks = root.member("hooks")
    if hooks is None or (hooks.kind == "scalar" and hooks.value is None):
        return []
    _expect(hooks, "object", '"hooks"', path)
    found: list[tuple[Place, Hook]] = []
    for event, groups in zip(hooks.names, hooks.children, strict=True):
        if hooks.member(event) is not groups:
            continue
        if groups.kind != "array" and event[:1].islower() and shape == NESTED:
            continue  # claude-flow's own old settings: "preEditHook": {…}
        _expect(groups, "array", f'"hooks" › "{event}"', path)
        for at, group in enumerate(groups.children):
            place: Place = ("hooks", event, at)
            if shape == FLAT:
                _collect(found, place, group, event, "")
                continue
            handlers = group.member("hooks") if group.kind == "object" else None
            matcher = group.member("matcher") if group.kind == "object" else None
            if handlers is None or handlers.kind != "array":
                continue
            word = str(matcher.value) if matcher is not None and matcher.value else ""
            for number, handler in enumerate(handlers.children):
                _collect(found, (*place, "hooks", number), handler, event, word)
    return found


def _collect(found: list[tuple[Place, Hook]], place: Place, handler: Node, event: str, matcher: str) -> None:
    value = handler.value
    if isinstance(value, dict) and is_ours(value):
        found.append((place, Hook(event, value, matcher)))


def _take(text: str, place: Place, shape: str, path: str) -> str:
    """Take one handler away, and then upwards whatever became empty by that."""
    text = remove(text, place, path)
    if shape == NESTED:
        if not _is_bare(text, place[:4], path):
            return text
        text = remove(text, place[:3], path)  # a group whose `hooks` is empty goes as a whole
    for holder in (place[:2], place[:1]):
        if not _is_bare(text, holder, path):
            break
        text = remove(text, holder, path)
    return text


def _is_bare(text: str, place: Place, path: str) -> bool:
    node = find(parse(text, path), place)
    return node is not None and not node.children


def _expect(node: Node, kind: str, where: str, path: str) -> None:
    if node.kind != kind:
        raise UnexpectedShape(path=path, where=where, expected=f"an {kind}")
