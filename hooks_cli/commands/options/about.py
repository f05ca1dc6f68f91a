"""Options of `memory store` that describe the value and become fields of its metadata."""

from __future__ import annotations

from hooks_cli.features.entries.draft import metadata_json
from hooks_cli.model.verb import Option
from hooks_cli.text.json_writer import Raw, object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.store_opening import Store
    from hooks_cli.model.verb import Call

_WORDS = (
    ("about_type", "--type", "type", "What kind of thing it is: decision, discovery, pattern …"),
    ("about_category", "--category", "category", "What it belongs to."),
    ("about_domain", "--domain", "domain", "What it is about."),
    ("about_title", "--title", "title", "What to call it."),
    (
        "about_confidence",
        "--confidence",
        "confidence",
        "How sure it is, from 0 to 1 (garbage collection keeps sure patterns).",
    ),
    ("about_scope", "--scope", "scope", "For whom it holds: agent, project, shared …"),
    ("about_partition", "--partition", "partition", "The part of the memory that it is for."),
    ("about_owner", "--owner", "owner", "Whose it is."),
    (
        "about_access",
        "--access-level",
        "access_level",
        "A label for who may know it; everyone with the key can read it.",
    ),
    ("about_pattern", "--cognitive-pattern", "cognitive_pattern", "The way of thinking that it is an example of."),
    ("about_priority", "--priority", "priority", "How much it matters."),
    ("about_version", "--version", "version", "The data's own version, as 2.0.0."),
    ("about_status", "--status", "status", "How far it is."),
)
ABOUT_OPTIONS = tuple(
    Option(
        name, (flag,), f"{told} Becomes metadata.{field}.", metavar="TEXT", hidden=field not in ("type", "confidence")
    )
    for name, flag, field, told in _WORDS
)

# What `metadata_of` looks at, beside options that are not declared.
NAMES = frozenset(("metadata", *[row[0] for row in _WORDS]))


def metadata_of(call: Call, store: Store, environment: Environment) -> str:
    """--metadata, with the fields that these options and unknown options give; what --metadata says itself wins.

    Raises InvalidJson (65).
    """
    given = call.text("metadata")
    if given:
        from hooks_cli.commands.options.metadata_option import metadata

        metadata(call, store)
        given = call.text("metadata")
    about: dict[str, object] = {}
    for (_, _, field, _), value in zip(_WORDS, call.texts(*[row[0] for row in _WORDS]), strict=True):
        if value:
            about[field] = _number(value) if field == "confidence" else value
    if call.unknown and call.strange:
        from hooks_cli.cli import unknown_options

        about.update(unknown_options.fields(call, environment))
    if not about:
        return given
    if not given.strip():
        return object_text(about)
    checked = metadata_json(store, given) or ""
    for field in list(about):
        if store.query("SELECT json_type(?, ?)", (checked, f'$."{field}"'))[0][0] is not None:
            del about[field]
    if checked == "{}" or not about:
        return object_text(about) if about else checked
    return object_text(about)[:-1] + "," + checked[1:]


def _number(text: str) -> object:
    """A number as JSON writes it, or the text as it is."""
    try:
        value = float(text)
    except ValueError:
        return text
    return Raw(repr(value)) if value - value == 0 else text
