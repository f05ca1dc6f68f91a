"""`doctor`: runs all checks and says how to repair what is wrong.

Each check gives findings of one of four levels: `ok`, `note` (worth knowing), `warning` (should be mended), `error`
(something does not work). A check that itself fails is a finding, too: the doctor does not end because the patient is
ill.
"""

from __future__ import annotations

import os
import platform

from hooks_cli.errors import HooksError
from hooks_cli.features.doctor.finding import ERROR, NOTE, OK, WARNING, Finding, of_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hooks_cli.environment import Environment


def examine(environment: Environment, launcher: str) -> list[Finding]:
    """All checks. `launcher` is how this program was called (sys.argv[0]). Raises nothing of ours."""
    from hooks_cli.features.doctor import setup_checks, store_checks

    checks: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("versions", _versions),
        ("modules", _modules),
        ("settings", lambda: _settings(environment)),
        ("key", lambda: store_checks.key(environment)),
        ("permissions", lambda: store_checks.permissions(environment)),
        ("file system", lambda: store_checks.file_system(environment)),
        ("store", lambda: store_checks.store(environment)),
        ("copies", lambda: store_checks.copies(environment)),
        ("shims", lambda: setup_checks.shims(environment, launcher)),
        ("agents", lambda: setup_checks.agents(environment, launcher)),
    ]
    found: list[Finding] = []
    for name, check in checks:
        try:
            found += check()
        except HooksError as error:
            found.append(of_error(name, error))
        except OSError as error:
            found.append(Finding(name, WARNING, f"could not be looked at: {error.strerror} ({error.filename})"))
    return found


def exit_code(found: list[Finding]) -> int:
    """0 when nothing is worse than a note, 1 for warnings, else the exit code that the first error has elsewhere."""
    for finding in found:
        if finding.level == ERROR:
            return finding.code or 70
    return 1 if any(finding.level == WARNING for finding in found) else 0


def _versions() -> Iterator[Finding]:
    import hooks_cli
    from hooks_cli.store.sqlite.file import diagnostics

    libraries = ", ".join(f"{name} {version}" for name, version in diagnostics.library_versions().items())
    system = f"Python {platform.python_version()}, {platform.system()} {platform.release()} {platform.machine()}"
    yield Finding("versions", OK, f"hooks-cli {hooks_cli.__version__}, {libraries}, {system}")
    try:
        from hooks_cli.crypto.ciphers import AESGCM

        AESGCM(bytes(32))
    except ImportError as error:
        mend = "Install hooks-cli again with its dependencies."
        yield Finding("versions", ERROR, f"`cryptography` cannot be loaded: {error}", mend, 69)


def _modules() -> Iterator[Finding]:
    from hooks_cli import bytecode

    if not bytecode.open_image():
        yield Finding(
            "modules",
            NOTE,
            "there is no bytecode image for this Python, so each call takes a tenth longer",
            "Install hooks-cli from its source with this Python.",
        )
        return
    edited = bytecode.edited()
    if edited:
        yield Finding(
            "modules",
            WARNING,
            f"installed sources were edited, which no call sees: {', '.join(edited)}",
            "Install hooks-cli again, or set HOOKS_PLAIN_PYTHON=1.",
        )
    else:
        yield Finding("modules", OK, "loaded from their image")


def _settings(environment: Environment) -> Iterator[Finding]:
    from hooks_cli.features import settings_report

    wrong, ignored = settings_report.check(environment)
    for line in wrong:
        yield Finding("settings", ERROR, line, "Mend the file; see: hooks-cli config check", 78)
    for line in ignored:
        yield Finding("settings", WARNING, line, "Take it out of the file; see: hooks-cli config check")
    if wrong:
        return
    files = [environment.folders.user_config, environment.project.config_path]
    there = [path for path in files if os.path.exists(path)]
    if not ignored:
        yield Finding(
            "settings", OK, f"read from {', '.join(there)}" if there else "no settings file; the defaults apply"
        )
    settings = environment.settings
    if settings.get("memory.security.encrypt_at_rest") is False:
        mend = "Set encrypt_at_rest = true, and export and import what the store holds."
        yield Finding("settings", WARNING, "encrypt_at_rest = false: stores are not encrypted", mend)
    if settings.get("memory.security.allow_reveal") is True:
        mend = "Take it out of your config.toml unless a program needs it."
        yield Finding("settings", NOTE, "allow_reveal = true: --reveal works without a terminal, for agents too", mend)
    if settings.get("memory.security.scan") is False:
        yield Finding("settings", NOTE, "scan = false: values that look like keys are not sealed")
