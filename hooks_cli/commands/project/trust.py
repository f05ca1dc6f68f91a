"""`project trust`: lets this project's hooks.toml shorten how long its memory is kept; `--remove` undoes it."""

from __future__ import annotations

from hooks_cli.model.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "project",
    "trust",
    "Let this project's hooks.toml decide how long its memory is kept.",
    options=(Option("remove", ("--remove", "--revoke"), "Trust it no longer.", "switch"),),
    examples=("hooks-cli project trust", "hooks-cli project trust --remove"),
    details=(
        "A hooks.toml arrives with a clone or a pull. Until you trust the project, it can only lengthen how long "
        "the memory is kept, and cannot enable automatic collection. In a trusted project [memory.gc], max_size, "
        "store, [restore] max_chars and [schemas] mode take effect as written, also after the next pull: read the "
        "file first. The command prints which settings take effect. Settings on keys, sealing and agents can only "
        "be stricter than yours, trusted or not. The trust is a note in your configuration folder with the "
        "project's path; after a move, trust the project again."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Trust the project, or no longer. Raises CannotCreate (73), PermissionRefused or ReadOnlyAgent (77), ConfigError (78)."""
    import json

    from hooks_cli.features import attribution
    from hooks_cli.features.settings_report import held
    from hooks_cli.output.listing import one_line
    from hooks_cli.project import trust

    remove = call.flag("remove")
    environment.lenient = remove  # a broken hooks.toml must not stand in the way of that
    attribution.check_write(environment)
    counting = [] if remove else held(environment)
    home = environment.project.home
    note = environment.folders.trust_note(environment.project.stem)
    changed = (trust.distrust if remove else trust.trust)(note, home)
    if call.format != "text":
        body = {"schema_version": "1", "project": home, "trusted": not remove, "changed": changed}
        environment.out(json.dumps({**body, "counts_now": dict(counting)}) + "\n")
        return 0
    place = one_line(home, 4096)
    if remove:
        environment.out(f"No longer trusted: {place}\n" if changed else f"It was not trusted: {place}\n")
        return 0
    environment.out(f"Trusted: {place}\n" if changed else f"It is trusted already: {place}\n")
    for key, value in counting:
        what = (
            "garbage collection at session-end" if key == "memory.gc" else f"{one_line(key, 300)} = {json.dumps(value)}"
        )
        environment.out(f"  counts from now on: {what}\n")
    return 0
