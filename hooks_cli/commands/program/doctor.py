"""`doctor`: checks the installation and the store, and says how to repair what is wrong."""

from __future__ import annotations

import json
import sys

from hooks_cli.model.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "",
    "doctor",
    "Check everything that the memory needs, and say how to repair what is wrong.",
    examples=("hooks-cli doctor", "hooks-cli doctor --json"),
    details=(
        "Looks at versions, settings, key, permissions, file system, cipher, integrity, ledger, format, size, write-ahead log, garbage "
        "collection, shims and agents' settings. Reads the whole store. Exit code: 0 when all is well (notes do not count), 1 when "
        "something should be mended, else the code that an ordinary command would end with: 77 key, permission or tampering, 78 "
        "settings, 69 engine or file system, 74 disk."
    ),
)

SIGNS = {"ok": "ok  ", "note": "note", "warning": "WARN", "error": "FAIL"}


def run(call: Call, environment: Environment) -> int:
    """Examine and print. Exit code by the worst finding."""
    from hooks_cli.features.doctor import examine
    from hooks_cli.features.doctor.finding import LEVELS, OK

    found = examine.examine(environment, sys.argv[0])
    code = examine.exit_code(found)
    if call.format != "text":
        findings = [{"check": f.check, "level": f.level, "text": f.text, "mend": f.mend or None} for f in found]
        worst = max((f.level for f in found), key=LEVELS.index)
        if call.format == "ndjson":
            environment.out("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in findings))
        else:
            body = {"schema_version": "1", "worst": worst, "exit_code": code, "findings": findings}
            environment.out(json.dumps(body, ensure_ascii=False) + "\n")
        return code
    width = max(len(f.check) for f in found)
    for finding in found:
        environment.out(f"{SIGNS[finding.level]}  {finding.check:<{width}}  {_line(finding.text)}\n")
        if finding.mend and finding.level != OK:
            environment.out(f"{'':6}{'':<{width}}    {_line(finding.mend)}\n")
    return code


def _line(text: str) -> str:
    from hooks_cli.output.listing import one_line

    return one_line(text, 2_000)
