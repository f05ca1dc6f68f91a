"""The word rules for an option that the verb does not have: of another program, or known to nobody. `words` asks when it meets one."""

from __future__ import annotations

from hooks_cli.cli.words import Mistake, begins_like_option, kebab, switch_value
from hooks_cli.model.foreign_options import kind_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Verb
    from hooks_cli.cli.words import Line


def read(line: Line, flag: str, value: str | None) -> Mistake | None:
    """An option that the verb does not have: of another program (`foreign_options`), or one that nobody knows (`strangers`)."""
    verb = line.verb
    following = line.following() if value is None else None
    kind = kind_of(verb.group, kebab(flag).lstrip("-"))
    taken: bool | None = False
    if kind:
        line.foreign.append(flag)
    else:
        line.stranger = line.stranger or Mistake("unknown", flag)
        if not verb.lenient:
            from hooks_cli.model import strangers

            if not verb.strangers or strangers.is_misspelt(kebab(flag).lstrip("-"), line.flags):
                return Mistake("unknown", flag)
            if following is not None:
                taken = strangers.takes_next(verb, line.words[line.at :], line.values, line.plain, line.flags)
                if taken is None:
                    return Mistake("unclear", flag, following)
    if following is not None and (
        _is_its_value(kind, following, verb, line.values, line.plain) if kind or verb.lenient else taken
    ):
        value = following
        line.at += 1
    name = flag if kind or verb.lenient else kebab(flag)
    line.unknown.append((name.lstrip("-"), "true" if value is None else value))
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
