"""Parses an option that a verb does not declare: kept for `unknown_options`, refused, or read as a write condition."""

from __future__ import annotations

from hooks_cli.cli.foreign_options import kind_of
from hooks_cli.cli.parser import (
    Line,
    Mistake,
    begins_like_option,
    kebab,
    switch_value,
)
from hooks_cli.model.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.model.verb import Verb


def read_undeclared(line: Line, flag: str, value: str | None) -> Mistake | None:
    """An option that the verb does not have: of another program (`foreign_options`), or an unknown one (`strangers`)."""
    verb = line.verb
    following = line.following() if value is None else None
    kind = kind_of(verb.group, kebab(flag).lstrip("-"))
    if not kind or switch_value(value or following or "") is False:
        held = _condition(line, flag, value, bool(kind))
        if held is None or isinstance(held, Mistake):
            return held
    taken: bool | None = False
    if kind:
        line.foreign.append(flag)
    else:
        line.stranger = line.stranger or Mistake("unknown", flag)
        if not verb.lenient:
            from hooks_cli.cli import unknown_options

            name = kebab(flag).lstrip("-")
            said = following if value is None else value
            if name.endswith("-only") and switch_value(said or "") is False:  # it asks for everything
                line.foreign.append(flag)
                line.unknown.append((name, "false"))
                line.at += value is None
                return None
            if not verb.strangers or unknown_options.is_misspelt(kebab(flag).lstrip("-"), line.flags):
                return Mistake("unknown", flag)
            if following is not None:
                taken = unknown_options.takes_next(verb, line.words[line.at :], line.values, line.plain, line.flags)
                if taken is None:
                    return Mistake("unclear", flag, following)
            if unknown_options.asks_for_less(verb, name, (following if taken else None) if value is None else value):
                return Mistake("unknown", flag)
    if following is not None and (
        _is_its_value(kind, following, verb, line.values, line.plain) if kind or verb.lenient else taken
    ):
        value = following
        line.at += 1
    name = flag if kind or verb.lenient else kebab(flag)
    line.unknown.append((name.lstrip("-"), "true" if value is None else value))
    return None


def _condition(line: Line, flag: str, value: str | None, foreign: bool) -> Mistake | bool | None:
    """An option that holds a write back (`model.write_conditions`): True for any other, None when it was taken.

    A verb that stores takes what it obeys under its own name for it, and refuses the rest; a hooks verb keeps them all with its event.
    """
    verb = line.verb
    if not verb.lenient and (verb.group != "memory" or verb.strangers not in ("", "metadata")):
        return True
    from hooks_cli.model import write_conditions as conditions

    name = kebab(flag).lstrip("-")
    known = conditions.known(name)
    anyway = conditions.is_done_anyway(name)
    if (verb.lenient and (foreign or not known)) or (foreign and not anyway):
        return True
    following = line.following() if value is None else None
    if following is not None and known == conditions.VERSION:
        said = None if begins_like_option(following) else following
    elif following is not None and (known or anyway) and switch_value(following) is not None:
        said = following
    else:
        said, following = value, None
    kind = conditions.meaning(name, said or "")
    if not kind:
        return True
    if verb.lenient or (kind == conditions.OFF and verb.strangers):
        if verb.lenient:
            line.stranger = line.stranger or Mistake("unknown", flag)
        else:
            line.foreign.append(flag)
        line.unknown.append((flag.lstrip("-"), "true" if said is None else said))
    elif any(option.name == kind for option in verb.options):
        line.values[kind] = conditions.number_of(said or "") if kind == conditions.VERSION else True
    else:
        return Mistake("held" if verb.strangers else "unknown", flag)
    line.at += following is not None and said is not None
    return None


def _is_its_value(kind: str, word: str, verb: Verb, values: dict[str, object], plain: list[str]) -> bool:
    """Whether the word behind an option that is not declared is its value; `kind` as `foreign_options.kind_of` has it."""
    if kind == "switch":
        # Where `store` was told key and value by their options, a word has no other place: `--compress gzip`.
        told = "value_option" in values and "key_option" in values and not begins_like_option(word)
        return switch_value(word) is not None or (told and verb.strangers == "metadata")
    if begins_like_option(word):
        return False
    if kind == "family" and len(plain) < len(verb.positionals):
        # `query --use-embedding TEXT` has no value, `query TEXT --embedding-kind small` has one.
        return any(name.endswith("_option") for name in values)
    return True
