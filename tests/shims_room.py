"""Installed shims beside a stand-in for hooks-cli and a folder of real programs, all of which say what they were given."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from hooks_cli.features.shims import folder as shims
from tests.conftest import TIMEOUT_SECONDS

# Prints who it is and its words, each ended by NUL, then what came on stdin; leaves with the code it is given.
ECHO = r"""#!/bin/sh
printf '%s\0' 'NAME' "$#" "$@"
[ -t 0 ] || cat
exit ${ECHO_EXIT:-0}
"""


def make_room(tmp_path: Path) -> dict[str, str]:
    """Installed shims, a stand-in for hooks-cli, and a folder of real programs; paths with spaces and quotes in them."""
    ours = tmp_path / "our program's"
    real = tmp_path / "real $bin"
    for folder, names in ((ours, ["hooks-cli"]), (real, ["npx", "bunx", "pnpm", "ruflo"])):
        folder.mkdir()
        for name in names:
            path = folder / name
            path.write_text(ECHO.replace("NAME", f"{folder.name}/{name}".replace("'", "")))
            path.chmod(0o755)
    data = tmp_path / "data 'x'"
    shims.install(str(data), str(ours / "hooks-cli"), [])
    folder = shims.folder_of(str(data))
    return {
        "folder": folder,
        "ours": str(ours),
        "real": str(real),
        "data": str(data),
        "PATH": f"{folder}:{real}:/usr/bin:/bin",
    }


def call(
    room: dict[str, str],
    name: str,
    words: list[str],
    shell: str = "",
    stdin: bytes = b"",
    env: dict[str, str] | None = None,
) -> tuple[str, list[str], bytes, int]:
    """Run a shim; give who answered, the words it got, the stdin it got, and the exit code."""
    program = [os.path.join(room["folder"], name)]
    if shell:
        program = [shell, *(["sh"] if shell == "busybox" else []), *program]
    env = {"PATH": room["PATH"]} if env is None else env
    done = subprocess.run([*program, *words], input=stdin, capture_output=True, env=env, timeout=TIMEOUT_SECONDS)
    parts = done.stdout.split(b"\0")
    if done.returncode == 127 or len(parts) < 2:
        return "", [done.stderr.decode()], b"", done.returncode
    count = int(parts[1])
    rest = b"\0".join(parts[2 + count :])
    return parts[0].decode(), [os.fsdecode(p) for p in parts[2 : 2 + count]], rest, done.returncode
