"""Captures the text of a file: regular UTF-8 files inside the project, 64 KiB at most.

Everything else is kept by its facts: path, size and digest of other regular files (key files and `.env` never by their text), the
names in a folder, the kind of what is missing or no file at all. A FIFO or a device is never opened.
"""

from __future__ import annotations

import os
import stat

from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hashlib import _Hash

    from hooks_cli.environment import Environment

TEXT_BYTES = 64 * 1024
DIGEST_BYTES = 64 * 1024 * 1024
LISTED_NAMES = 1_000
_CHUNK = 1024 * 1024

FILE, FOLDER, MISSING, BINARY, LARGE, OUTSIDE, SECRET, SPECIAL, UNREADABLE = (
    "file",
    "folder",
    "missing",
    "binary",
    "large",
    "outside",
    "secret",
    "special",
    "unreadable",
)
# Why an entry made of a file has none of its text: what was so when it was recorded.
_TEXTLESS = {
    MISSING: "was not there",
    BINARY: "was not UTF-8 text",
    LARGE: "was too large for its text",
    OUTSIDE: "was outside the project",
    SECRET: "is a key file by its name",
    SPECIAL: "was not a regular file",
    UNREADABLE: "could not be read",
}
_SECRET_NAMES = [
    ".env",
    ".envrc",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".pgpass",
    ".htpasswd",
    "credentials",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    ".git-credentials",
]
_SECRET_ENDINGS = (".pem", ".key", ".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".asc", ".gpg", ".age")


class Captured:
    """`kind` is one of the words above; `text` what the entry holds ("" when only facts are kept); `size` in bytes or None."""

    __slots__ = ("digest", "kind", "names", "path", "size", "text")

    def __init__(
        self,
        path: str,
        kind: str,
        *,
        text: str = "",
        size: int | None = None,
        digest: str | None = None,
        names: int | None = None,
    ) -> None:
        self.path = path
        self.kind = kind
        self.text = text
        self.size = size
        self.digest = digest
        self.names = names

    def source(self) -> str:
        """The envelope's `source`, as JSON."""
        facts: dict[str, object] = {"path": self.path, "kind": self.kind}
        for name, value in (("size", self.size), ("digest", self.digest), ("names", self.names)):
            if value is not None:
                facts[name] = value
        return object_text(facts)


def textless(kind: str) -> str:
    """Why no text is kept of a file of this kind, in a few words; "" where it is (a file, a folder's names)."""
    return _TEXTLESS.get(kind, "")


def textless_source(source: str | None) -> str:
    """The same of an entry's `source`, the JSON text that `Captured.source` writes."""
    if not source:
        return ""
    for kind, reason in _TEXTLESS.items():
        # No path can imitate it: in JSON its quotes are escaped.
        if f'","kind":"{kind}"' in source:
            return reason
    return ""


def captured_of(environment: Environment, path: str) -> Captured:
    """`capture`, or for a queued call that is taken in now, what the file was when the call was made."""
    if environment.replayed:
        from hooks_cli.features.journal.replay import captured_by

        held = captured_by(environment)
        if held is not None:
            return held
    return capture(path, environment.cwd, environment.project.root)


def capture(path: str, cwd: str, project_root: str) -> Captured:
    """Look at a path as a hook names it (relative to `cwd`). Never raises for what it finds there."""
    full = os.path.join(cwd, path)
    try:
        facts = os.stat(full)
    except (OSError, ValueError):
        return Captured(path, MISSING)
    if stat.S_ISDIR(facts.st_mode):
        return _folder(path, full)
    if not stat.S_ISREG(facts.st_mode):
        return Captured(path, SPECIAL)
    return _regular(path, full, project_root)


def _folder(path: str, full: str) -> Captured:
    try:
        with os.scandir(full) as listing:
            names = []
            for item in listing:
                names.append(item.name + ("/" if item.is_dir(follow_symlinks=False) else ""))
                if len(names) > LISTED_NAMES:
                    break
    except OSError:
        return Captured(path, UNREADABLE)
    kept = sorted(names[:LISTED_NAMES])
    more = ["… (more names are not listed)"] if len(names) > LISTED_NAMES else []
    text = "\n".join(kept + more).encode("utf-8", "replace").decode()
    return Captured(path, FOLDER, text=text, names=len(kept))


def _regular(path: str, full: str, project_root: str) -> Captured:
    try:
        # Not blocking, in case that a FIFO took the name since it was looked at.
        descriptor = os.open(full, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return Captured(path, UNREADABLE)
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            return Captured(path, SPECIAL)
        if facts.st_size > DIGEST_BYTES:
            return Captured(path, LARGE, size=facts.st_size)
        content = os.read(descriptor, TEXT_BYTES + 1)
        hasher = _sha256(content)
        size = len(content)
        while size > TEXT_BYTES and (chunk := os.read(descriptor, _CHUNK)):
            hasher.update(chunk)
            size += len(chunk)
            if size > DIGEST_BYTES:
                return Captured(path, LARGE, size=facts.st_size)
    except OSError:
        return Captured(path, UNREADABLE)
    finally:
        os.close(descriptor)
    digest = "sha256:" + hasher.hexdigest()
    kind, text = _text(full, project_root, content, size)
    return Captured(path, kind, text=text, size=size, digest=digest)


def _text(full: str, project_root: str, content: bytes, size: int) -> tuple[str, str]:
    real = os.path.realpath(full)
    if is_secret(full) or is_secret(real):
        return SECRET, ""
    root = os.path.realpath(project_root)
    if not real.startswith(root.rstrip("/") + "/"):
        return OUTSIDE, ""
    if size > TEXT_BYTES:
        return LARGE, ""
    if b"\0" in content:
        return BINARY, ""
    try:
        return FILE, content.decode()
    except UnicodeDecodeError:
        return BINARY, ""


def digest_of(content: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return str(_sha256(content).hexdigest())


def is_secret(path: str) -> bool:
    """Whether the name is one of those that hold keys: `.env`, `.env.local`, `id_rsa`, `server.pem` …"""
    name = path.rsplit("/", 1)[-1].lower()
    return name in _SECRET_NAMES or name.startswith(".env.") or name.endswith(_SECRET_ENDINGS)


def _sha256(content: bytes) -> _Hash:
    """`hashlib.sha256` without `hashlib`, which loads OpenSSL: that costs more than a hot command may. Here, since most calls need none."""
    for name in ("_sha2", "_sha256"):  # the first since Python 3.12
        try:
            digest: _Hash = __import__(name).sha256(content)
        except ImportError:
            continue
        return digest
    import hashlib

    return hashlib.sha256(content)
